"""Copies of annotations from elsewhere that were sent to be reviewed: how they are written, and how they are known."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from curator.label_studio.attributes import write_attributes
from curator.label_studio.results import write_regions, write_relations
from curator.steps.ports.label_server import NewReview

# Label Studio keeps of what is imported the id that it had elsewhere, through every update, and uses it for nothing.
# Nobody has so many annotations, and a browser still reads such a number as it is.
_FIRST = 5_000_000_000_000_000
_LAST = 2**53 - 1
# Label Studio takes the two times of a new annotation some microseconds apart; nobody opens and updates one so soon.
_OF_MAKING = timedelta(seconds=1)


def review_value(review: NewReview) -> dict[str, Any]:
    """Return a copy as Label Studio takes it, but for the mark that names its revision.

    Attributes that no labelling interface can hold are left out: whoever sends it names them.
    """
    content, text, schema = review.content, review.text, review.schema
    regions, region_of = write_regions(content.spans, text)
    items = {region["id"]: region for region in regions}
    attributes, _ = write_attributes(
        content.attributes, {span: items[region] for span, region in region_of.items()}, schema
    )
    value: dict[str, Any] = {
        "result": [*regions, *write_relations(content.relations, region_of), *attributes],
        # Left out, it would be taken for true.
        "ground_truth": False,
    }
    return value if review.annotator is None else {**value, "completed_by": review.annotator}


def mark_of(revision: int) -> int:
    """Return the mark of a copy of a revision."""
    return _FIRST + revision


def review_of(fields: Mapping[str, Any]) -> int | None:
    """Return the number of the revision that an annotation of Label Studio is a copy of, None where it is none."""
    mark = fields.get("import_id")
    if isinstance(mark, bool) or not isinstance(mark, int) or not _FIRST < mark <= _LAST:
        return None
    return mark - _FIRST


def is_untouched(created_at: str, updated_at: str, updated_by: Any) -> bool:
    """Say of a copy whether nobody updated it since it was made; times are in the form of `instant`."""
    if updated_by is None:
        return True
    return datetime.fromisoformat(updated_at) - datetime.fromisoformat(created_at) < _OF_MAKING
