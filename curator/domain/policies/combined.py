"""Several policies on one document: some labels have one of their own, and all else follows the document's."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from curator.domain.policies.kind import LEFT_OUT, MATCHED, Outcome, PolicyKind, ReadAnnotation
from curator.domain.span import DOCUMENT, Content, Span


class Applied(NamedTuple):
    """A policy as it is applied: its name, its kind and the value of every parameter."""

    name: str
    kind: PolicyKind
    parameters: Mapping[str, Any]


def decide_combined(
    annotations: Sequence[ReadAnnotation], applied: Applied, of_labels: Mapping[str, Applied]
) -> Outcome | None:
    """Return the outcome where the spans of some labels, LABEL or LAYER:LABEL, are decided by policies of their own.

    Relations and attributes are decided by the document's own policy, among the annotations that have their spans.
    None where that policy decides nothing.
    """
    general = applied.kind.decide(
        [_only(annotation, of_labels, None) for annotation in annotations], applied.parameters
    )
    if general is None:
        return None
    outcomes = [general]
    reasons: dict[tuple[int, Hashable], str] = dict(general.reasons)
    for label, policy in of_labels.items():
        limited = [_only(annotation, of_labels, label) for annotation in annotations]
        reasons |= {
            (annotation.number, span.id): f"policy:{policy.name}"
            for annotation in limited
            for span in annotation.content.spans
        }
        outcome = policy.kind.decide(limited, policy.parameters)
        if outcome is not None:
            outcomes.append(outcome)
            reasons |= outcome.reasons
    return _with_links(annotations, applied, outcomes, reasons)


def governing(span: Span, labels: Iterable[str]) -> str | None:
    """Return which of the labels a span falls under, None where that is none; LAYER:LABEL comes before LABEL."""
    names = set(labels)
    return next((name for name in (f"{span.layer}:{span.label}", span.label) if name in names), None)


def _only(annotation: ReadAnnotation, labels: Mapping[str, Applied], label: str | None) -> ReadAnnotation:
    """Return an annotation with those of its spans that fall under a label, None for under none of them."""
    spans = tuple(span for span in annotation.content.spans if governing(span, labels) == label)
    return replace(annotation, content=Content(spans))


def _with_links(
    annotations: Sequence[ReadAnnotation],
    applied: Applied,
    outcomes: Sequence[Outcome],
    reasons: dict[tuple[int, Hashable], str],
) -> Outcome:
    """Return outcomes as one, with relations and attributes."""
    spans = {span.id: span for outcome in outcomes for span in outcome.spans}
    moved = {place: name for outcome in outcomes for place, name in outcome.moved.items()}
    placed = [_placed(annotation, spans, moved, reasons) for annotation in annotations]
    links = applied.kind.links(placed, applied.parameters) if applied.kind.links is not None else None
    numbers = {annotation.number for outcome in outcomes for annotation in outcome.contributors}
    return Outcome(
        contributors=tuple(annotation for annotation in annotations if annotation.number in numbers),
        spans=tuple(spans.values()),
        relations=links.relations if links is not None else (),
        attributes=links.attributes if links is not None else (),
        reasons={**reasons, **(links.reasons if links is not None else {})},
        moved=moved,
    )


def _placed(
    annotation: ReadAnnotation,
    spans: Mapping[str, Span],
    moved: Mapping[tuple[int, str], str],
    reasons: dict[tuple[int, Hashable], str],
) -> ReadAnnotation:
    """Return an annotation with the decided spans that it has, and what links these; of all else, say why it is not."""
    number = annotation.number
    stands = {span.id: moved.get((number, span.id), span.id) for span in annotation.content.spans}
    own = {stands[span.id]: None for span in annotation.content.spans if stands[span.id] in spans}
    relations, attributes = [], []
    for relation in annotation.content.relations:
        follower = replace(relation, head=stands.get(relation.head, ""), child=stands.get(relation.child, ""))
        if follower.head not in own or follower.child not in own:
            reasons[number, relation] = LEFT_OUT
            continue
        if follower != relation:
            reasons[number, relation] = MATCHED
        relations.append(follower)
    for attribute in annotation.content.attributes:
        on = attribute.on if attribute.on == DOCUMENT else stands.get(attribute.on, "")
        if on != DOCUMENT and on not in own:
            reasons[number, attribute.key] = LEFT_OUT
            continue
        if on != attribute.on:
            reasons[number, attribute.key] = MATCHED
        attributes.append(replace(attribute, on=on))
    content = Content(tuple(spans[name] for name in own), tuple(relations), tuple(attributes))
    return replace(annotation, content=content)
