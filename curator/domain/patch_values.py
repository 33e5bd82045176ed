"""Patches as JSON: what a patch file holds of each document."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from curator.domain.diff import Change, ChangeKind, FieldChange, Part, RecordChanges
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.json_values import unbroken
from curator.domain.patch import ATTRIBUTES, DocumentPatch, Line
from curator.domain.record import record_from_line
from curator.domain.span import Attribute, Relation, Span, attribute_value, relation_value

REMEDY = "make the patch again with `curator datasets diff A B --patch FILE`"
_FIELDS: Mapping[str, tuple[type, ...]] = {
    "lang": (str,),
    "layers": (list,),
    "meta": (dict,),
    "provenance.annotators": (list,),
    "provenance.last_annotator": (str, type(None)),
    "provenance.policy": (str,),
    "provenance.pipeline": (str, type(None)),
    "provenance.ground_truth": (bool,),
    "provenance.source": (str,),
    ATTRIBUTES: (list,),
}


def patch_value(patch: DocumentPatch) -> dict[str, Any]:
    """Return a patch as a JSON object that `patch_from_value` reads back; of a change only what there is."""
    before, after = patch.splits
    value: dict[str, Any] = {"document": patch.document, "split": {"before": before, "after": after}}
    if patch.lines is not None:
        return value | {"record": {"before": _whole_value(patch.lines[0]), "after": _whole_value(patch.lines[1])}}

    def span_value(span: Span) -> dict[str, Any]:
        place = {"layer": span.layer, "start": span.start, "end": span.end, "label": span.label}
        return {**place, "text": patch.texts[span.id]}

    changes = patch.changes
    value["spans"] = [_change_value(change, span_value) for change in changes.spans]
    value["relations"] = [_change_value(change, relation_value) for change in changes.relations]
    value["attributes"] = [_change_value(change, attribute_value) for change in changes.attributes]
    value["fields"] = [
        {"name": change.name, "before": change.before, "after": change.after} for change in changes.fields
    ]
    return value


def _change_value(change: Change[Part], part_value: Callable[[Part], Any]) -> dict[str, Any]:
    sides = (None if part is None else part_value(part) for part in (change.before, change.after))
    return {"kind": change.kind.value, **dict(zip(("before", "after"), sides, strict=True))}


def _whole_value(line: Line) -> Any:
    """Return a line as the object that it holds, or as the text that it is where that would be written otherwise."""
    if line is None:
        return None
    value = json.loads(line)
    return value if _whole_line(value) == line else line.decode("utf-8")


def _whole_line(value: Any) -> Line:
    if value is None or isinstance(value, str):
        return None if value is None else value.encode("utf-8")
    return unbroken(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode("utf-8") + b"\n"


def patch_from_value(value: Any, where: str = "") -> DocumentPatch:
    """Return the patch of a document that a JSON object holds. Raises CuratorError for what is none."""
    try:
        return _read(value)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CuratorError("not the patch of a document", where, REMEDY) from None


def _read(value: Mapping[str, Any]) -> DocumentPatch:
    splits = (value["split"]["before"], value["split"]["after"])
    document = _text(value["document"])
    if not document or any(split not in (None, *SPLITS) for split in splits) or splits == (None, None):
        raise ValueError
    if "record" in value:
        lines = tuple(_whole_line(value["record"][side]) for side in ("before", "after"))
        for line, split in zip(lines, splits, strict=True):
            if (line is None) != (split is None) or (line is not None and record_from_line(line).id != document):
                raise ValueError
        return DocumentPatch(document, splits, lines=(lines[0], lines[1]))
    if None in splits:
        raise ValueError
    return DocumentPatch(
        document,
        splits,
        RecordChanges(
            tuple(_change(item, _span) for item in value["spans"]),
            tuple(_change(item, _relation) for item in value["relations"]),
            tuple(_change(item, _attribute) for item in value["attributes"]),
            tuple(map(_field, value["fields"])),
        ),
        texts=_texts(value["spans"]),
    )


def _texts(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    sides = (item[side] for item in items for side in ("before", "after"))
    return {_span(value).id: _text(value["text"]) for value in sides if value is not None}


def _field(item: Mapping[str, Any]) -> FieldChange:
    name, before, after = item["name"], item["before"], item["after"]
    if not isinstance(before, _FIELDS[name]) or not isinstance(after, _FIELDS[name]):
        raise TypeError
    values: list[Any] = [before, after]
    for value in values:
        if name in ("layers", "provenance.annotators"):
            list(map(_text, value))
        if name == ATTRIBUTES:
            list(map(_attribute, value))
    return FieldChange(name, before, after)


def _change(item: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Part]) -> Change[Part]:
    before, after = (None if item[side] is None else read(item[side]) for side in ("before", "after"))
    kind = ChangeKind(item["kind"])
    if (before is None) != (kind is ChangeKind.ADDED) or (after is None) != (kind is ChangeKind.REMOVED):
        raise ValueError
    return Change(kind, before, after)


def _span(value: Mapping[str, Any]) -> Span:
    start, end = value["start"], value["end"]
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        raise ValueError
    return Span(_text(value["layer"]), start, end, _text(value["label"]))


def _relation(value: Mapping[str, Any]) -> Relation:
    return Relation(*(_text(value[key]) for key in ("head", "child", "label", "direction")))


def _attribute(value: Mapping[str, Any]) -> Attribute:
    return Attribute(_text(value["on"]), _text(value["name"]), value["value"])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def part_value(part: Any) -> Any:
    """Return what a side of a conflict does as a JSON value: a change, the patch of a document, or a word."""
    if isinstance(part, DocumentPatch):
        return patch_value(part)
    if isinstance(part, FieldChange):
        return {"name": part.name, "before": part.before, "after": part.after}
    if not isinstance(part, Change):
        return part
    return {"kind": part.kind.value, "before": _bare_value(part.before), "after": _bare_value(part.after)}


def _bare_value(part: Any) -> Any:
    if isinstance(part, Span):
        return {"layer": part.layer, "start": part.start, "end": part.end, "label": part.label}
    if isinstance(part, Relation):
        return relation_value(part)
    return attribute_value(part) if isinstance(part, Attribute) else None
