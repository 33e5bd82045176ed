"""Decisions under filters: on the annotations that are taken, with the spans that are taken of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from curator.domain.curate import curate
from curator.domain.decision import DECIDER, Decision, decide, decision_of_person, left_out
from curator.domain.filters import BY_ANNOTATOR, BY_NUMBER, Filters
from curator.domain.loss import Loss, content_losses, problem_losses
from curator.domain.policies.kind import ReadAnnotation
from curator.domain.policy import EACH, Policy
from curator.domain.schema import LabelSchema
from curator.domain.span import Content

Name = Callable[[str | None], str]
"""Returns the pseudonym of an annotator by its key."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Filters with what names the annotators whom they name."""

    filters: Filters
    name: Name

    def refusal(self, annotation: ReadAnnotation) -> str | None:
        """Return why an annotation is not taken, None where it is."""
        # A name takes a hash to make.
        name = self.name(annotation.state.annotator) if self.filters.annotators else ""
        return self.filters.refusal_of_annotation(annotation.state, name)

    def lacks_annotators(self, annotations: Sequence[ReadAnnotation]) -> bool:
        """Say whether fewer annotators submitted annotations that are taken than a document needs."""
        least = self.filters.min_annotations
        if not least:
            return False
        taken = (annotation.state for annotation in annotations if self.refusal(annotation) is None)
        return len({state.annotator for state in taken if not state.skipped}) < least


def decide_filtered(
    document: str, text: str, annotations: Sequence[ReadAnnotation], policy: Policy, schema: LabelSchema, by: Filter
) -> Decision:
    """Return as `decide` does the decision on those of the annotations that are taken, with the spans that are.

    What is left out for a filter is listed with the filter's reason.
    """
    if not by.filters.shapes:
        return decide(document, text, annotations, policy, schema)
    if by.lacks_annotators(annotations):
        return _left_out(document, policy.name, DECIDER, annotations, BY_NUMBER)
    refusals = {annotation.number: by.refusal(annotation) for annotation in annotations}
    taken = [annotation for annotation in annotations if refusals[annotation.number] is None]
    decision = decide(document, text, taken, policy, schema)
    losses = list(decision.losses)
    for annotation in annotations:
        reason = refusals[annotation.number]
        if reason is None:
            continue
        losses += problem_losses(document, annotation.content)
        losses += content_losses(document, left_out(annotation.content, decision.content or Content()), reason)
        if decision.content is None and not any(loss.kind == "document" for loss in losses):
            losses.append(Loss(document, "document", None, reason))
    return _narrowed(replace(decision, losses=tuple(losses)), by.filters)


def decision_of_person_filtered(
    document: str,
    text: str,
    annotations: Sequence[ReadAnnotation],
    person: str,
    content: Content,
    schema: LabelSchema,
    by: Filter,
) -> Decision:
    """Return the decision of a person with the spans that are taken.

    It is left out where the filters name annotators and the person is none of them, and where the document has too
    few annotators. Dates are those of annotations and no matter here.
    """
    decision = decision_of_person(document, text, annotations, person, content, schema)
    if by.filters.annotators and by.name(person) not in by.filters.annotators:
        return _left_out(document, decision.policy, person, annotations, BY_ANNOTATOR)
    if by.lacks_annotators(annotations):
        return _left_out(document, decision.policy, person, annotations, BY_NUMBER)
    return _narrowed(decision, by.filters)


def each_annotation(
    document: str, text: str, annotations: Sequence[ReadAnnotation], schema: LabelSchema, by: Filter
) -> tuple[list[tuple[ReadAnnotation, Content]], list[Loss]]:
    """Return each submitted annotation that is taken with its content as a dataset may hold it, and what is left out.

    Nothing is decided between them. Raises nothing; where none is taken, the document is among the losses.
    """
    too_few = by.lacks_annotators(annotations)
    contents: list[tuple[ReadAnnotation, Content]] = []
    losses: list[Loss] = []
    refused: list[str] = []
    for annotation in annotations:
        reason = BY_NUMBER if too_few else by.refusal(annotation)
        losses += problem_losses(document, annotation.content)
        if reason is None and not annotation.state.skipped:
            curated, lost = curate(document, text, annotation.content, schema)
            narrowed, filtered = by.filters.narrowed(document, curated)
            contents.append((annotation, narrowed))
            losses += [*lost, *filtered]
            continue
        refused += [reason] if reason is not None else []
        losses += content_losses(document, annotation.content, reason or f"skipped:{EACH}")
    if not contents and refused:
        losses.append(Loss(document, "document", None, refused[0]))
    return contents, losses


def _left_out(document: str, policy: str, decider: str, annotations: Sequence[ReadAnnotation], reason: str) -> Decision:
    """Return the decision that leaves a document out, and all that was annotated there."""
    losses = [Loss(document, "document", None, reason)]
    for annotation in annotations:
        losses += problem_losses(document, annotation.content)
        losses += content_losses(document, annotation.content, reason)
    return Decision(document, policy, decider, (), None, tuple(losses))


def _narrowed(decision: Decision, filters: Filters) -> Decision:
    if decision.content is None:
        return decision
    content, losses = filters.narrowed(decision.document, decision.content)
    return replace(decision, content=content, losses=(*decision.losses, *losses))
