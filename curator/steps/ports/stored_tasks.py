"""The store of projects and tasks in Label Studio, and of what was sent to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from curator.domain.annotation import TaskRef
from curator.domain.prediction import PipelineId, Prediction


@dataclass(frozen=True, slots=True)
class StoredPrediction:
    """A prediction with its number in the store."""

    number: int
    prediction: Prediction


class ProjectRole(StrEnum):
    """What a project in Label Studio is for."""

    ANNOTATION = "annotation"
    """Made by curator; annotators work in it."""
    ADJUDICATION = "adjudication"
    """Made by curator; what annotators disagree on is settled in it."""
    ADOPTED = "adopted"
    """Made by somebody else, and read in place."""


class Tasks(Protocol):
    """The store of projects and tasks in Label Studio."""

    def project(self, server: str, role: ProjectRole = ProjectRole.ANNOTATION) -> tuple[int, str] | None:
        """Return the id of the newest project of a role on a server and the hash of the schema it was given."""
        ...

    def has_any_project(self) -> bool:
        """Say whether there is any project that is given our labels, as adopted ones are not."""
        ...

    def has_project(self, server: str, project: int) -> bool:
        """Say whether a project is, or ever was, ours."""
        ...

    def save_project(
        self, server: str, project: int, schema_hash: str, role: ProjectRole = ProjectRole.ANNOTATION
    ) -> None:
        """Remember a project, now the newest of its role, and the hash of the schema it was given."""
        ...

    def document(self, server: str, project: int, task: int) -> str | None:
        """Return the document of a task that is not gone."""
        ...

    def live(self, server: str, project: int) -> dict[int, str]:
        """Return the document of every task that is not gone."""
        ...

    def live_count(self, server: str, project: int) -> int:
        """Return the number of tasks that are not gone."""
        ...

    def save(
        self, server: str, project: int, tasks: Mapping[int, str], refs: Mapping[int, TaskRef] | None = None
    ) -> None:
        """Remember tasks and their documents, and of adopted ones what their refs tell. Idempotent."""
        ...

    def mark_gone(self, server: str, project: int, tasks: Iterable[int]) -> None:
        """Remember that tasks are no longer there."""
        ...

    def without_task(self, server: str, project: int) -> list[str]:
        """Return the documents that have no task, and had none taken away, ordered by id.

        One that a task of an adopted project of the server holds, and that is not gone, has one.
        """
        ...

    def is_sending(self, server: str, project: int) -> bool:
        """Say whether tasks were about to be made of which nobody knows what came."""
        ...

    def begin_sending(self, server: str, project: int) -> None:
        """Remember, before it is asked for, that tasks are about to be made. Idempotent."""
        ...

    def end_sending(self, server: str, project: int, seq: int) -> None:
        """Remember that it is known what came of it: every document up to a sequence number has a task, or had one.

        `without_task` passes over these. Idempotent.
        """
        ...

    def newest_predictions(self, documents: Iterable[str]) -> dict[str, list[StoredPrediction]]:
        """Return each document's newest prediction of each pipeline name, oldest first."""
        ...

    def unsettled(self, server: str, project: int) -> list[str]:
        """Return the documents whose predictions, tasks or annotations changed since the number last settled, by id.

        Of other documents no task lacks a prediction.
        """
        ...

    def unsent(self, server: str, project: int, documents: Iterable[str]) -> list[tuple[int, StoredPrediction]]:
        """Return the documents' live tasks, each with a newest prediction that it was not given.

        Tasks with a current annotation are left out, but for those that were only ever skipped.
        """
        ...

    def sent_unreviewed(self, server: str, project: int, tasks: Iterable[int]) -> list[tuple[int, StoredPrediction]]:
        """Return the newest predictions that those of the tasks have on which nobody has annotated, by task."""
        ...

    def settle(self, server: str, project: int, seq: int) -> None:
        """Remember that nothing up to a sequence number left a task without a prediction. Idempotent."""
        ...

    def mark_sent(self, server: str, project: int, sent: Sequence[tuple[int, int]]) -> None:
        """Remember the predictions that tasks were given: pairs of a task and a prediction's number. Idempotent."""
        ...

    def was_sent(self, server: str, project: int, pipeline: PipelineId) -> bool:
        """Say whether any task of a project was given a prediction by this pipeline."""
        ...

    def newest_sent(self, server: str, project: int) -> PipelineId | None:
        """Return the pipeline of the newest prediction that any task of a project was given."""
        ...
