"""Annotations of a Label Studio project as the store keeps them."""

from dataclasses import replace
from typing import Any

from curator.domain.annotation import AnnotationState, Form, Identity, ProjectSource, annotator_key

CREATED = "2026-01-01T00:00:00.000000Z"


def identity(annotation: int = 1, server: str = "test", project: int = 1, created_at: str = CREATED) -> Identity:
    return Identity(str(ProjectSource(server, project)), str(annotation), created_at)


def annotation_state(
    identity: Identity,
    result: Any = (),
    *,
    task: int | None = 1,
    user: int | None = 1,
    updated_at: str = CREATED,
    **fields: Any,
) -> AnnotationState:
    """Return a submitted annotation of a user of the server `test`, made of Label Studio's result items."""
    key = None if user is None else annotator_key("test", user)
    state = AnnotationState(identity, key, None, updated_at, False, False, None, Form.LABEL_STUDIO, list(result), task)
    return replace(state, **fields)
