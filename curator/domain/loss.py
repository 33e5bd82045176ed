"""Losses: what a decision, an export or a training leaves out or changes, and why."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.span import LABEL_REMOVED, LABEL_WAS_SPLIT, Content, Span, attribute_value, relation_value


@dataclass(frozen=True, slots=True)
class Loss:
    """A span, relation, attribute or document that is left out or changed, with the reason."""

    document: str
    kind: str
    item: Any
    reason: str

    def value(self) -> dict[str, Any]:
        return {"document": self.document, "kind": self.kind, "item": self.item, "reason": self.reason}


def span_loss(document: str, span: Span, reason: str) -> Loss:
    """Return the loss of a span, named by its layer, offsets and label."""
    return Loss(
        document, "span", {"layer": span.layer, "start": span.start, "end": span.end, "label": span.label}, reason
    )


NOT_SENT_FOR_REVIEW = "not-sent-for-review"
"""The reason, before a colon and the fault, of what no copy of an annotation that was sent to a reviewer could have."""

_NO_OTHER: Mapping[Hashable, str] = {}


def content_losses(
    document: str, content: Content, reason: str, other_reasons: Mapping[Hashable, str] = _NO_OTHER
) -> list[Loss]:
    """Return a loss for every span, relation and attribute of a content, in this order.

    Some may have other reasons, by the span's id, the relation, or the attribute's key.
    """
    of = other_reasons.get
    return [
        *(span_loss(document, span, of(span.id, reason)) for span in content.spans),
        *(Loss(document, "relation", relation_value(relation), of(relation, reason)) for relation in content.relations),
        *(
            Loss(
                document,
                "attribute",
                attribute_value(attribute),
                of(attribute.key, reason) if other_reasons else reason,
            )
            for attribute in content.attributes
        ),
    ]


def problem_losses(document: str, content: Content) -> list[Loss]:
    """Return a loss for every item that came with a content and does not fit, as it came.

    What a change of labels leaves out has its cause alone for a reason.
    """
    return [Loss(document, "quarantined", problem.item, _reason(problem.cause)) for problem in content.problems]


def _reason(cause: str) -> str:
    return cause if cause in (LABEL_REMOVED, LABEL_WAS_SPLIT) else f"quarantined:{cause}"
