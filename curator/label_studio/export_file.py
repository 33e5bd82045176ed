"""Label Studio's own exports, JSON and JSON_MIN, as documents with the annotations of each person."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from curator.domain.annotation import instant
from curator.domain.canonical import is_own
from curator.domain.document import SPLITS, split_named
from curator.domain.errors import InputRefused
from curator.domain.json_values import checked_text, kind_of
from curator.label_studio.export_text import TextKey, text_key
from curator.label_studio.exported_regions import read_regions
from curator.label_studio.results import DOCUMENT
from curator.steps.intake.json_file import JsonItem, json_elements, json_files
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import (
    Imported,
    ImportedAnnotation,
    ImportedDocument,
    ImportFiles,
    ImportFormat,
    ImportPart,
    ImportParts,
)

_ROW = "annotation_id"
"""The key by which a row of JSON_MIN is told from a task."""

_ABOUT_ROW = ("id", "annotator", _ROW, "created_at", "updated_at", "lead_time")
PLACELESS = "attribute-of-no-place"
"""The cause of what JSON_MIN has of choices and notes: it does not say which span they are on."""


def label_studio(parts: ImportParts) -> ImportFormat:
    """Return the format: tasks with the annotations of each person, or rows of JSON_MIN. Offsets count code points.

    Predictions and drafts are counted, and no annotations. The text is what `text_key` finds it to be.
    """

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        for name in json_files(files):
            yield ImportPart(files.shown(name), _documents(files, name, parts))

    return ImportFormat("label-studio", read)


def _documents(files: ImportFiles, file: str, parts: ImportParts) -> Iterator[Imported]:
    tasks = (_seen(item) for item in json_elements(files, file, parts.max_text))
    key = text_key(tasks, files.shown(file))
    for item in json_elements(files, file, parts.max_text):
        read = _row if _ROW in item.fields else _task
        yield read(item, key, split_named(file), parts)


def _seen(item: JsonItem) -> tuple[Mapping[str, Any], list[Any]]:
    if _ROW not in item.fields:
        return _data(item), [region for annotation in _annotations(item) for region in _result(item, annotation)]
    row = _row_parts(item)
    return row.data, [{"type": "labels", "value": region} for regions in row.regions.values() for region in regions]


def _data(item: JsonItem) -> Mapping[str, Any]:
    data = item.fields.get("data")
    if not isinstance(data, dict):
        raise InputRefused("no task: it has no `data`", item.name, "export as JSON or JSON-MIN; check the --format")
    return data


def _annotations(item: JsonItem) -> Sequence[Mapping[str, Any]]:
    # Label Studio before 1.0 called them completions.
    annotations = item.fields.get("annotations", item.fields.get("completions"))
    if annotations is None:
        return []
    if not isinstance(annotations, list) or not all(isinstance(annotation, dict) for annotation in annotations):
        raise InputRefused("`annotations` is no list of objects", item.name, "export as JSON again")
    return annotations


def _result(item: JsonItem, annotation: Mapping[str, Any]) -> list[Any]:
    """Return the items of an annotation; one that was skipped by a script has none."""
    result = annotation.get("result")
    if not isinstance(result, list | None):
        raise InputRefused(f"the `result` of an annotation is a {kind_of(result)}", item.name, "export as JSON again")
    return result or []


def _task(item: JsonItem, key: TextKey, split: str | None, parts: ImportParts) -> Imported:
    data, left_out = dict(_data(item)), Counter[str]()
    text = data.pop(key.name, None)
    if (refused := _refusal(item, text, f"`data.{key.name}`", parts.max_text)) is not None:
        return refused
    for machine in ("predictions", "drafts"):
        values = item.fields.get(machine)
        left_out[machine] += len(values) if isinstance(values, list) else 0
    named = data[DOCUMENT] if isinstance(data.get(DOCUMENT), str) else ""
    own = is_own(text, named)
    provenance: Mapping[str, Any] = {}
    if own:
        del data[DOCUMENT]
        provenance = _object(item, data.pop("provenance", None), "provenance")
    annotations = []
    for annotation in _annotations(item):
        regions = read_regions(_result(item, annotation), key.object, parts.layers)
        left_out += regions.left_out
        annotations.append(_annotation(item, annotation, regions.body, provenance))
    task_meta, meta = (_object(item, value, "meta") for value in (item.fields.get("meta"), data.pop("meta", None)))
    lang = data.pop("lang") if isinstance(data.get("lang"), str) else None
    own_split = data.pop("split") if data.get("split") in SPLITS else None
    source = data.pop("source") if isinstance(data.get("source"), str) else ""
    return ImportedDocument(
        name=item.name,
        text=text,
        raw_sha256=item.raw_sha256,
        annotations=tuple(annotations),
        encoding=item.encoding,
        lang=lang,
        meta={**task_meta, **data, **meta},
        split=own_split or split,
        id=named or _id(item.fields.get("id")),
        source=source,
        code_points=True,
        left_out=+left_out,
    )


def _annotation(
    item: JsonItem, annotation: Mapping[str, Any], body: Mapping[str, Any], provenance: Mapping[str, Any]
) -> ImportedAnnotation:
    person = annotation.get("completed_by")
    names = [provenance.get("last_annotator"), *_list(provenance.get("annotators"))]
    return ImportedAnnotation(
        body,
        annotator=_person(person) or next((name for name in names if isinstance(name, str) and name), ""),
        key=_id(annotation.get("id")),
        skipped=annotation.get("was_cancelled") is True,
        ground_truth=annotation.get("ground_truth") is True,
        lead_time=_seconds(item, annotation.get("lead_time")),
        updated_at=_time(item, annotation.get("updated_at") or annotation.get("created_at")),
    )


class _RowParts(NamedTuple):
    """The data of a row, its regions by control, and how many results say nothing of their place."""

    data: dict[str, Any]
    regions: dict[str, list[Any]]
    placeless: int


def _row_parts(item: JsonItem) -> _RowParts:
    """Return what a row of JSON_MIN holds: after the task's id stand the results, and then the annotator."""
    keys = list(item.fields)
    first, last = (keys.index(key) if key in keys else len(keys) for key in ("id", "annotator"))
    rest = {key: of for key, of in item.fields.items() if key not in _ABOUT_ROW}
    results = keys[first + 1 : last]
    regions = {key: of for key, of in rest.items() if _are_regions(of, unlabelled=key in results)}
    placeless = [key for key in results if key not in regions]
    data = {key: of for key, of in rest.items() if key not in regions and key not in placeless}
    return _RowParts(data, regions, len(placeless))


def _row(item: JsonItem, key: TextKey, split: str | None, parts: ImportParts) -> Imported:
    """Return the document of a row of JSON_MIN, which is one annotation."""
    value, row = item.fields, _row_parts(item)
    data = dict(row.data)
    text = data.pop(key.name, None)
    if (refused := _refusal(item, text, f"`{key.name}`", parts.max_text)) is not None:
        return refused
    spans = [
        # Label Studio writes other white space into the words than the text has.
        {"start": region["start"], "end": region.get("end"), "label": label, "layer": control}
        for control, regions in row.regions.items()
        for region in regions
        # A region without a label is kept for whoever reads the body to name.
        for label in _list(region.get("labels")) or [None]
    ]
    annotation = {**value, "id": value[_ROW], "completed_by": value.get("annotator")}
    meta = _object(item, data.pop("meta", None), "meta")
    return ImportedDocument(
        name=item.name,
        text=text,
        raw_sha256=item.raw_sha256,
        annotations=(_annotation(item, annotation, {"spans": spans}, {}),),
        encoding=item.encoding,
        lang=data.pop("lang") if isinstance(data.get("lang"), str) else None,
        meta={**data, **meta},
        split=split,
        id=_id(value.get("id")),
        code_points=True,
        left_out={PLACELESS: row.placeless} if row.placeless else {},
    )


def _are_regions(value: Any, *, unlabelled: bool) -> bool:
    """Say whether a value is a list of regions, of which some may have no labels where it is known to be a result."""
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(item, dict) and "start" in item for item in value)
    ):
        return False
    return unlabelled or all(isinstance(item.get("labels"), list) for item in value)


def _refusal(item: JsonItem, text: Any, key: str, limit: int) -> Refused | None:
    try:
        checked_text(text, limit)
    except InputRefused as error:
        error.where = ", ".join(part for part in (item.name, key, error.where) if part)
        return Refused(item.name, error)
    return None


def _person(value: Any) -> str:
    """Return the e-mail of a person where it is given, else the number that the server has for them."""
    if isinstance(value, dict):
        mail = value.get("email")
        return mail if isinstance(mail, str) and mail.strip() else _person(value.get("id"))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"user {value}"
    return value.strip() if isinstance(value, str) else ""


def _seconds(item: JsonItem, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputRefused(f"`lead_time` is a {kind_of(value)}", item.name, "write seconds, or leave it out")
    return float(value)


def _time(item: JsonItem, value: Any) -> str | None:
    if value is None:
        return None
    try:
        return instant(value if isinstance(value, str) else "")
    except ValueError:
        raise InputRefused(f"{str(value)[:40]!r} is no time", item.name, "write it as ISO 8601 has it") from None


def _object(item: JsonItem, value: Any, key: str) -> Mapping[str, Any]:
    if not isinstance(value, dict | None):
        raise InputRefused(f"`{key}` is a {kind_of(value)}", item.name, "write it as a JSON object, or leave it out")
    return value or {}


def _id(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
