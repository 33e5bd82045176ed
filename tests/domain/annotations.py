"""Annotations as policies are given them."""

from typing import Any

from curator.domain.policies.kind import ReadAnnotation
from curator.domain.span import Content
from tests.fakes.annotations import annotation_state, identity

EARLY, LATE = "2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z"
NOTHING = Content()


def annotation(
    content: Content = NOTHING, number: int = 1, updated_at: str = EARLY, project: int = 1, **fields: Any
) -> ReadAnnotation:
    """Return an annotation; its number is that of its revision and of its identity."""
    named = identity(number, project=project, created_at=EARLY)
    return ReadAnnotation(number, annotation_state(named, updated_at=updated_at, **fields), content)
