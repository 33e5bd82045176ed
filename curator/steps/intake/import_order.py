"""What an import is asked for."""

from dataclasses import dataclass, field

from curator.domain.annotation import project_source
from curator.domain.canonical import refuse_unstorable
from curator.domain.errors import CuratorError, InputRefused
from curator.domain.schema import LabelSchema
from curator.steps.intake.foreign_labels import LabelMap


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What an import is asked for.

    The revisions are of a `source`, made `at` a time in the form of `instant` where the file knows none, and by an
    `annotator`, where it is not empty, whoever the file names. `lang` is the language of all texts, where it is given;
    `labels` says what labels of the files are here. With `for_review` nothing counts until a reviewer went over it.
    """

    source: str
    at: str
    annotator: str = ""
    lang: str | None = None
    labels: LabelMap = field(default_factory=LabelMap)
    for_review: bool = False


def refuse_senseless(order: ImportOrder, schema: LabelSchema) -> None:
    """Raise CuratorError, which names the option, where no document could be taken in by an order."""
    if not order.source.strip() or project_source(order.source) is not None:
        raise CuratorError(f"{order.source!r} is no source for an import", "", "choose another --source")
    if order.annotator and not order.annotator.strip():
        raise CuratorError("--annotator is blank", "", "name who annotated, or leave it out")
    if order.lang is not None and order.lang != schema.language:
        what = f"--lang is {order.lang!r}, and the label schema is for {schema.language!r}"
        raise CuratorError(what, "", f"give --lang {schema.language}, or leave it out")
    given = [("--source", order.source), ("--annotator", order.annotator)]
    for option, value in [*given, *(("--label", theirs) for theirs in order.labels.names)]:
        if not value.strip():
            continue
        try:
            refuse_unstorable(value)
        except InputRefused as error:
            raise CuratorError(f"{option} {value!r}: {error.what}", "", "write it in UTF-8, without NUL") from None
