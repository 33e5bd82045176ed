"""Spans, relations and attributes: what an annotation or prediction consists of."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

DOCUMENT = "document"
"""What an attribute of the whole document is on."""

DIRECTIONS = ("right", "left", "bi")
"""The directions of a relation: from head to child, from child to head, both."""


@dataclass(frozen=True, slots=True)
class Span:
    """A label on the half-open range [start, end) of a text, in code points, in one layer.

    Spans of predictions carry the score, the chance from 0 to 1 that a reviewer keeps the span as it is, and
    the name of the rule or model component that proposed it.
    """

    layer: str
    start: int
    end: int
    label: str
    score: float | None = None
    rule: str | None = None

    @property
    def id(self) -> str:
        """The identity within a document: the same in every version and on every machine."""
        return f"{self.layer}:{self.start}-{self.end}:{self.label}"

    @property
    def key(self) -> tuple[str, int, int, str]:
        return (self.layer, self.start, self.end, self.label)

    def overlaps(self, span: "Span") -> bool:
        """Say whether both cover a character, whatever their layers."""
        return self.start < span.end and span.start < self.end


@dataclass(frozen=True, slots=True)
class Relation:
    """A labelled link between two spans, by their ids; direction is `right`, `left` or `bi`."""

    head: str
    child: str
    label: str
    direction: str = "right"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A named value on a span, by its id, or on the whole `document`."""

    on: str
    name: str
    value: Any

    @property
    def key(self) -> str:
        """What equal attributes share; 1, 1.0 and true are different values."""
        return json.dumps([self.on, self.name, self.value], sort_keys=True)


UNKNOWN_CONTROL = "unknown-control"
"""The cause of an item of a control that the label schema does not have."""

DISCONTINUOUS_SPAN = "discontinuous-span"
"""The cause of a span that came as `fragments` with other words between them, in place of a start and an end."""

DUPLICATE_SPAN = "duplicate-span"
"""The cause of a span that equals another one of its content."""

LABEL_REMOVED = "label-removed"
"""The cause of a span whose label was removed from the schema, and of what is on it."""

LABEL_WAS_SPLIT = "label-was-split"
"""The cause of a span whose label was split into others of which no word says which, and of what is on it."""

DUPLICATE_RELATION = "duplicate-relation"
DUPLICATE_ATTRIBUTE = "duplicate-attribute"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that arrived and does not fit, with its cause and the item as it came."""

    cause: str
    item: Any


@dataclass(frozen=True, slots=True)
class Content:
    """The spans, relations, attributes and problems of an annotation or prediction, in the order in which they came."""

    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    problems: tuple[Problem, ...] = ()


def spans_by_layer(spans: Iterable[Span], layers: Iterable[str], text: str) -> dict[str, list[dict[str, Any]]]:
    """Return the spans of a text as JSON objects under each layer's name, in text order; every layer has a key."""
    values: dict[str, list[dict[str, Any]]] = {layer: [] for layer in layers}
    for span in sorted(spans, key=span_order):
        values.setdefault(span.layer, []).append(
            {
                "id": span.id,
                "start": span.start,
                "end": span.end,
                "label": span.label,
                "text": text[span.start : span.end],
            }
        )
    return values


def span_order(span: Span) -> tuple[int, int, str, str]:
    """The order of spans in every output: start, end, layer, label."""
    return (span.start, span.end, span.layer, span.label)


def relation_order(relation: Relation) -> tuple[str, str, str, str]:
    """The order of relations in every output: head, child, label, direction."""
    return (relation.head, relation.child, relation.label, relation.direction)


def offsets_fault(start: Any, end: Any, text: str) -> str | None:
    """Name the reason why two offsets are no span of a text, or None where they are."""
    if isinstance(start, bool) or isinstance(end, bool) or not isinstance(start, int) or not isinstance(end, int):
        return "offsets-not-integers"
    if start < 0 or end > len(text):
        return "offsets-outside-text"
    return None if start < end else "offsets-empty-or-reversed"


def relation_value(relation: Relation) -> dict[str, str]:
    """Return a relation as the JSON object that records hold."""
    return {
        "head": relation.head,
        "child": relation.child,
        "label": relation.label,
        "direction": relation.direction,
    }


def attribute_value(attribute: Attribute) -> dict[str, Any]:
    """Return an attribute as the JSON object that records hold."""
    return {"on": attribute.on, "name": attribute.name, "value": attribute.value}


def predicted_value(span: Span) -> dict[str, Any]:
    """Return a predicted span as one JSON object, with its score and rule."""
    return {
        "layer": span.layer,
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "score": span.score,
        "rule": span.rule,
    }


def content_body(content: Content, layers: Iterable[str], text: str) -> dict[str, Any]:
    """Return content as the body of an annotation of the form `content`; problems are left out.

    Spans, relations and attributes are each in a fixed order, so that equal content has one body.
    """
    return {
        "spans": spans_by_layer(content.spans, layers, text),
        "relations": [relation_value(relation) for relation in sorted(content.relations, key=relation_order)],
        "attributes": [
            attribute_value(attribute) for attribute in sorted(content.attributes, key=lambda item: item.key)
        ],
    }


def content_value(content: Content) -> dict[str, Any]:
    """Return content as one JSON value that `content_from_value` reads back; problems are left out."""
    return {
        "spans": [[s.layer, s.start, s.end, s.label, s.score, s.rule] for s in content.spans],
        "relations": [relation_value(relation) for relation in content.relations],
        "attributes": [attribute_value(attribute) for attribute in content.attributes],
    }


def content_from_value(value: Mapping[str, Any]) -> Content:
    """Return the content that `content_value` wrote."""
    return Content(
        spans=tuple(Span(*span) for span in value["spans"]),
        relations=tuple(Relation(**relation) for relation in value["relations"]),
        attributes=tuple(Attribute(**attribute) for attribute in value["attributes"]),
    )
