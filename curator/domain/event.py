"""Events that webhook deliveries report, freed of their transport."""

from dataclasses import dataclass

from curator.domain.annotation import AnnotationState, TaskRef, UnreadableAnnotation


@dataclass(frozen=True, slots=True)
class AnnotationObserved:
    """An annotation had this state when the delivery was sent.

    `started_from` is the pipeline of its parent prediction, where the delivery tells it.
    """

    state: AnnotationState
    task: TaskRef
    started_from: str | None = None


@dataclass(frozen=True, slots=True)
class AnnotationUnreadable:
    """An annotation was made or changed into what cannot be read."""

    project: int
    annotation: UnreadableAnnotation


@dataclass(frozen=True, slots=True)
class AnnotationsDeleted:
    """The delivery reports annotations as deleted; only their ids are known."""

    project: int
    annotations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TasksDeleted:
    """The delivery reports tasks as deleted, their annotations with them; only their ids are known."""

    project: int
    tasks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProjectChanged:
    """A project's settings changed; what changed is not known."""

    project: int


Event = AnnotationObserved | AnnotationUnreadable | AnnotationsDeleted | TasksDeleted | ProjectChanged
