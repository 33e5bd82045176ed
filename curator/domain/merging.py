"""Two patches of one document against the same record: merged where they touch different parts, else in conflict."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from curator.domain.diff import Change, FieldChange, Part, RecordChanges, same_json
from curator.domain.overlaps import overlapping
from curator.domain.patch import ATTRIBUTES, DocumentPatch
from curator.domain.span import Attribute, Relation, Span


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why two patches of a document do not go together, with what each of them does, None where that is all it does."""

    document: str
    why: str
    left: Any
    right: Any


def merged_patch(
    left: DocumentPatch, right: DocumentPatch, flat_layers: frozenset[str]
) -> tuple[DocumentPatch, list[Conflict]]:
    """Return both patches of a document as one, and every conflict; where there are any the patch is not to be used.

    The same change in both is none. Changes of who annotated go together whatever they are: all annotators are kept,
    and what differs otherwise is not known in the end.
    """
    if left == right:
        return left, []
    splits, conflicts = _splits(left, right)
    if left.lines is not None or right.lines is not None:
        return left, [Conflict(left.document, "whole record and other changes", left, right)]
    sides = (left.changes, right.changes)
    spans, of_spans = _merged(sides[0].spans, sides[1].spans, lambda span: span.id)
    relations, of_relations = _merged(sides[0].relations, sides[1].relations, _relation_key)
    attributes, of_attributes = _merged(sides[0].attributes, sides[1].attributes, lambda attribute: attribute.key)
    fields, of_fields = _fields(left, right)
    pairs = [
        *((pair, "other changes of one part") for pair in (*of_spans, *of_relations, *of_attributes, *of_fields)),
        *((pair, "overlapping spans in a flat layer") for pair in _overlaps(left, right, flat_layers)),
        *((pair, "a part of a span that is gone") for pair in _dangling(left.changes, right.changes)),
        *(((first, second), "a part of a span that is gone") for second, first in _dangling(*reversed(sides))),
        *((pair, "two values of one attribute") for pair in _two_values(left.changes, right.changes)),
    ]
    conflicts += [Conflict(left.document, why, first, second) for (first, second), why in pairs]
    changes = RecordChanges(tuple(spans), tuple(relations), tuple(attributes), tuple(fields))
    return replace(left, splits=splits, changes=changes, texts={**left.texts, **right.texts}), conflicts


def _splits(left: DocumentPatch, right: DocumentPatch) -> tuple[tuple[str | None, str | None], list[Conflict]]:
    before = left.splits[0]
    moves = {splits[1] for splits in (left.splits, right.splits) if splits[1] != before}
    if len(moves) > 1 or right.splits[0] != before:
        return left.splits, [Conflict(left.document, "other splits", left.splits[1], right.splits[1])]
    return (before, moves.pop() if moves else before), []


_Pairs = list[tuple[Any, Any]]


def _merged(
    left: Iterable[Change[Part]], right: Iterable[Change[Part]], name: Callable[[Part], str]
) -> tuple[list[Change[Part]], _Pairs]:
    """Return all changes, each once, and the pairs that take or make the same part otherwise."""
    merged = list(left)
    taken = {name(change.before): change for change in merged if change.before is not None}
    made = {name(change.after): change for change in merged if change.after is not None}
    conflicts: _Pairs = []
    for change in right:
        rivals = [
            side[name(part)]
            for side, part in ((taken, change.before), (made, change.after))
            if part is not None and name(part) in side
        ]
        other = next((rival for rival in rivals if rival != change), None)
        if other is not None:
            conflicts.append((other, change))
        elif not rivals:
            merged.append(change)
    return merged, conflicts


def _fields(left: DocumentPatch, right: DocumentPatch) -> tuple[list[FieldChange], _Pairs]:
    merged = {change.name: change for change in left.changes.fields}
    conflicts: _Pairs = []
    for change in right.changes.fields:
        other = merged.setdefault(change.name, change)
        if same_json(other.after, change.after):
            continue
        if change.name in _RECONCILED:
            merged[change.name] = FieldChange(change.name, change.before, _RECONCILED[change.name](other, change))
        else:
            conflicts.append((other, change))
    # All attributes anew and single ones do not go together.
    for whole, single in ((left, right), (right, left)):
        anew = [change for change in whole.changes.fields if change.name == ATTRIBUTES]
        conflicts += [(anew[0], change) for change in single.changes.attributes[:1] if anew]
        conflicts += [
            (anew[0], change)
            for change in single.changes.spans
            if anew and change.before and any(item["on"] == change.before.id for item in anew[0].after)
        ]
    return [change for change in merged.values() if not same_json(change.before, change.after)], conflicts


def _annotators(left: FieldChange, right: FieldChange) -> list[str]:
    gone = {name for change in (left, right) for name in change.before if name not in change.after}
    return sorted({*left.before, *left.after, *right.after} - gone)


_RECONCILED: dict[str, Callable[[FieldChange, FieldChange], Any]] = {
    "provenance.annotators": _annotators,
    "provenance.last_annotator": lambda _left, _right: None,
    "provenance.pipeline": lambda _left, _right: None,
}


def _relation_key(relation: Relation) -> str:
    return repr((relation.head, relation.child, relation.label, relation.direction))


def _overlaps(left: DocumentPatch, right: DocumentPatch, flat_layers: frozenset[str]) -> Iterator[tuple[Any, Any]]:
    """Yield the pairs of changes that make spans which overlap where a layer may hold no such."""
    sides = [
        [change for change in patch.changes.spans if change.after is not None and change.after.layer in flat_layers]
        for patch in (left, right)
    ]
    spans: list[list[Span]] = [[change.after for change in side if change.after is not None] for side in sides]
    for first, second in overlapping(*spans):
        # What takes or makes the same part is told as that.
        old, new = sides[0][first], sides[1][second]
        if old != new and old.after != new.after and (old.before is None or old.before != new.before):
            yield old, new


def _dangling(taking: RecordChanges, using: RecordChanges) -> Iterator[tuple[Any, Any]]:
    """Yield a change that takes a span away with one that makes a relation or an attribute of that span."""
    gone = {change.before.id: change for change in taking.spans if change.before is not None}
    for change in taking.spans:
        # In its place another span may come to be of the same id.
        if change.after is not None:
            gone.pop(change.after.id, None)
    of_relations: Iterable[tuple[Any, tuple[str, ...]]] = (
        (change, (change.after.head, change.after.child)) for change in using.relations if change.after
    )
    of_attributes: Iterable[tuple[Any, tuple[str, ...]]] = (
        (change, (change.after.on,)) for change in using.attributes if change.after
    )
    same = {change.after for change in (*taking.relations,) if change.after}
    for change, ends in (*of_relations, *of_attributes):
        if isinstance(change.after, Relation) and change.after in same:
            continue
        for end in ends:
            if end in gone and gone[end] not in using.spans:
                yield gone[end], change


def _two_values(left: RecordChanges, right: RecordChanges) -> Iterator[tuple[Any, Any]]:
    """Yield the pairs that give one attribute of a span, or of the document, two values."""
    made = {_place(change.after): change for change in left.attributes if change.after is not None}
    for change in right.attributes:
        other = made.get(_place(change.after)) if change.after is not None else None
        if other is not None and other != change and other.before is None and change.before is None:
            yield other, change


def _place(attribute: Attribute) -> tuple[str, str]:
    return attribute.on, attribute.name
