"""What changed from one record of a document to another: spans, relations, attributes and the rest, one by one."""

import json
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from curator.domain.record import Record
from curator.domain.scoring import MatchKind, match
from curator.domain.span import Attribute, Relation, Span, relation_order, span_order

Part = TypeVar("Part", Span, Relation, Attribute)


class ChangeKind(StrEnum):
    """What became of a span, a relation or an attribute.

    A relation or an attribute is moved where a span that it names is; an attribute of another value is changed.
    """

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RELABELLED = "relabelled"
    CHANGED = "changed"


SPAN_KINDS = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.MOVED, ChangeKind.RELABELLED)
"""What can become of spans and of relations, in the order in which it is told."""
ATTRIBUTE_KINDS = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.MOVED, ChangeKind.CHANGED)
_OF_MATCH = {
    MatchKind.BOUNDARY: ChangeKind.MOVED,
    MatchKind.LABEL: ChangeKind.RELABELLED,
    MatchKind.SPURIOUS: ChangeKind.REMOVED,
    MatchKind.MISSED: ChangeKind.ADDED,
}


@dataclass(frozen=True, slots=True)
class Change(Generic[Part]):
    """A span, a relation or an attribute before and after; None where there was or is none."""

    kind: ChangeKind
    before: Part | None
    after: Part | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Another value of a record: `lang`, `layers`, `meta`, or a key of `provenance` after a dot; any JSON."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RecordChanges:
    """All changes from one record of a document to another, in text order, fields in the order of records."""

    spans: tuple[Change[Span], ...] = ()
    relations: tuple[Change[Relation], ...] = ()
    attributes: tuple[Change[Attribute], ...] = ()
    fields: tuple[FieldChange, ...] = ()


def record_changes(before: Record, after: Record) -> RecordChanges:
    """Return what changed from a record to another one of the same text.

    Spans are matched one to one by largest overlap within a layer; relations and attributes follow the spans that
    they name.
    """
    matches = match(*_unlike(before.content.spans, after.content.spans))
    pairs = [(pair.predicted, pair.current) for pair in matches]
    follow = {old.id: new.id for old, new in pairs if old is not None and new is not None}
    spans = (
        Change(_OF_MATCH[pair.kind], pair.predicted, pair.current)
        for pair in matches
        if pair.kind is not MatchKind.EXACT
    )
    return RecordChanges(
        tuple(sorted(spans, key=_span_place)),
        tuple(_relations(before.relations, after.relations, follow)),
        tuple(_attributes(before.attributes, after.attributes, follow)),
        tuple(_fields(before, after)),
    )


def _unlike(before: Sequence[Span], after: Sequence[Span]) -> tuple[Sequence[Span], Sequence[Span]]:
    """Return the spans that the other side has not: the others are matched with themselves whatever else there is."""
    old, new = set(before), set(after)
    if len(old) < len(before) or len(new) < len(after):
        return before, after
    return [span for span in before if span not in new], [span for span in after if span not in old]


def record_fields(record: Record) -> dict[str, Any]:
    """Return all of a record that may change beside spans, relations and attributes, as JSON values by name."""
    provenance = record.provenance
    return {
        "lang": record.lang,
        "layers": list(record.spans),
        "meta": {key: record.meta[key] for key in sorted(record.meta)},
        "provenance.annotators": list(provenance.annotators),
        "provenance.last_annotator": provenance.last_annotator,
        "provenance.policy": provenance.policy,
        "provenance.pipeline": provenance.pipeline,
        "provenance.ground_truth": provenance.ground_truth,
        "provenance.source": provenance.source,
    }


def same_json(left: Any, right: Any) -> bool:
    """Say whether two JSON values are written alike: 1, 1.0 and true differ, and so does the order of keys."""
    return left is right or json.dumps(left) == json.dumps(right)


def _fields(before: Record, after: Record) -> Iterable[FieldChange]:
    new = record_fields(after)
    for name, value in record_fields(before).items():
        if not same_json(value, new[name]):
            yield FieldChange(name, value, new[name])


def _relations(
    before: Sequence[Relation], after: Sequence[Relation], follow: Mapping[str, str]
) -> Iterable[Change[Relation]]:
    def ends(relation: Relation) -> tuple[str, str]:
        return follow.get(relation.head, relation.head), follow.get(relation.child, relation.child)

    changes = _paired(
        before,
        after,
        (None, relation_order, relation_order),
        (ChangeKind.MOVED, lambda old: (ends(old), old.label, old.direction), _whole),
        (ChangeKind.RELABELLED, ends, lambda new: (new.head, new.child)),
    )
    return sorted(changes, key=lambda change: relation_order(_either(change)))


def _whole(relation: Relation) -> Hashable:
    return ((relation.head, relation.child), relation.label, relation.direction)


def _attributes(
    before: Sequence[Attribute], after: Sequence[Attribute], follow: Mapping[str, str]
) -> Iterable[Change[Attribute]]:
    def on(attribute: Attribute) -> str:
        return follow.get(attribute.on, attribute.on)

    return _paired(
        before,
        after,
        (None, lambda old: old.key, lambda new: new.key),
        (
            ChangeKind.MOVED,
            lambda old: Attribute(on(old), old.name, old.value).key,
            lambda new: new.key,
        ),
        (ChangeKind.CHANGED, lambda old: (on(old), old.name), lambda new: (new.on, new.name)),
    )


_Round = tuple[ChangeKind | None, Callable[[Part], Hashable], Callable[[Part], Hashable]]


def _paired(before: Sequence[Part], after: Sequence[Part], *rounds: _Round[Part]) -> list[Change[Part]]:
    """Return the changes of parts that are paired by equal keys, round by round; a round without a kind changes none.

    What is left has been removed or added.
    """
    changes: list[Change[Part]] = []
    for kind, old_key, new_key in rounds:
        waiting: dict[Hashable, deque[Part]] = {}
        for part in after:
            waiting.setdefault(new_key(part), deque()).append(part)
        alone: list[Part] = []
        for part in before:
            partners = waiting.get(old_key(part))
            if not partners:
                alone.append(part)
                continue
            partner = partners.popleft()
            if kind is not None:
                changes.append(Change(kind, part, partner))
        before, after = alone, [part for partners in waiting.values() for part in partners]
    changes += (Change(ChangeKind.REMOVED, part, None) for part in before)
    changes += (Change(ChangeKind.ADDED, None, part) for part in after)
    return changes


def _span_place(change: Change[Span]) -> tuple[Any, ...]:
    return span_order(_either(change))


def _either(change: Change[Part]) -> Part:
    """Return what a change is of: what was before, or what was added."""
    part = change.before or change.after
    if part is None:
        raise ValueError("a change holds nothing")
    return part
