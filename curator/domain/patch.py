"""Patches: what turns a record of one dataset version into that of another, byte for byte, and back."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from curator.domain.diff import (
    Change,
    ChangeKind,
    FieldChange,
    Part,
    RecordChanges,
    record_changes,
    record_fields,
    same_json,
)
from curator.domain.errors import CuratorError
from curator.domain.record import Provenance, Record, record_from_line, record_line
from curator.domain.span import DOCUMENT, Attribute, Relation, Span, attribute_value, relation_value

ATTRIBUTES = "attributes"
"""The field that holds all attributes of a record, where their order changed with them."""
Line = bytes | None
"""A record's line; None where a version has no record of a document."""


@dataclass(frozen=True, slots=True)
class DocumentPatch:
    """What turns the record of a document into another; its split before and after, None where there is no record.

    `lines` are the whole records before and after, where one is missing or the changes do not tell all; else None.
    `texts` are what the spans of the changes cover, by their ids.
    """

    document: str
    splits: tuple[str | None, str | None]
    changes: RecordChanges = field(default_factory=RecordChanges)
    lines: tuple[Line, Line] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def document_patch(document: str, splits: tuple[str | None, str | None], before: Line, after: Line) -> DocumentPatch:
    """Return the patch that turns a line into another, and whose inverse turns that one back, byte for byte."""
    whole = DocumentPatch(document, splits, lines=(before, after))
    if before is None or after is None:
        return whole
    old, new = record_from_line(before), record_from_line(after)
    if old.text != new.text:
        return whole
    changes = record_changes(old, new)
    for tried in (changes, _attributes_whole(changes, old, new)):
        patch = DocumentPatch(document, splits, tried, texts=_texts(tried, old.text))
        if _turns(patch, before, after) and _turns(inverse(patch), after, before):
            return patch
    return whole


def _texts(changes: RecordChanges, text: str) -> dict[str, str]:
    spans = (span for change in changes.spans for span in (change.before, change.after) if span is not None)
    return {span.id: text[span.start : span.end] for span in spans}


def inverse(patch: DocumentPatch) -> DocumentPatch:
    """Return the patch that turns the record back."""
    changes = patch.changes
    return replace(
        patch,
        splits=(patch.splits[1], patch.splits[0]),
        changes=RecordChanges(
            tuple(map(_back, changes.spans)),
            tuple(map(_back, changes.relations)),
            tuple(map(_back, changes.attributes)),
            tuple(FieldChange(change.name, change.after, change.before) for change in changes.fields),
        ),
        lines=None if patch.lines is None else (patch.lines[1], patch.lines[0]),
    )


_BACK = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}


def _back(change: Change[Part]) -> Change[Part]:
    return Change(_BACK.get(change.kind, change.kind), change.after, change.before)


def _turns(patch: DocumentPatch, before: bytes, after: bytes) -> bool:
    try:
        return patched(patch, before) == after
    except CuratorError:
        return False


def _attributes_whole(changes: RecordChanges, old: Record, new: Record) -> RecordChanges:
    lists = ([attribute_value(attribute) for attribute in record.attributes] for record in (old, new))
    return replace(changes, attributes=(), fields=(*changes.fields, FieldChange(ATTRIBUTES, *lists)))


def patched(patch: DocumentPatch, line: Line) -> Line:
    """Return a line as a patch changes it. Raises CuratorError, naming the place, where the patch does not fit it."""
    if patch.lines is not None:
        if line != patch.lines[0]:
            raise misfit(patch.document, "the record is another one" if line else "there is no such record")
        return patch.lines[1]
    if line is None:
        raise misfit(patch.document, "there is no such record")
    return record_line(patched_record(patch, record_from_line(line)))


def patched_record(patch: DocumentPatch, record: Record) -> Record:
    """Return a record with the changes of a patch. Raises CuratorError where they do not fit it."""
    document, changes = patch.document, patch.changes
    _refuse_other_text(patch, record.text)
    fields = _changed_fields(document, record, changes.fields)
    spans = _applied(document, record.content.spans, changes.spans, lambda span: span.id)
    relations = _applied(document, record.relations, changes.relations, _relation_name)
    attributes = tuple(Attribute(item["on"], item["name"], item["value"]) for item in fields[ATTRIBUTES])
    attributes = _applied(document, attributes, changes.attributes, lambda attribute: attribute.key)
    _refuse_dangling(document, spans, relations, attributes)
    layers: dict[str, list[Span]] = {layer: [] for layer in fields["layers"]}
    for span in spans:
        if span.layer not in layers:
            raise misfit(document, f"no layer for {span.id}")
        layers[span.layer].append(span)
    return Record(
        record.id,
        record.text,
        fields["lang"],
        {layer: tuple(of_layer) for layer, of_layer in layers.items()},
        relations,
        attributes,
        fields["meta"],
        _provenance(fields),
    )


def _refuse_other_text(patch: DocumentPatch, text: str) -> None:
    for change in patch.changes.spans:
        for span in (change.before, change.after):
            if span is not None and text[span.start : span.end] != patch.texts.get(span.id):
                raise misfit(patch.document, f"the text at {span.id} is another one")


def _changed_fields(document: str, record: Record, changes: Iterable[FieldChange]) -> dict[str, Any]:
    attributes = [attribute_value(attribute) for attribute in record.attributes]
    fields = record_fields(record) | {ATTRIBUTES: attributes}
    for change in changes:
        if change.name not in fields or not same_json(fields[change.name], change.before):
            raise misfit(document, f"{change.name} is another one")
        fields[change.name] = change.after
    return fields


def _applied(
    document: str, parts: Iterable[Part], changes: Iterable[Change[Part]], name: Callable[[Part], str]
) -> tuple[Part, ...]:
    """Return parts as changes leave them: what is changed stays in its place, what is added comes last."""
    kept: list[Part | None] = list(parts)
    places = {name(part): place for place, part in enumerate(kept) if part is not None}
    for change in changes:
        if change.before is None:
            kept.append(change.after)
            continue
        place = places.pop(name(change.before), None)
        if place is None:
            raise misfit(document, f"{name(change.before)} is not there")
        kept[place] = change.after
    result = tuple(part for part in kept if part is not None)
    seen: set[str] = set()
    for part in result:
        if name(part) in seen:
            raise misfit(document, f"{name(part)} is there already")
        seen.add(name(part))
    return result


def _relation_name(relation: Relation) -> str:
    return json.dumps(relation_value(relation), ensure_ascii=False)


def _refuse_dangling(
    document: str, spans: Iterable[Span], relations: Iterable[Relation], attributes: Iterable[Attribute]
) -> None:
    there = {span.id for span in spans}
    for relation in relations:
        for end in (relation.head, relation.child):
            if end not in there:
                raise misfit(document, f"{_relation_name(relation)} names no span")
    for attribute in attributes:
        if attribute.on != DOCUMENT and attribute.on not in there:
            raise misfit(document, f"attribute {attribute.name} on {attribute.on} names no span")


def _provenance(fields: Mapping[str, Any]) -> Provenance:
    named = {name.partition(".")[2]: value for name, value in fields.items() if name.startswith("provenance.")}
    return Provenance(**{**named, "annotators": tuple(named["annotators"])})


def misfit(document: str, what: str) -> CuratorError:
    """Return the error that says where a patch does not fit."""
    return CuratorError(f"the patch does not fit: {what}", document, "apply it to the version that it was made from")
