"""Projects and tasks in Label Studio, and what was sent to them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, select, update

from curator.domain.annotation import ProjectSource
from curator.domain.prediction import GIVEN, PipelineId, Prediction
from curator.domain.span import content_from_value
from curator.steps.ports.stored_tasks import ProjectRole, StoredPrediction
from curator.store import standing
from curator.store.rows import chunks, insert_missing
from curator.store.tables import DocumentRow, PredictionRow, ProjectRow, SentPrediction, TaskRow

_NEWEST = select(func.max(PredictionRow.id)).group_by(PredictionRow.document, PredictionRow.pipeline)


class TaskTable:
    """Implements the port `Tasks`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def project(self, server: str, role: ProjectRole = ProjectRole.ANNOTATION) -> tuple[int, str] | None:
        query = (
            select(ProjectRow.project, ProjectRow.schema_hash)
            .where(ProjectRow.server == server, ProjectRow.role == role.value)
            .order_by(ProjectRow.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else (row.project, row.schema_hash)

    def has_any_project(self) -> bool:
        return self._connection.scalar(select(ProjectRow.id).limit(1)) is not None

    def has_project(self, server: str, project: int) -> bool:
        query = select(ProjectRow.id).where(ProjectRow.server == server, ProjectRow.project == project).limit(1)
        return self._connection.scalar(query) is not None

    def save_project(
        self, server: str, project: int, schema_hash: str, role: ProjectRole = ProjectRole.ANNOTATION
    ) -> None:
        if self.project(server, role) != (project, schema_hash):
            row = {"seq": self._seq, "server": server, "project": project, "role": role.value}
            row["schema_hash"] = schema_hash
            known = self.has_project(server, project)
            self._connection.execute(insert(ProjectRow).values(**row))
            if not known:
                standing.project_known(self._connection, self._seq, ProjectSource(server, project))

    def document(self, server: str, project: int, task: int) -> str | None:
        return self._connection.scalar(
            select(TaskRow.document).where(
                TaskRow.server == server, TaskRow.project == project, TaskRow.task == task, TaskRow.gone.is_(False)
            )
        )

    def live(self, server: str, project: int) -> dict[int, str]:
        query = select(TaskRow.task, TaskRow.document).where(
            TaskRow.server == server, TaskRow.project == project, TaskRow.gone.is_(False)
        )
        return {row.task: row.document for row in self._connection.execute(query)}

    def live_count(self, server: str, project: int) -> int:
        live = (TaskRow.server == server, TaskRow.project == project, TaskRow.gone.is_(False))
        return int(self._connection.scalar(select(func.count()).where(*live)) or 0)

    def save(self, server: str, project: int, tasks: Mapping[int, str]) -> None:
        for task, document in tasks.items():
            held = self.document(server, project, task)
            if held == document:
                continue
            # A server that re-uses ids may give a gone task's id to another document.
            if held is not None:
                self.mark_gone(server, project, [task])
            key = {"server": server, "project": project, "task": task, "document": document}
            # What its predecessor was given went with it, so it counts from now on.
            state = {"gone": False, "since": self._seq}
            if not insert_missing(self._connection, TaskRow, [{**key, **state}]):
                self._connection.execute(update(TaskRow).filter_by(**key).values(**state))

    def mark_gone(self, server: str, project: int, tasks: Iterable[int]) -> None:
        for chunk in chunks(tasks, 400):
            self._connection.execute(
                update(TaskRow)
                .where(TaskRow.server == server, TaskRow.project == project, TaskRow.task.in_(chunk))
                # A task's number is given out again: what was gone before went then.
                .where(TaskRow.gone.is_(False))
                .values(gone=True, gone_seq=self._seq)
            )

    def without_task(self, server: str, project: int) -> list[str]:
        tasked = select(TaskRow.document).where(TaskRow.server == server, TaskRow.project == project)
        query = select(DocumentRow.id).where(DocumentRow.id.not_in(tasked)).order_by(DocumentRow.id)
        return list(self._connection.scalars(query))

    def newest_predictions(self, documents: Iterable[str]) -> dict[str, list[StoredPrediction]]:
        predictions: dict[str, list[StoredPrediction]] = {}
        for chunk in chunks(documents, 400):
            query = (
                select(PredictionRow.__table__)
                .where(PredictionRow.id.in_(_NEWEST), PredictionRow.document.in_(chunk))
                .order_by(PredictionRow.id)
            )
            for row in self._connection.execute(query):
                predictions.setdefault(row.document, []).append(_prediction(row))
        return predictions

    def unsent(self, server: str, project: int) -> list[tuple[int, StoredPrediction]]:
        sent = exists().where(
            SentPrediction.server == TaskRow.server,
            SentPrediction.project == TaskRow.project,
            SentPrediction.task == TaskRow.task,
            SentPrediction.prediction == PredictionRow.id,
            SentPrediction.seq >= TaskRow.since,
        )
        query = (
            select(TaskRow.task, PredictionRow.__table__)
            .join(PredictionRow, PredictionRow.document == TaskRow.document)
            .where(
                TaskRow.server == server,
                TaskRow.project == project,
                TaskRow.gone.is_(False),
                PredictionRow.id.in_(_NEWEST),
                ~sent,
            )
            .order_by(TaskRow.task, PredictionRow.id)
        )
        return [(row.task, _prediction(row)) for row in self._connection.execute(query)]

    def mark_sent(self, server: str, project: int, task: int, predictions: Iterable[int]) -> None:
        key = {"server": server, "project": project, "task": task, "seq": self._seq}
        insert_missing(self._connection, SentPrediction, [{**key, "prediction": number} for number in predictions])

    def was_sent(self, server: str, project: int, pipeline: PipelineId) -> bool:
        query = (
            select(SentPrediction.task)
            .join(PredictionRow, PredictionRow.id == SentPrediction.prediction)
            .where(
                SentPrediction.server == server,
                SentPrediction.project == project,
                PredictionRow.pipeline == pipeline.name,
                PredictionRow.digest == pipeline.digest,
            )
            .limit(1)
        )
        return self._connection.scalar(query) is not None

    def newest_sent(self, server: str, project: int) -> PipelineId | None:
        query = (
            select(PredictionRow.pipeline, PredictionRow.digest)
            .join(SentPrediction, PredictionRow.id == SentPrediction.prediction)
            .where(SentPrediction.server == server, SentPrediction.project == project, PredictionRow.pipeline != GIVEN)
            .order_by(PredictionRow.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else PipelineId(row.pipeline, row.digest)

    def counts(self) -> dict[str, Any]:
        query = select(func.count()).select_from(TaskRow).where(TaskRow.gone.is_(False))
        return {"tasks": self._connection.scalar(query)}


def _prediction(row: Row[Any]) -> StoredPrediction:
    pipeline = PipelineId(row.pipeline, row.digest)
    return StoredPrediction(row.id, Prediction(row.document, pipeline, content_from_value(row.content)))
