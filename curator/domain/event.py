"""What a webhook delivery tells, freed of its transport."""

from dataclasses import dataclass

from curator.domain.annotation import AnnotationState, TaskRef


@dataclass(frozen=True, slots=True)
class AnnotationSeen:
    """An annotation had this state when the delivery was sent."""

    state: AnnotationState
    task: TaskRef


@dataclass(frozen=True, slots=True)
class AnnotationsGone:
    """Annotations are said to be deleted; only their ids are told."""

    project: int
    annotations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TasksGone:
    """Tasks are said to be deleted, their annotations with them; only their ids are told."""

    project: int
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProjectChanged:
    """A project's settings changed; nothing of the change is told."""

    project: int


Event = AnnotationSeen | AnnotationsGone | TasksGone | ProjectChanged
