"""What the dashboard shows of the store, and the port it reads it through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from curator.domain.schema import LabelSchema
from curator.domain.scoring import MatchCounts
from curator.domain.span import Content


class DocumentState(StrEnum):
    """How far a document has come; every document is in exactly one state.

    Reviewed ones have a decision made since the last change, or by a person; undecided ones have been submitted since
    the last decision; of skipped ones nobody has submitted anything.
    """

    NO_TASK = "no-task"
    WAITING = "waiting"
    REVIEWED = "reviewed"
    SKIPPED = "skipped"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class AnnotatorProgress:
    """What a person's current annotations amount to; `seconds` is the lead time of the `timed` ones together."""

    name: str
    reviewed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    timed: int = 0
    last_activity: str | None = None

    @property
    def mean_lead_time(self) -> float | None:
        return self.seconds / self.timed if self.timed else None


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far the documents have come; `days` are the dates with submitted annotations and their number, ascending."""

    documents: Mapping[DocumentState, int]
    annotators: tuple[AnnotatorProgress, ...]
    days: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(self.documents.values())


@dataclass(frozen=True, slots=True)
class LabelMatches:
    """One label of a pipeline: how often it was predicted in all, and what became of the spans that were shown."""

    layer: str
    label: str
    predicted: int
    matches: MatchCounts


@dataclass(frozen=True, slots=True)
class PipelineMatches:
    """One pipeline: how many documents it predicted, how many annotations started from it, and its labels."""

    pipeline: str
    documents: int
    annotations: int
    labels: tuple[LabelMatches, ...]


@dataclass(frozen=True, slots=True)
class LabelReport:
    """The pipelines, newest first; `waiting` predictions and annotations are left to count while `counting` goes on."""

    pipelines: tuple[PipelineMatches, ...]
    counting: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """A delivery, without its body; `applied_at` is unknown where it was not applied."""

    number: int
    received_at: str
    state: str
    cause: str
    size: int
    applied_at: str | None

    @property
    def lag(self) -> float | None:
        """The seconds from received to applied."""
        if self.applied_at is None:
            return None
        passed = datetime.fromisoformat(self.applied_at) - datetime.fromisoformat(self.received_at)
        return max(passed.total_seconds(), 0.0)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The number of deliveries by state, and the last ones and the last dead ones, newest first."""

    counts: Mapping[str, int]
    last: tuple[DeliverySeen, ...]
    dead: tuple[DeliverySeen, ...]


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """A dataset version."""

    dataset: str
    number: int
    digest: str
    made_at: str


@dataclass(frozen=True, slots=True)
class ModelSeen:
    """A trained model with the scores its training reported on the dev split."""

    name: str
    dataset: str
    version: int
    made_at: str
    scores: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in a list; `size` in code points."""

    id: str
    source: str
    lang: str
    size: int
    split: str | None
    annotations: int
    state: DocumentState


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page of the list of documents, by id; pages count from 1."""

    lines: tuple[DocumentLine, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """A place a document was found at."""

    name: str
    encoding: str
    meta: Mapping[str, Any]
    split: str | None
    found_at: str


@dataclass(frozen=True, slots=True)
class RevisionSeen:
    """One accepted state of an annotation, or its deletion; `current` where no later one took its place."""

    number: int
    accepted_at: str
    source: str
    key: str
    annotator: str
    updated_by: str
    updated_at: str
    skipped: bool
    ground_truth: bool
    deleted: bool
    current: bool
    lead_time: float | None
    spans: int
    problems: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a pipeline, a person or a decision says of a text; `by` names it, `at` is when."""

    by: str
    at: str
    content: Content


@dataclass(frozen=True, slots=True)
class DocumentView:
    """Everything about one document.

    `predicted` is the prediction that the current answer started from, else the newest one; `current` is the decision
    where `decided`, else the annotation that would be decided on.
    """

    id: str
    text: str
    lang: str
    state: DocumentState
    split: str | None
    split_reason: str
    sources: tuple[SourceSeen, ...]
    revisions: tuple[RevisionSeen, ...]
    predicted: Said | None
    shown: bool
    current: Said | None
    decided: bool


class Overview(Protocol):
    """Reads what the dashboard shows; every method raises CuratorError where the store cannot be read."""

    def schema(self) -> LabelSchema | None:
        """Return the label schema in force, None before the first one."""
        ...

    def progress(self) -> ReviewProgress: ...

    def labels(self) -> LabelReport:
        """Return what was counted so far; soon after the first call that is everything."""
        ...

    def deliveries(self) -> Deliveries: ...

    def versions(self) -> tuple[VersionSeen, ...]:
        """Return the newest dataset versions, newest first."""
        ...

    def models(self) -> tuple[ModelSeen, ...]:
        """Return the newest models, newest first."""
        ...

    def documents(self, state: DocumentState | None, page: int) -> DocumentPage:
        """Return a page of the documents in a state, of all where it is None; the last page for numbers beyond it."""
        ...

    def document(self, document: str) -> DocumentView | None:
        """Return a document, or None where there is none with this id."""
        ...
