"""What differs between two dataset versions, each change in its text: a page of the dashboard, or a file of its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from curator.domain.diff import Change, ChangeKind
from curator.domain.record import Record
from curator.domain.schema import LabelSchema
from curator.domain.scoring import MatchKind
from curator.domain.span import Span
from curator.steps.datasets.comparing.authors import AttributedDiff
from curator.steps.datasets.comparing.diff_pages import DiffPage
from curator.steps.datasets.comparing.diff_report import DiffSummary, diff_items
from curator.steps.datasets.comparing.version_diff import ReadableVersion
from curator.web.highlight import Segment, marks, segments
from curator.web.palette import Palette, palette, style_sheet
from curator.web.wording import REVIEW_WORDS, SIGNS, minute, plain_json

_STYLES = Path(__file__).parent / "static" / "dashboard.css"
_KINDS = {
    ChangeKind.MOVED: MatchKind.BOUNDARY,
    ChangeKind.RELABELLED: MatchKind.LABEL,
    ChangeKind.CHANGED: MatchKind.LABEL,
    ChangeKind.REMOVED: MatchKind.SPURIOUS,
    ChangeKind.ADDED: MatchKind.MISSED,
}


@dataclass(frozen=True, slots=True)
class RelationEnds:
    """A relation with its spans, None where one is not in the record."""

    head: Span | None
    child: Span | None
    label: str
    direction: str


@dataclass(frozen=True, slots=True)
class Row:
    """A change as a row of a table; each side is a span, a relation or a word, None where there is nothing."""

    kind: MatchKind
    word: str
    part: str
    before: Span | RelationEnds | str | None
    after: Span | RelationEnds | str | None


@dataclass(frozen=True, slots=True)
class ChangedDocument:
    """A document as the page shows it: its texts before and after with their spans, and its changes as rows."""

    id: str
    splits: tuple[str | None, str | None]
    text: str
    lang: str
    authors: tuple[tuple[str, str], ...]
    before: list[Segment] | None
    after: list[Segment] | None
    rows: list[Row]


def diff_page(page: DiffPage, colours: Palette) -> dict[str, Any]:
    """Return what the template of a page of differences needs."""
    return {
        "before": page.before.ref,
        "after": page.after.ref,
        "summary": page.summary,
        "documents": [changed_document(change) for change in page.documents],
        "page": page.page,
        "pages": page.pages,
        "palette": colours,
    }


def diff_file(
    before: ReadableVersion,
    after: ReadableVersion,
    changes: Callable[[], Iterable[AttributedDiff]],
    schema: LabelSchema,
    limit: int | None,
) -> Iterator[str]:
    """Yield the HTML of a page that is whole in itself, piece by piece, of so many documents at most.

    The changes are gone through twice, as what they come to stands first.
    """
    summary, documents = DiffSummary(), 0
    for change in changes():
        summary.add(change)
        documents += 1
    environment = Environment(loader=PackageLoader("curator.web"), autoescape=True)
    environment.globals |= {"sign": SIGNS.get, "match_word": REVIEW_WORDS.get}
    environment.filters |= {"minute": minute, "json": plain_json}
    shown = documents if limit is None else min(limit, documents)
    yield from environment.get_template("diff_file.html").generate(
        before=before.ref,
        after=after.ref,
        summary=summary.value(),
        documents=map(changed_document, islice(changes(), shown)),
        hidden=documents - shown,
        palette=palette(schema),
        # A file of our own, and the colours of a schema, which are checked when it is read.
        styles=Markup(_STYLES.read_text(encoding="utf-8") + style_sheet(schema)),  # noqa: S704 - as said above
    )


def changed_document(change: AttributedDiff) -> ChangedDocument:
    """Return a document that differs as the page shows it."""
    diff = change.diff
    known = tuple((author.annotator, author.at or "") for author in change.authors)
    spans = diff.changes.spans
    return ChangedDocument(
        diff.document,
        diff.splits,
        diff.record.text,
        diff.record.lang,
        known or tuple((name, "") for name in change.annotators),
        _segments(diff.before, ((item.before, item.kind) for item in spans)),
        _segments(diff.after, ((item.after, item.kind) for item in spans)),
        [*(_span_row(item) for item in spans), *_other_rows(change)],
    )


def _segments(record: Record | None, changed: Iterable[tuple[Span | None, ChangeKind]]) -> list[Segment] | None:
    if record is None:
        return None
    kinds = {span.id: _KINDS[kind] for span, kind in changed if span is not None}
    return segments(record.text, marks((span, kinds.get(span.id, MatchKind.EXACT)) for span in record.content.spans))


def _span_row(change: Change[Span]) -> Row:
    span = change.before or change.after
    return Row(_KINDS[change.kind], change.kind.value, "" if span is None else span.layer, change.before, change.after)


def _other_rows(change: AttributedDiff) -> Iterator[Row]:
    diff = change.diff
    ends = [_ends(record) for record in (diff.before, diff.after)]
    for relation in diff.changes.relations:
        sides = (
            None if side is None else RelationEnds(of.get(side.head), of.get(side.child), side.label, side.direction)
            for side, of in zip((relation.before, relation.after), ends, strict=True)
        )
        yield Row(_KINDS[relation.kind], relation.kind.value, "relation", *sides)
    for item in diff_items(change):
        if item.part == "attributes":
            yield Row(
                _KINDS[item.kind],
                item.kind.value,
                "attribute",
                *(_attribute(side) for side in (item.before, item.after)),
            )
        elif item.part == "records":
            yield Row(_KINDS[item.kind], item.kind.value, item.field, plain_json(item.before), plain_json(item.after))


def _ends(record: Record | None) -> Mapping[str, Span]:
    return {} if record is None else {span.id: span for span in record.content.spans}


def _attribute(value: Any) -> str | None:
    return None if value is None else f"{value['on']}, {value['name']}: {plain_json(value['value'])}"
