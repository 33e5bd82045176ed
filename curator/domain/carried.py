"""Spans and relations carried from a raw text over to its canonical form, and back."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from curator.domain.canonical import Canonical
from curator.domain.schema import LabelSchema
from curator.domain.span import (
    DIRECTIONS,
    DOCUMENT,
    Attribute,
    Content,
    Problem,
    Relation,
    Span,
    offsets_fault,
    relation_value,
)

_NOT_LAYERS = frozenset({"spans", "relations", "attributes"})


def carry_over(annotations: Mapping[str, Any], raw: str, canonical: Canonical, schema: LabelSchema) -> Content:
    """Return what came with a text, in canonical offsets; what does not fit is among the problems, as it came.

    `annotations` may hold `spans` (a list, or lists by layer), lists under the names of layers, `relations` and
    `attributes`; these name spans by the ids they came with or by the ids that records have.
    """
    spans: dict[str, Span] = {}
    problems: list[Problem] = []
    names: dict[Any, str] = {}
    for layer, item in _items(annotations):
        span = _span(layer, item, raw, canonical, schema)
        if isinstance(span, Problem):
            problems.append(span)
            continue
        spans[span.id] = span
        names[span.id] = span.id
        if isinstance(item, Mapping) and isinstance(item.get("id"), str | int):
            names[item["id"]] = span.id
    relations: list[Relation] = []
    for item in _list(annotations.get("relations")):
        relation = _relation(item, names, schema)
        if isinstance(relation, Problem):
            problems.append(relation)
        else:
            relations.append(relation)
    attributes: list[Attribute] = []
    for item in _list(annotations.get("attributes")):
        attribute = _attribute(item, names, schema)
        if isinstance(attribute, Problem):
            problems.append(attribute)
        else:
            attributes.append(attribute)
    return Content(tuple(spans.values()), tuple(relations), tuple(attributes), tuple(problems))


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


def _span(layer: str | None, item: Any, raw: str, canonical: Canonical, schema: LabelSchema) -> Span | Problem:
    if isinstance(item, list) and len(item) == 3:
        item = dict(zip(("start", "end", "label"), item, strict=True))
    if not isinstance(item, Mapping):
        return Problem("malformed-item", item)
    start, end, label = item.get("start"), item.get("end"), item.get("label")
    cause = offsets_fault(start, end, raw)
    if cause is not None or not isinstance(start, int) or not isinstance(end, int):
        return Problem(cause or "malformed-item", item)
    if "text" in item and item["text"] != raw[start:end]:
        return Problem("text-differs", item)
    layer = layer or item.get("layer") or (schema.layer_of(label) if isinstance(label, str) else None)
    if not isinstance(label, str) or label not in schema.labels_of.get(str(layer), frozenset()):
        return Problem("unknown-label", item)
    moved = canonical.offset(start), canonical.offset(end)
    if moved[0] is None or moved[1] is None or moved[0] >= moved[1]:
        return Problem("offsets-split-a-character", item)
    return Span(str(layer), moved[0], moved[1], label)


def _relation(item: Any, names: Mapping[Any, str], schema: LabelSchema) -> Relation | Problem:
    if not isinstance(item, Mapping):
        return Problem("malformed-item", item)
    label, direction = item.get("label"), item.get("direction", "right")
    if not isinstance(label, str) or label not in schema.relation_names or direction not in DIRECTIONS:
        return Problem("unknown-relation", item)
    try:
        return Relation(names[item.get("head")], names[item.get("child")], label, direction)
    except (KeyError, TypeError):
        return Problem("relation-without-span", item)


def _attribute(item: Any, names: Mapping[Any, str], schema: LabelSchema) -> Attribute | Problem:
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str) or "value" not in item:
        return Problem("malformed-item", item)
    name, value = item["name"], item["value"]
    if not schema.allows(name, value):
        return Problem("unknown-choice", item)
    try:
        return Attribute(DOCUMENT if item.get("on") == DOCUMENT else names[item.get("on")], name, value)
    except (KeyError, TypeError):
        return Problem("attribute-without-span", item)
