"""Documents of JSON objects with a text, whatever way their annotations are spelled in."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from curator.domain.annotation import instant
from curator.domain.canonical import is_own
from curator.domain.document import SPLITS, split_named
from curator.domain.errors import InputRefused
from curator.domain.json_values import checked_text
from curator.files.imports.storable import NOT_ANNOTATED
from curator.files.refusals import refusal
from curator.files.spellings import Spelled, spelled, unread_spans
from curator.steps.intake.json_file import JsonItem
from curator.steps.ports.imports import Imported, ImportedAnnotation, ImportedDocument, LeftOut


@dataclass(frozen=True, slots=True)
class Place:
    """Where documents are read: the file and its largest text; `user` annotated them where they name nobody.

    With `of_records`, they name their provenance as records do, whether or not they are ours.
    """

    file: str
    limit: int
    user: str = ""
    of_records: bool = False

    @property
    def split(self) -> str | None:
        return split_named(self.file)


def spelled_document(item: JsonItem, value: Mapping[str, Any], place: Place) -> Imported:
    """Return the document of an object with a `text`, as its keys spell it. Raises InputRefused, naming the item."""
    if "text" not in value:
        raise InputRefused("no key 'text'", item.name, "name the text 'text'; check the --format")
    with item.named():
        reading = spelled({key: of for key, of in value.items() if key != "text"}, in_layers=place.of_records)
    if reading.answer:
        return LeftOut(item.name, reading.answer)
    key = next((str(value[name]) for name in ("_task_hash", "_input_hash") if value.get(name) is not None), "")
    annotator = next((value[name] for name in ("_annotator_id", "_session_id") if _is_name(value.get(name))), "")
    return document(item, value["text"], reading, place, annotator=annotator, key=key, at=value.get("_timestamp"))


def document(
    item: JsonItem,
    text: Any,
    reading: Spelled,
    place: Place,
    *,
    annotator: str = "",
    key: str = "",
    at: Any = None,
) -> Imported:
    """Return a text with what was read of it; the keys that nothing else is made of are metadata.

    Raises InputRefused, naming the item, for a text that is no string; one that can be no document comes as a refusal.
    """
    if not isinstance(text, str):
        with item.named():
            checked_text(text, place.limit)
    try:
        checked_text(text, place.limit)
    except InputRefused as error:
        return refusal(item.name, error)
    rest = dict(reading.rest)
    named = rest["document"] if isinstance(rest.get("document"), str) else ""
    _take_unread(item, reading, rest)
    own = is_own(text, named)
    provenance: Mapping[str, Any] = {}
    if own:
        rest.pop("document")
    if own or place.of_records:
        provenance = rest.pop("provenance", None) or {}
        if not isinstance(provenance, dict):
            raise InputRefused("'provenance' is no object", item.name, "leave it out")
    lang = rest.pop("lang", None) if isinstance(rest.get("lang"), str | None) else None
    split = rest.pop("split") if isinstance(rest.get("split"), str) and rest["split"] in SPLITS else None
    number = str(rest.pop("id")) if isinstance(rest.get("id"), str | int) else ""
    meta = rest.pop("meta") if isinstance(rest.get("meta"), dict) else {}
    annotation = replace(ImportedAnnotation.of_record(reading.body, provenance), key=key, updated_at=_instant(at))
    annotation = replace(annotation, annotator=annotator or annotation.annotator or place.user)
    return ImportedDocument(
        name=item.name,
        text=text,
        raw_sha256=item.raw_sha256,
        annotations=(annotation,) if reading.annotated else (),
        encoding=item.encoding,
        lang=lang,
        meta=rest | meta,
        split=split or place.split,
        id=named if own else number,
        source=str(provenance.get("source") or ""),
        code_points=own,
        left_out=reading.left_out if reading.annotated else {**reading.left_out, NOT_ANNOTATED: 1},
    )


def _take_unread(item: JsonItem, reading: Spelled, rest: dict[str, Any]) -> None:
    """Count the spans of keys that nothing reads, and take them away, where there are spans beside them.

    Raises InputRefused where there are none: then these are the ones that were meant.
    """
    for key in unread_spans(rest):
        if not reading.body.get("spans"):
            what = f"{key!r} holds what look like spans, and is no key that is read"
            raise InputRefused(what, item.name, "call it 'spans', with `start`, `end` and `label`; check the --format")
        reading.left_out[f"spans-under-{key}"] += len(rest.pop(key))


def by_users(imported: Imported, users: Mapping[str, Any]) -> Iterator[Imported]:
    """Yield a document with the annotation of each user in place of the one that it has."""
    if not users or not isinstance(imported, ImportedDocument) or not imported.annotations:
        yield imported
        return
    (annotation,) = imported.annotations
    of_users = (replace(annotation, body=body, annotator=user) for user, body in users.items())
    yield replace(imported, annotations=tuple(of_users))


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _instant(seconds: Any) -> str | None:
    """Return a time in seconds since 1970 as it is kept, None for anything else."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not isfinite(seconds):
        return None
    with suppress(ValueError, OverflowError, OSError):
        return instant(datetime.fromtimestamp(seconds, UTC))
    return None
