"""Content as a dataset may hold it: trimmed, without doubles, and flat where the schema asks for it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from curator.domain.loss import Loss, span_loss
from curator.domain.overlaps import flatten
from curator.domain.schema import LabelSchema
from curator.domain.span import (
    DOCUMENT,
    Attribute,
    Content,
    Relation,
    Span,
    attribute_value,
    relation_order,
    relation_value,
    span_order,
)


def curate(document: str, text: str, content: Content, schema: LabelSchema) -> tuple[Content, list[Loss]]:
    """Return content as a dataset may hold it, with what was left out or changed for it.

    In a flat layer the longest of overlapping spans stays, the earlier of equally long ones. Relations and attributes
    follow a span that was trimmed, and are losses where theirs is gone.
    """
    kept, moved, losses = _trimmed(document, text, content.spans)
    flat, dropped = flatten(kept, schema.flat_layers)
    losses += [span_loss(document, span, "overlaps-longer") for span in dropped]
    present = {span.id for span in flat}
    relations, lost_relations = _relations(document, content.relations, moved, present)
    attributes, lost_attributes = _attributes(document, content.attributes, moved, present)
    curated = Content(
        spans=tuple(sorted(flat, key=span_order)),
        relations=tuple(sorted(relations, key=relation_order)),
        attributes=tuple(attributes),
    )
    return curated, [*losses, *lost_relations, *lost_attributes]


def _trimmed(document: str, text: str, spans: Iterable[Span]) -> tuple[Iterable[Span], Mapping[str, str], list[Loss]]:
    """Return the spans without blank edges, each once, and the id that each span has now."""
    losses: list[Loss] = []
    moved: dict[str, str] = {}
    kept: dict[str, Span] = {}
    for span in spans:
        trimmed = _trim(span, text)
        if trimmed is None:
            losses.append(span_loss(document, span, "blank"))
            continue
        if trimmed.key != span.key:
            losses.append(span_loss(document, span, "trimmed"))
        if trimmed.id in kept:
            losses.append(span_loss(document, trimmed, "doubled"))
        moved[span.id] = trimmed.id
        kept.setdefault(trimmed.id, trimmed)
    return kept.values(), moved, losses


def _trim(span: Span, text: str) -> Span | None:
    covered = text[span.start : span.end]
    start = span.start + len(covered) - len(covered.lstrip())
    end = span.start + len(covered.rstrip())
    if start >= end:
        return None
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _relations(
    document: str, relations: Iterable[Relation], moved: Mapping[str, str], present: set[str]
) -> tuple[Iterable[Relation], list[Loss]]:
    losses: list[Loss] = []
    kept: dict[Relation, None] = {}
    for relation in relations:
        head, child = moved.get(relation.head, relation.head), moved.get(relation.child, relation.child)
        follower = replace(relation, head=head, child=child)
        if head not in present or child not in present:
            losses.append(Loss(document, "relation", relation_value(relation), "span-left-out"))
        elif follower in kept:
            losses.append(Loss(document, "relation", relation_value(relation), "doubled"))
        else:
            kept[follower] = None
    return kept, losses


def _attributes(
    document: str, attributes: Iterable[Attribute], moved: Mapping[str, str], present: set[str]
) -> tuple[list[Attribute], list[Loss]]:
    losses: list[Loss] = []
    kept: dict[str, Attribute] = {}
    for attribute in attributes:
        follower = replace(attribute, on=moved.get(attribute.on, attribute.on))
        if follower.on not in present and follower.on != DOCUMENT:
            losses.append(Loss(document, "attribute", attribute_value(attribute), "span-left-out"))
        elif follower.key in kept:
            losses.append(Loss(document, "attribute", attribute_value(attribute), "doubled"))
        else:
            kept[follower.key] = follower
    return list(kept.values()), losses
