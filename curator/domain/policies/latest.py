"""The policy `latest`: whoever submitted last is right."""

from collections.abc import Mapping, Sequence
from typing import Any

from curator.domain.policies.kind import Links, Outcome, PolicyKind, ReadAnnotation


def newest(annotations: Sequence[ReadAnnotation]) -> ReadAnnotation | None:
    """Return the annotation that was updated last, among those marked as ground truth where there are any.

    Ties go to the higher key.
    """
    preferred = [annotation for annotation in annotations if annotation.state.ground_truth] or annotations
    return max(preferred, key=_recency, default=None)


def _recency(annotation: ReadAnnotation) -> tuple[Any, ...]:
    identity = annotation.state.identity
    return (annotation.state.updated_at, identity.rank[1:], identity.source)


def _decide(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Outcome | None:
    annotation = newest(annotations)
    if annotation is None:
        return None
    content = annotation.content
    return Outcome((annotation,), content.spans, content.relations, content.attributes)


def links_of_newest(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Links:
    """Return the relations and attributes of the newest annotation."""
    annotation = newest(annotations)
    return Links() if annotation is None else Links(annotation.content.relations, annotation.content.attributes)


LATEST = PolicyKind(_decide, links=links_of_newest)
