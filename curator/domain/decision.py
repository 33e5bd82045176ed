"""Decisions: the curated answer for a document, and an account of what it leaves out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from curator.domain.annotation import AnnotationState
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, Relation, Span, attribute_value, order, relation_value


@dataclass(frozen=True, slots=True)
class Loss:
    """A span, relation, attribute or document that a decision or an export leaves out or changes, and why."""

    document: str
    kind: str
    item: Any
    reason: str

    def value(self) -> dict[str, Any]:
        return {"document": self.document, "kind": self.kind, "item": self.item, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person's current annotation of a document with what it says, read against the schema."""

    state: AnnotationState
    content: Content


@dataclass(frozen=True, slots=True)
class Decision:
    """The curated content of a document; `chosen` is empty where nothing could be decided."""

    document: str
    policy: str
    chosen: Candidate | None
    content: Content
    losses: tuple[Loss, ...]


def choose_latest(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the annotation that was updated last, among those marked as ground truth where there are any.

    Skipped annotations decide nothing. Ties go to the higher key.
    """
    open_to_choice = [one for one in candidates if not one.state.skipped]
    preferred = [one for one in open_to_choice if one.state.ground_truth] or open_to_choice
    return max(
        preferred,
        key=lambda one: (one.state.updated_at, one.state.identity.rank[1:], one.state.identity.source),
        default=None,
    )


POLICIES: Mapping[str, Any] = {"latest": choose_latest}


def decide(document: str, text: str, candidates: Sequence[Candidate], policy: str, schema: LabelSchema) -> Decision:
    """Return the decision for a document from all its current annotations.

    Whatever current annotations say and the decision does not is among its losses. Raises KeyError for an unknown
    policy.
    """
    chosen = POLICIES[policy](candidates)
    losses: list[Loss] = []
    content = Content()
    if chosen is not None:
        content, losses = curate(document, text, chosen.content, schema)
    for other in candidates:
        losses += _quarantined(document, other)
        if other is not chosen:
            losses += _passed_over(
                document, other, content, f"skipped:{policy}" if other.state.skipped else f"policy:{policy}"
            )
    return Decision(document, policy, chosen, content, tuple(losses))


def curate(document: str, text: str, content: Content, schema: LabelSchema) -> tuple[Content, list[Loss]]:
    """Return content as a dataset may hold it: trimmed, without doubles, and flat where the schema asks for it.

    In a flat layer the longest of overlapping spans stays, the earlier of equally long ones. Relations and attributes
    follow a span that was trimmed, and are losses where theirs is gone.
    """
    losses: list[Loss] = []
    renamed: dict[str, str] = {}
    kept: dict[str, Span] = {}
    for span in content.spans:
        trimmed = _trim(span, text)
        if trimmed is None:
            losses.append(Loss(document, "span", _span_item(span), "blank"))
            continue
        if trimmed.key != span.key:
            losses.append(Loss(document, "span", _span_item(span), "trimmed"))
        elif trimmed.id in kept:
            losses.append(Loss(document, "span", _span_item(span), "doubled"))
        renamed[span.id] = trimmed.id
        kept.setdefault(trimmed.id, trimmed)
    flat, dropped = _flatten(kept.values(), schema.flat_layers)
    losses += [Loss(document, "span", _span_item(span), "overlaps-longer") for span in dropped]
    present = {span.id for span in flat}
    relations: dict[Relation, None] = {}
    for relation in content.relations:
        moved = replace(
            relation,
            head=renamed.get(relation.head, relation.head),
            child=renamed.get(relation.child, relation.child),
        )
        if moved.head not in present or moved.child not in present:
            losses.append(Loss(document, "relation", relation_value(relation), "span-left-out"))
        elif moved in relations:
            losses.append(Loss(document, "relation", relation_value(relation), "doubled"))
        else:
            relations[moved] = None
    attributes = []
    for attribute in content.attributes:
        on = renamed.get(attribute.on, attribute.on)
        if on in present or on == "document":
            attributes.append(replace(attribute, on=on))
        else:
            losses.append(Loss(document, "attribute", attribute_value(attribute), "span-left-out"))
    curated = Content(
        spans=tuple(sorted(flat, key=order)),
        relations=tuple(sorted(relations, key=lambda one: (one.head, one.child, one.label, one.direction))),
        attributes=tuple(attributes),
    )
    return curated, losses


def _trim(span: Span, text: str) -> Span | None:
    covered = text[span.start : span.end]
    start = span.start + len(covered) - len(covered.lstrip())
    end = span.start + len(covered.rstrip())
    if start >= end:
        return None
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _flatten(spans: Iterable[Span], flat_layers: frozenset[str]) -> tuple[list[Span], list[Span]]:
    kept: list[Span] = []
    dropped: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start, one.label)):
        rivals = (other for other in kept if other.layer == span.layer and other.overlaps(span))
        if span.layer in flat_layers and any(rivals):
            dropped.append(span)
        else:
            kept.append(span)
    return kept, dropped


def _passed_over(document: str, other: Candidate, decided: Content, reason: str) -> list[Loss]:
    kept = {span.key for span in decided.spans}
    said = other.content
    items: list[tuple[str, Any]] = [("span", _span_item(one)) for one in said.spans if one.key not in kept]
    items += [("relation", relation_value(one)) for one in said.relations if one not in decided.relations]
    items += [("attribute", attribute_value(one)) for one in said.attributes if one not in decided.attributes]
    return [Loss(document, kind, item, reason) for kind, item in items]


def _quarantined(document: str, candidate: Candidate) -> list[Loss]:
    return [
        Loss(document, "quarantined", problem.item, f"quarantined:{problem.cause}")
        for problem in candidate.content.problems
    ]


def _span_item(span: Span) -> dict[str, Any]:
    return {"layer": span.layer, "start": span.start, "end": span.end, "label": span.label}
