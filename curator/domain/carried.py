"""Spans and relations carried from a raw text over to its canonical form, and back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from curator.domain.canonical import Canonical
from curator.domain.label_names import UNKNOWN_LABEL, LabelNames, label_names
from curator.domain.schema import LabelSchema
from curator.domain.span import (
    DIRECTIONS,
    DISCONTINUOUS_SPAN,
    DOCUMENT,
    DUPLICATE_ATTRIBUTE,
    DUPLICATE_RELATION,
    DUPLICATE_SPAN,
    Attribute,
    Content,
    Problem,
    Relation,
    Span,
    offsets_fault,
    relation_value,
)

_NOT_LAYERS = frozenset({"spans", "relations", "attributes"})
_AMBIGUOUS = ""
"""What an id names that several spans came with."""


def carry_over(annotations: Mapping[str, Any], raw: str, canonical: Canonical, schema: LabelSchema) -> Content:
    """Return what came with a text, in canonical offsets; what does not fit is among the problems, as it came.

    `annotations` may hold `spans` (a list, or lists by layer), lists under the names of layers, `relations` and
    `attributes`; these name spans by the ids they came with or by the ids that records have. Of equal spans, relations
    and attributes the first one counts, and the others are problems; the ids of equal spans all name the first. An id
    that different spans came with names none of them. Former names of labels are read as those of now; what is on a
    span whose label was removed has the span's cause.
    """
    names = label_names(schema)
    reading = _Reading(schema, names, canonical.text)
    for layer, item in _items(annotations):
        reading.take_span(item, _span(layer, item, raw, canonical, names))
    for item in _list(annotations.get("relations")):
        reading.take_relation(item)
    for item in _list(annotations.get("attributes")):
        reading.take_attribute(item)
    return reading.content()


@dataclass(slots=True)
class _Reading:
    """What was read so far, each part once, and the spans that ids name."""

    schema: LabelSchema
    labels: LabelNames
    text: str
    spans: dict[str, Span] = field(default_factory=dict)
    relations: dict[Relation, None] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    names: dict[Any, str] = field(default_factory=dict)
    gone: dict[Any, str] = field(default_factory=dict)

    def content(self) -> Content:
        spans, attributes = tuple(self.spans.values()), tuple(self.attributes.values())
        return Content(spans, tuple(self.relations), attributes, tuple(self.problems))

    def take_span(self, item: Any, span: Span | Problem) -> None:
        if isinstance(span, Problem):
            self.problems.append(span)
            return
        own = item["id"] if isinstance(item, Mapping) and isinstance(item.get("id"), str | int) else span.id
        label, cause = self.labels.now(span.layer, span.label, self.text[span.start : span.end])
        if label is None:
            self.problems.append(Problem(cause, item))
            self.gone |= {span.id: cause, own: cause}
            return
        former, span = span.id, replace(span, label=label)
        if span.id in self.spans:
            self.problems.append(Problem(DUPLICATE_SPAN, item))
        self.spans.setdefault(span.id, span)
        self.names |= {former: span.id, span.id: span.id}
        known = self.names.setdefault(own, span.id)
        self.names[own] = span.id if known == span.id else _AMBIGUOUS

    def gone_of(self, item: Any, *ends: str) -> str | None:
        """Return why one of the spans that an item names was left out, or None where none of them was."""
        ids = [item.get(end) for end in ends] if isinstance(item, Mapping) else []
        known = [name for name in ids if isinstance(name, str | int) and name not in self.names]
        return next((self.gone[name] for name in known if name in self.gone), None)

    def take_relation(self, item: Any) -> None:
        if cause := self.gone_of(item, "head", "child"):
            self.problems.append(Problem(cause, item))
            return
        relation = _relation(item, self.names, self.schema)
        if isinstance(relation, Problem):
            self.problems.append(relation)
        elif relation in self.relations:
            self.problems.append(Problem(DUPLICATE_RELATION, item))
        else:
            self.relations[relation] = None

    def take_attribute(self, item: Any) -> None:
        if cause := self.gone_of(item, "on"):
            self.problems.append(Problem(cause, item))
            return
        attribute = _attribute(item, self.names, self.schema)
        if isinstance(attribute, Problem):
            self.problems.append(attribute)
            return
        if attribute.key in self.attributes:
            self.problems.append(Problem(DUPLICATE_ATTRIBUTE, item))
        self.attributes.setdefault(attribute.key, attribute)


def carry_back(content: Content, canonical: Canonical) -> Content:
    """Return the content of a canonical text, in the offsets of the raw text.

    What has no place there, and a relation to it, is among the problems, never near its place; attributes are kept
    where they are about something that is kept.
    """
    names: dict[str, str] = {DOCUMENT: DOCUMENT}
    spans: list[Span] = []
    problems = list(content.problems)
    for span in content.spans:
        start, end = canonical.raw_offset(span.start), canonical.raw_offset(span.end)
        if start is None or end is None or start >= end:
            problems.append(Problem("offsets-split-a-character", span.id))
            continue
        spans.append(replace(span, start=start, end=end))
        names[span.id] = spans[-1].id
    relations: list[Relation] = []
    for relation in content.relations:
        if relation.head in names and relation.child in names:
            relations.append(replace(relation, head=names[relation.head], child=names[relation.child]))
        else:
            problems.append(Problem("relation-without-span", relation_value(relation)))
    attributes = [
        replace(attribute, on=names[attribute.on]) for attribute in content.attributes if attribute.on in names
    ]
    return Content(tuple(spans), tuple(relations), tuple(attributes), tuple(problems))


def _items(annotations: Mapping[str, Any]) -> Iterator[tuple[str | None, Any]]:
    spans = annotations.get("spans")
    if isinstance(spans, Mapping):
        for layer, items in spans.items():
            yield from ((str(layer), item) for item in _list(items))
    else:
        yield from ((None, item) for item in _list(spans))
    for layer in annotations:
        if layer not in _NOT_LAYERS:
            yield from ((layer, item) for item in _list(annotations[layer]))


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _span(layer: str | None, item: Any, raw: str, canonical: Canonical, names: LabelNames) -> Span | Problem:
    if isinstance(item, list) and len(item) == 3:
        item = dict(zip(("start", "end", "label"), item, strict=True))
    if not isinstance(item, Mapping):
        return Problem("malformed-item", item)
    start, end, label = item.get("start"), item.get("end"), item.get("label")
    if start is None and item.get("fragments"):
        return Problem(DISCONTINUOUS_SPAN, item)
    cause = offsets_fault(start, end, raw)
    if cause is not None or not isinstance(start, int) or not isinstance(end, int):
        return Problem(cause or "malformed-item", item)
    # Tools that give all objects the same keys write null where one has none.
    if item.get("text") is not None and item["text"] != raw[start:end]:
        return Problem("text-differs", item)
    layer = layer or item.get("layer") or (names.layer_of(label) if isinstance(label, str) else None)
    if not isinstance(label, str) or not names.knows(str(layer), label):
        return Problem(UNKNOWN_LABEL, item)
    moved = canonical.offset(start), canonical.offset(end)
    if moved[0] is None or moved[1] is None or moved[0] >= moved[1]:
        return Problem("offsets-split-a-character", item)
    return Span(str(layer), moved[0], moved[1], label)


def _relation(item: Any, names: Mapping[Any, str], schema: LabelSchema) -> Relation | Problem:
    if not isinstance(item, Mapping):
        return Problem("malformed-item", item)
    label, direction = item.get("label"), item.get("direction")
    direction = "right" if direction is None else direction
    if not isinstance(label, str) or label not in schema.relation_names or direction not in DIRECTIONS:
        return Problem("unknown-relation", item)
    try:
        head, child = names[item.get("head")], names[item.get("child")]
    except (KeyError, TypeError):
        return Problem("relation-without-span", item)
    if _AMBIGUOUS in (head, child):
        return Problem("ambiguous-span-id", item)
    return Relation(head, child, label, direction)


def _attribute(item: Any, names: Mapping[Any, str], schema: LabelSchema) -> Attribute | Problem:
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str) or "value" not in item:
        return Problem("malformed-item", item)
    name, value = item["name"], item["value"]
    if not schema.allows(name, value):
        return Problem("unknown-choice", item)
    try:
        on = DOCUMENT if item.get("on") == DOCUMENT else names[item.get("on")]
    except (KeyError, TypeError):
        return Problem("attribute-without-span", item)
    return Attribute(on, name, value) if on != _AMBIGUOUS else Problem("ambiguous-span-id", item)
