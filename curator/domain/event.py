"""What a webhook delivery reports, freed of its transport."""

from dataclasses import dataclass

from curator.domain.annotation import AnnotationState, TaskRef


@dataclass(frozen=True, slots=True)
class AnnotationSeen:
    """An annotation had this state when the delivery was sent."""

    state: AnnotationState
    task: TaskRef


@dataclass(frozen=True, slots=True)
class AnnotationsGone:
    """Annotations are reported as deleted, by their ids only."""

    project: int
    annotations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TasksGone:
    """Tasks are reported as deleted, their annotations with them, by their ids only."""

    project: int
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProjectChanged:
    """A project's settings changed; the report does not hold the change."""

    project: int


Event = AnnotationSeen | AnnotationsGone | TasksGone | ProjectChanged
