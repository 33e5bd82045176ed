"""What the steps need from the store. Everything happens in a transaction; each writing one has a sequence number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from curator.domain.annotation import Identity, Revision
from curator.domain.document import Arrival, Document, Source
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.span import Problem
from curator.domain.split import Assignment


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A document that has no split yet, with the one it was given at ingest, if any."""

    document: str
    given: str | None


class Documents(Protocol):
    def add(self, arrivals: Sequence[tuple[Arrival, Sequence[int]]]) -> tuple[int, int]:
        """Add documents with their signature bands and sources; returns how many of each were new. Idempotent."""
        ...

    def text(self, document: str) -> str | None: ...

    def all(self, as_of: int | None = None) -> Iterator[Document]:
        """Yield the documents, by id."""
        ...

    def some(self, documents: Iterable[str]) -> dict[str, Document]: ...

    def first_sources(self, documents: Iterable[str]) -> dict[str, str]:
        """Return the name of the place each document was first found at."""
        ...

    def describing_source(self, document: str, as_of: int) -> tuple[int, Source]:
        """Return the newest source with metadata, else the first one, with its number."""
        ...

    def unassigned(self) -> list[Unassigned]:
        """Return the documents without a split row, by id."""
        ...

    def candidates(self, document: str) -> dict[str, str | None]:
        """Return the split of each assigned document that shares a signature band with this one."""
        ...

    def assign(self, assignments: Sequence[Assignment]) -> None: ...

    def splits(self, as_of: int) -> dict[str, Assignment]: ...

    def lacking_prediction(self, pipeline: PipelineId) -> list[str]:
        """Return the ids of the documents this pipeline has not predicted, in order."""
        ...

    def add_predictions(self, predictions: Sequence[Prediction]) -> int:
        """Add predictions; returns how many were new. Idempotent by document, pipeline name and digest."""
        ...

    def shown_pipeline(self, document: str, before: int) -> str | None:
        """Return the newest pipeline (name@digest) that predicted a document up to a sequence number."""
        ...


@dataclass(frozen=True, slots=True)
class StoredPrediction:
    """A prediction with its number in the store."""

    number: int
    prediction: Prediction


class Tasks(Protocol):
    def project(self, server: str) -> tuple[int, str] | None:
        """Return the id of the project on a server and the hash of the schema it was given."""
        ...

    def has_project(self, server: str, project: int) -> bool:
        """Say whether a project is, or ever was, ours."""
        ...

    def save_project(self, server: str, project: int, schema_hash: str) -> None: ...

    def document(self, server: str, project: int, task: int) -> str | None:
        """Return the document of a task that is not gone."""
        ...

    def live(self, server: str, project: int) -> dict[int, str]:
        """Return the document of every task that is not gone."""
        ...

    def save(self, server: str, project: int, tasks: Mapping[int, str]) -> None:
        """Remember tasks and their documents. Idempotent."""
        ...

    def gone(self, server: str, project: int, tasks: Iterable[int]) -> None: ...

    def without_task(self, server: str, project: int) -> list[str]:
        """Return the documents that have no task, and had none taken away, ordered by id."""
        ...

    def newest_predictions(self, documents: Iterable[str]) -> dict[str, list[StoredPrediction]]:
        """Return each document's newest prediction of each pipeline name, oldest first."""
        ...

    def unsent(self, server: str, project: int) -> list[tuple[int, StoredPrediction]]:
        """Return each live task with each newest prediction of its document that it was not given."""
        ...

    def sent(self, server: str, project: int, task: int, predictions: Iterable[int]) -> None: ...

    def was_sent(self, server: str, project: int, pipeline: PipelineId) -> bool:
        """Say whether any task of a project was given a prediction by this pipeline."""
        ...

    def newest_sent(self, server: str, project: int) -> PipelineId | None:
        """Return the pipeline of the newest prediction that any task of a project was given."""
        ...


class Revisions(Protocol):
    def current(self, server: str, project: int, annotation: int) -> list[Revision]:
        """Return the newest revision of every annotation that ever had this id, tombstones among them."""
        ...

    def alive(
        self, server: str | None = None, project: int | None = None, as_of: int | None = None
    ) -> Iterator[Revision]:
        """Yield the newest revision of every annotation that is not deleted, by document, then identity."""
        ...

    def of_task(self, server: str, project: int, task: int) -> list[Revision]:
        """Return the newest revision of every annotation of a task that is not deleted."""
        ...

    def first_seq(self, identity: Identity) -> int:
        """Return the sequence number at which an annotation first came, 0 where it never did."""
        ...

    def append(self, identity: Identity, document: str, value: Mapping[str, Any] | None) -> None:
        """Add a revision, or a tombstone where the value is None."""
        ...

    def quarantine(self, origin: str, document: str | None, problems: Iterable[Problem]) -> None: ...

    def note_gone(self, server: str, project: int, annotation: int) -> None:
        """Remember the deletion of an annotation that is not known."""
        ...

    def was_noted_gone(self, server: str, project: int, annotation: int) -> bool: ...

    def annotators(self, server: str | None = None) -> dict[tuple[str, int], str]:
        """Return the e-mail address of each known user, by server and user id."""
        ...

    def save_annotators(self, server: str, users: Mapping[int, str]) -> None: ...

    def watermark(self, server: str, project: int) -> str | None: ...

    def save_watermark(self, server: str, project: int, updated_at: str) -> None: ...


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it was made; `record` is None where the document stays undecided."""

    result: Mapping[str, Any]
    record: bytes | None


class Decisions(Protocol):
    def find(self, document: str, input_key: str) -> StoredDecision | None: ...

    def add(self, document: str, input_key: str, policy: str, decider: str, decision: StoredDecision) -> None: ...

    def add_version(self, dataset: str, number: int, digest: str, as_of: int) -> None:
        """Remember a version. Idempotent."""
        ...

    def add_model(self, name: str, dataset: str, version: int, path: str, scores: Mapping[str, Any]) -> None: ...

    def model_scores(self, name: str) -> dict[str, Any] | None:
        """Return the scores of the newest model of a name, or None where there is none."""
        ...


class Settings(Protocol):
    def get(self, name: str, as_of: int | None = None) -> Any:
        """Return the value a setting had, or None where it had none."""
        ...

    def put(self, name: str, value: Any) -> None:
        """Set a value; where it has this value already nothing is written."""
        ...


class Transaction(Protocol):
    """One consistent view of the store; in a writing one, all or nothing, `seq` is its number."""

    @property
    def seq(self) -> int: ...

    @property
    def documents(self) -> Documents: ...

    @property
    def tasks(self) -> Tasks: ...

    @property
    def revisions(self) -> Revisions: ...

    @property
    def decisions(self) -> Decisions: ...

    @property
    def settings(self) -> Settings: ...

    def seq_at(self, at: str) -> int:
        """Return the last sequence number at or before a time in the form of `instant`; 0 before the first."""
        ...

    def receipt(self, delivery: str) -> str | None:
        """Return what came of a delivery that was applied, None for any other."""
        ...

    def add_receipt(self, delivery: str, outcome: str) -> None: ...

    def counts(self) -> dict[str, Any]: ...


class Store(Protocol):
    def reading(self) -> AbstractContextManager[Transaction]: ...

    def writing(self) -> AbstractContextManager[Transaction]: ...

    def lease(self, name: str, holder: str, seconds: float) -> bool:
        """Take or renew a lease; returns whether the holder has it now."""
        ...

    def release(self, name: str, holder: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook call as it came."""

    id: str
    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """What is known of a delivery beside its body; times in the form of `instant`, `size` in bytes."""

    id: str
    number: int
    received_at: str
    settled_at: str | None
    state: str
    cause: str
    size: int


class Inbox(Protocol):
    """Where deliveries are durable before they are answered."""

    def put(self, body: bytes) -> str:
        """Store a delivery durably and return its id."""
        ...

    def pending(self, limit: int) -> list[Delivery]:
        """Return the oldest deliveries that wait, in the order in which they came."""
        ...

    def settle(self, delivery: str, state: str, cause: str) -> None:
        """Mark a delivery as `applied`, `stale` or `dead`."""
        ...

    def counts(self) -> dict[str, int]:
        """Return the number of deliveries in each state."""
        ...

    def recent(self, limit: int, state: str | None = None) -> list[DeliveryFacts]:
        """Return the last deliveries, newest first, those in one state where it is given."""
        ...

    def again(self, deliveries: Sequence[str] | None) -> int:
        """Let deliveries wait once more, the dead ones where None is given; returns how many that were."""
        ...
