"""Annotations as policies are given them."""

from typing import Any

from curator.domain.annotation import AnnotationState, Identity
from curator.domain.policies.kind import ReadAnnotation
from curator.domain.span import Content

EARLY, LATE = "2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z"
NOTHING = Content()


def annotation(
    content: Content = NOTHING, number: int = 1, updated_at: str = EARLY, project: int = 1, **fields: Any
) -> ReadAnnotation:
    """Return an annotation; its number is that of its revision and of its identity."""
    state: dict[str, Any] = {
        "identity": Identity("test", project, number, EARLY),
        "task": 1,
        "annotator": 1,
        "updated_by": None,
        "updated_at": updated_at,
        "skipped": False,
        "ground_truth": False,
        "lead_time": None,
        "parent_prediction": None,
        "result": [],
    }
    return ReadAnnotation(number, AnnotationState(**(state | fields)), content)
