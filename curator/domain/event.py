"""What a webhook delivery says, freed of its transport."""

from dataclasses import dataclass

from curator.domain.annotation import AnnotationState, TaskRef, UnreadableAnnotation


@dataclass(frozen=True, slots=True)
class AnnotationSeen:
    """An annotation had this state when the delivery was sent."""

    state: AnnotationState
    task: TaskRef


@dataclass(frozen=True, slots=True)
class AnnotationUnread:
    """An annotation was made or changed into what cannot be read."""

    project: int
    annotation: UnreadableAnnotation


@dataclass(frozen=True, slots=True)
class AnnotationsGone:
    """Annotations are said to be deleted; only their ids are known."""

    project: int
    annotations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TasksGone:
    """Tasks are said to be deleted, their annotations with them; only their ids are known."""

    project: int
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProjectChanged:
    """A project's settings changed; what changed is not known."""

    project: int


Event = AnnotationSeen | AnnotationUnread | AnnotationsGone | TasksGone | ProjectChanged
