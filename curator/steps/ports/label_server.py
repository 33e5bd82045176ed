"""A Label Studio server: projects, tasks, predictions, annotations, webhooks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from curator.domain.annotation import AnnotationState, TaskRef, UnreadableAnnotation
from curator.domain.document import RawDocument
from curator.domain.prediction import PipelineId
from curator.domain.schema import LabelSchema
from curator.domain.span import Content


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """A project in Label Studio, as far as curator cares, with the numbers of its tasks and annotations.

    Skipped annotations count too. The numbers are counted when asked, and those of a project just made may be 0.
    """

    id: int
    title: str
    label_config: str
    marker: str
    model_version: str
    tasks: int = 0
    annotations: int = 0


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be made: our key, the text, what an annotator may see of its origin, its predictions and reviews."""

    document: str
    text: str
    source: str
    predictions: tuple["NewPrediction", ...] = ()
    reviews: tuple["NewReview", ...] = ()


@dataclass(frozen=True, slots=True)
class NewPrediction:
    """A prediction to be sent: the pipeline as Label Studio shall name it, content, and a score from 0 to 1.

    Tasks with the lowest score come first in the queue.
    """

    model_version: str
    content: Content
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class NewReview:
    """A copy of an annotation from elsewhere, to be reviewed: its revision, content under the labels of the schema.

    `annotator` is the user's id of who made it, None where it is nobody there: then it is the token's user who did.
    """

    revision: int
    content: Content
    text: str
    schema: LabelSchema
    annotator: int | None = None


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task with all its annotations, as Label Studio lists it; `updated_at` in the form of `instant`.

    One of an adopted project is `offered` as a document, where it has a text.
    """

    ref: TaskRef
    updated_at: str
    annotations: tuple[AnnotationState, ...]
    unreadable: tuple[UnreadableAnnotation, ...] = ()
    model_versions: tuple[str, ...] = ()
    offered: RawDocument | None = None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What an index says of a task: its newest time of change, and how many annotations it has, skipped ones too."""

    updated_at: str
    annotations: int


@dataclass(frozen=True, slots=True)
class PredictionRef:
    """A prediction as Label Studio holds it: its number there, its task, and its pipeline as Label Studio names it."""

    number: int
    task: int
    model_version: str


@dataclass(frozen=True, slots=True)
class TaskPrediction:
    """A prediction that a task of an adopted project has, as it is taken in; content is in canonical offsets."""

    number: int
    task: int
    pipeline: PipelineId
    content: Content


@dataclass(frozen=True, slots=True)
class WebhookRef:
    """A webhook as Label Studio holds it."""

    id: int
    url: str
    active: bool
    headers: Mapping[str, str] = field(repr=False)
    actions: tuple[str, ...]
    all_actions: bool
    payload: bool


class LabelServer(Protocol):
    """A Label Studio server. Every method raises ServerUnreachable or ServerRefused."""

    @property
    def name(self) -> str:
        """The server's name in every identity."""
        ...

    def find_project(self, marker: str) -> ProjectRef | None:
        """Return the oldest project whose description holds the marker."""
        ...

    def project(self, project: int) -> ProjectRef | None:
        """Return a project, or None where there is none with this id."""
        ...

    def create_project(self, title: str, marker: str, schema: LabelSchema) -> ProjectRef:
        """Make a project with the marker in its description and a schema's interface; repeated, it makes another."""
        ...

    def update_project(self, project: int, schema: LabelSchema) -> bool:
        """Set interface, instruction and queue order to what the schema says; returns whether any differed."""
        ...

    def show_predictions_of(self, project: int, model_version: str) -> None:
        """Make a pipeline's predictions the ones that annotators start from."""
        ...

    def add_tasks(self, project: int, tasks: Sequence[NewTask]) -> list[int]:
        """Make tasks with their predictions and reviews; returns their ids in the same order.

        A project that shows no pipeline's predictions yet shows those of the last prediction from then on.
        """
        ...

    def add_predictions(self, project: int, predictions: Sequence[tuple[int, NewPrediction]]) -> None:
        """Add predictions to tasks of a project, each given by its id; repeated, it adds them once more.

        Raises ServerRefused where the project does not have one of the tasks.
        """
        ...

    def add_reviews(self, reviews: Sequence[tuple[int, NewReview]]) -> None:
        """Add copies of annotations to tasks, given by their ids, in order; repeated, it adds them once more.

        Each comes back with the number of its revision, and is for review until somebody updates it. Raises
        ServerRefused where a task is not there.
        """
        ...

    def rewrite_predictions(self, predictions: Sequence[tuple[int, NewPrediction]]) -> int:
        """Give the predictions that tasks have of the same pipelines these results, under the numbers that they have.

        Returns how many differed. Idempotent; a task without such a prediction is left alone.
        """
        ...

    def prediction(self, number: int) -> PredictionRef | None:
        """Return a prediction by its number, or None where there is none."""
        ...

    def task_predictions(self, project: int, tasks: Sequence[int], schema: LabelSchema) -> Iterator[TaskPrediction]:
        """Yield the predictions that tasks of an adopted project have, as a schema reads them, in any order."""
        ...

    def tasks(self, project: int, updated_since: str | None = None) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield the tasks of a project with their annotations, skipped ones too, in the order of `updated_at`.

        A task that the server fails on comes as unreadable.
        """
        ...

    def tasks_by_id(self, project: int, tasks: Sequence[int]) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield those of the tasks that a project has, as `tasks` does, in any order."""
        ...

    def task_index(self, project: int) -> dict[int, TaskFacts]:
        """Return the facts of all tasks of a project, by id; much cheaper than the tasks themselves."""
        ...

    def remove_unannotated(self, project: int, task: int, document: str) -> bool:
        """Delete a project's task of a document on which nobody has worked; returns whether it is gone.

        A task with an annotation or a draft, or of another project or document, is left alone.
        """
        ...

    def annotation(self, annotation: int) -> tuple[AnnotationState | UnreadableAnnotation, TaskRef] | None:
        """Return an annotation as it is now, or None where there is none with this id."""
        ...

    def task(self, task: int) -> TaskState | None:
        """Return a task as it is now, or None where there is none with this id."""
        ...

    def add_key(self, task: int, document: str) -> bool:
        """Put our key into the data of a task, all else of which stays; returns whether it has it now.

        A key that somebody else has there stays; so does the task's place among those that changed, where it had ours.
        """
        ...

    def users(self) -> dict[int, str]:
        """Return the e-mail address of every user, by id."""
        ...

    def webhooks(self, project: int) -> list[WebhookRef]:
        """Return the webhooks of a project, oldest first."""
        ...

    def save_webhook(self, project: int, url: str, headers: Mapping[str, str], webhook: int | None) -> None:
        """Create the webhook, or set an existing one to this URL and these headers, active, with payload.

        Subscribed are the actions on annotations, TASKS_DELETED and PROJECT_UPDATED.
        """
        ...

    def delete_webhook(self, webhook: int) -> None:
        """Delete a webhook; one that is gone already is no error."""
        ...


ProjectLookup = Callable[[], bool]
"""Says whether the server at an address holds this store's project. Raises ServerUnreachable or ServerRefused."""
