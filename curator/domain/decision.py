"""Decisions: the curated content of a document, and an account of what it leaves out."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from curator.domain.curate import curate
from curator.domain.fit import fit
from curator.domain.label_names import under_new_names
from curator.domain.loss import Loss, content_losses, problem_losses
from curator.domain.policies.kind import UNDECIDED, Outcome, ReadAnnotation
from curator.domain.policy import PERSON, Policy
from curator.domain.schema import LabelSchema
from curator.domain.span import Content

DECIDER = "curator"
"""Who decides by a policy."""

DECIDED_BY_PERSON = "decided-by-person"
"""Why a decision leaves out content of an annotation that the person who decided did not take over."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The curated content of a document, None where nothing could be decided.

    `contributors` are the annotations it was taken from, ordered by identity; there are none where a person decided,
    who then is the `decider`, with the policy `person`.
    """

    document: str
    policy: str
    decider: str
    contributors: tuple[ReadAnnotation, ...]
    content: Content | None
    losses: tuple[Loss, ...]


def decide(
    document: str, text: str, annotations: Sequence[ReadAnnotation], policy: Policy, schema: LabelSchema
) -> Decision:
    """Return the decision for a document by a policy, from all its current annotations, ordered by identity.

    Skipped annotations decide nothing. Content of current annotations that the decision lacks is among its losses.
    """
    outcome = policy.decide([annotation for annotation in annotations if not annotation.state.skipped])
    contributing = set() if outcome is None else {annotation.number for annotation in outcome.contributors}
    content, losses = (None, []) if outcome is None else curate(document, text, outcome.content, schema)
    if outcome is None and policy.undecided != UNDECIDED:
        losses.append(Loss(document, "document", None, policy.undecided))
    for annotation in annotations:
        losses += problem_losses(document, annotation.content)
        # What curating took from the outcome is listed already.
        decided = outcome.content if outcome and annotation.number in contributing else content or Content()
        reason = f"skipped:{policy.name}" if annotation.state.skipped else f"policy:{policy.name}"
        lacking = left_out(annotation.content, decided)
        losses += content_losses(document, lacking, reason, _reasons(annotation.number, lacking, outcome))
    contributors = tuple(annotation for annotation in annotations if annotation.number in contributing)
    return Decision(document, policy.name, DECIDER, contributors, content, tuple(losses))


def decision_of_person(
    document: str, text: str, annotations: Iterable[ReadAnnotation], person: str, content: Content, schema: LabelSchema
) -> Decision:
    """Return the decision of a person, whatever the current annotations of the document say.

    What of the person's content does not fit the text and the schema, and content of current annotations that the
    person did not take over, is among its losses.
    """
    fitting = fit(under_new_names(content, text, schema), text, schema)
    curated, losses = curate(document, text, fitting, schema)
    losses += problem_losses(document, fitting)
    for annotation in annotations:
        losses += problem_losses(document, annotation.content)
        reason = f"skipped:{PERSON}" if annotation.state.skipped else DECIDED_BY_PERSON
        losses += content_losses(document, left_out(annotation.content, curated), reason)
    return Decision(document, PERSON, person, (), curated, tuple(losses))


def _reasons(number: int, lacking: Content, outcome: Outcome | None) -> dict[Hashable, str]:
    """Return why the policy left out what it gave a reason for of its own, by what it names it."""
    if outcome is None or not outcome.reasons:
        return {}
    names = (*(span.id for span in lacking.spans), *lacking.relations, *(item.key for item in lacking.attributes))
    return {name: outcome.reasons[number, name] for name in names if (number, name) in outcome.reasons}


def left_out(content: Content, decided: Content) -> Content:
    """Return what a content holds and a decided one does not; scores and rules of spans make no difference."""
    kept = {span.key for span in decided.spans}
    relations, attributes = set(decided.relations), {attribute.key for attribute in decided.attributes}
    return Content(
        spans=tuple(span for span in content.spans if span.key not in kept),
        relations=tuple(relation for relation in content.relations if relation not in relations),
        attributes=tuple(attribute for attribute in content.attributes if attribute.key not in attributes),
    )
