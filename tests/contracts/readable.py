"""What a label server tells, where all of it must be readable."""

from collections.abc import Iterator

from curator.domain.annotation import AnnotationState
from curator.steps.ports.label_server import LabelServer, TaskState


def readable_tasks(server: LabelServer, project: int, since: str | None = None) -> Iterator[TaskState]:
    """Yield the tasks of a project as the server lists them; fails at one that cannot be read."""
    for task in server.tasks(project, since):
        assert isinstance(task, TaskState), task
        yield task


def readable_annotation(server: LabelServer, annotation: int) -> AnnotationState:
    """Return an annotation's state as the server tells it; fails where it is gone or cannot be read."""
    answer = server.annotation(annotation)
    assert answer is not None
    state, _ = answer
    assert isinstance(state, AnnotationState), state
    return state
