"""Annotations: what a person, or a tool that was imported from, annotated on a text, revision by revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from curator.domain.canonical import Shift, digest

_LABEL_STUDIO = "label-studio:"


@dataclass(frozen=True, slots=True, order=True)
class ProjectSource:
    """A project of a Label Studio server as a source of annotations; its text names it in identities."""

    server: str
    project: int

    def __str__(self) -> str:
        return f"{_LABEL_STUDIO}{self.server}/{self.project}"


def project_source(source: str) -> ProjectSource | None:
    """Return the project that a source names, or None for a source that is no Label Studio project."""
    server, slash, project = source.removeprefix(_LABEL_STUDIO).rpartition("/")
    if not source.startswith(_LABEL_STUDIO) or not slash or not project.isdecimal():
        return None
    return ProjectSource(server, int(project))


def annotator_key(server: str, user: int) -> str:
    """Return the key of a user of a Label Studio server among all annotators."""
    return f"{server}/{user}"


def fallback_name(annotator: str) -> str:
    """Return what to call an annotator of this key whose name is not known."""
    user = annotator.rpartition("/")[2]
    return f"user {user}" if user.isdecimal() else annotator


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one annotation from every other: its source, its key there, and when it was made there.

    A source may give a key out again, so the time belongs to it.
    """

    source: str
    key: str
    created_at: str

    @property
    def rank(self) -> tuple[str, int, str, str]:
        """The order of annotations within a document: numbers that are kept as keys come in their own order."""
        return (self.source, len(self.key), self.key, self.created_at)


class Form(StrEnum):
    """How the body of a revision is written."""

    LABEL_STUDIO = "label-studio"
    """Label Studio's list of result items, as it came."""
    LABEL_STUDIO_RAW = "label-studio-raw"
    """Such a list, as it came, of a text that is not canonical or not alone in its task, with what places its items."""
    CONTENT = "content"
    """Spans, relations and attributes as records have them."""


@dataclass(frozen=True, slots=True)
class AnnotationState:
    """An annotation as its source held it at one moment; times are UTC in the form of `instant`.

    `body` is a JSON value of the form that `form` names. Annotators are keys. `task` and `parent_prediction` are ids
    of Label Studio, and None for annotations from elsewhere; `lead_time` is in seconds. What is `for_review` waits for
    a reviewer in Label Studio and decides nothing. A copy that was sent there to be reviewed says of which revision it
    is one, `review_of`; it is `for_review` until somebody updates it.
    """

    identity: Identity
    annotator: str | None
    updated_by: str | None
    updated_at: str
    skipped: bool
    ground_truth: bool
    lead_time: float | None
    form: Form
    body: Any
    task: int | None = None
    parent_prediction: int | None = None
    for_review: bool = False
    review_of: int | None = None

    def value(self) -> dict[str, Any]:
        """Return the JSON value that is stored; `state_from_value` reads it back."""
        value = {
            "annotator": self.annotator,
            "updated_by": self.updated_by,
            "updated_at": self.updated_at,
            "skipped": self.skipped,
            "ground_truth": self.ground_truth,
            "lead_time": self.lead_time,
            "form": self.form.value,
            "body": self.body,
            "task": self.task,
            "parent_prediction": self.parent_prediction,
        }
        if self.for_review:
            value["for_review"] = True
        if self.review_of is not None:
            value["review_of"] = self.review_of
        return value


def state_from_value(identity: Identity, value: Mapping[str, Any]) -> AnnotationState:
    """Return the state that `AnnotationState.value` wrote."""
    return AnnotationState(identity=identity, **{**value, "form": Form(value["form"])})


@dataclass(frozen=True, slots=True)
class Revision:
    """One accepted state of an annotation of a document, or its tombstone; `number` grows with every revision."""

    number: int
    identity: Identity
    document: str
    state: AnnotationState | None

    @property
    def deleted(self) -> bool:
        return self.state is None


@dataclass(frozen=True, slots=True)
class UnreadableAnnotation:
    """An annotation that its source holds and nobody can read, with the cause in a few words.

    The key is empty where a whole task cannot be read, and the task is 0 where it is not known.
    """

    source: str
    task: int
    key: str
    cause: str

    @property
    def name(self) -> str:
        return annotation_name(self.task, self.key)


def annotation_name(task: int | None, key: str) -> str:
    """Return how people are told of an annotation, as far as task and key are known."""
    parts = (f"task {task}" if task else "", f"annotation {key}" if key else "")
    return ", ".join(part for part in parts if part) or "an annotation"


@dataclass(frozen=True, slots=True)
class RawText:
    """How a task of an adopted project has its text: the name that regions know it by, and by what offsets move.

    `keyed` says whether the task's data has our key, `changed` whether the text was written another way when the task
    was taken in, so that offsets from then are not those of now.
    """

    name: str
    shifts: tuple[Shift, ...] = ()
    keyed: bool = False
    changed: bool = False

    @property
    def form(self) -> str:
        """What texts have in common in which every offset moves alike: a digest, empty where none moves."""
        return digest(self.shifts)[:24] if self.shifts else ""


@dataclass(frozen=True, slots=True)
class TaskRef:
    """A task of Label Studio: its id, our own key in its data, and its text.

    One of an adopted project has as its `document` what the store knows it by, else what its text is the document of;
    its text is canonical here, `raw` says how it is there, and `created_at` tells it from others of its number.
    """

    server: str
    project: int
    task: int
    document: str | None
    text: str | None
    raw: RawText | None = None
    created_at: str | None = None

    @property
    def source(self) -> str:
        """The source of the task's annotations."""
        return str(ProjectSource(self.server, self.project))


def instant(value: str | datetime) -> str:
    """Return a time as UTC with microseconds, in a form that sorts as text: 2026-11-22T01:49:00.000000Z.

    A time without a zone is taken as UTC. Raises ValueError for what is no ISO 8601 time.
    """
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{value} is out of range in UTC") from error
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
