"""Projects and tasks in Label Studio, and what was sent to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    union,
    update,
)
from sqlalchemy.orm import aliased

from curator.domain.annotation import ProjectSource, TaskRef
from curator.domain.prediction import GIVEN, PipelineId, Prediction
from curator.domain.span import content_from_value
from curator.steps.ports.stored_tasks import ProjectRole, StoredPrediction
from curator.store import standing
from curator.store.rows import chunks, insert_missing
from curator.store.tables import (
    CurrentRow,
    DocumentRow,
    DoubledRow,
    PredictionRow,
    ProjectRow,
    PushRow,
    RevisionRow,
    SentPrediction,
    TaskRow,
)

_BATCH = 400


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
        query = select(ProjectRow.id).where(ProjectRow.role != ProjectRole.ADOPTED.value).limit(1)
        return self._connection.scalar(query) is not None

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
                *_of(TaskRow, server, project), TaskRow.task == task, TaskRow.gone.is_(False)
            )
        )

    def live(self, server: str, project: int) -> dict[int, str]:
        query = select(TaskRow.task, TaskRow.document).where(
            TaskRow.server == server, TaskRow.project == project, TaskRow.gone.is_(False)
        )
        return {row.task: row.document for row in self._connection.execute(query)}

    def live_count(self, server: str, project: int) -> int:
        query = select(func.count()).select_from(TaskRow).where(*_of(TaskRow, server, project), TaskRow.gone.is_(False))
        return int(self._connection.scalar(query) or 0)

    def save(
        self, server: str, project: int, tasks: Mapping[int, str], refs: Mapping[int, TaskRef] | None = None
    ) -> None:
        of_project = _of(TaskRow, server, project)
        for chunk in chunks(tasks.items(), _BATCH):
            query = select(TaskRow.task, TaskRow.document, TaskRow.gone)
            rows = self._connection.execute(query.where(*of_project, TaskRow.task.in_([task for task, _ in chunk])))
            held = {(row.task, row.document): row.gone for row in rows}
            changed = [pair for pair in chunk if held.get(pair, True)]
            # A server that re-uses ids may give a gone task's id to another document.
            given_again = {task for (task, _), gone in held.items() if not gone} & {task for task, _ in changed}
            self.mark_gone(server, project, sorted(given_again))
            # What its predecessor was given went with it, so it counts from now on.
            state = {"gone": False, "since": self._seq}
            key = {"server": server, "project": project}
            new = [pair for pair in changed if pair not in held]
            insert_missing(
                self._connection, TaskRow, [{**key, "task": task, "document": named, **state} for task, named in new]
            )
            if back := [pair for pair in changed if pair in held]:
                is_back = tuple_(TaskRow.task, TaskRow.document).in_(back)
                self._connection.execute(update(TaskRow).where(*of_project, is_back).values(**state))
            self._note_doubled(server, project, {document for _, document in changed})
        made = [
            {"of": task, "at": ref.created_at, "form": ref.raw.form}
            for task, ref in (refs or {}).items()
            if ref.created_at is not None and ref.raw is not None
        ]
        if made:
            of_task = (*_of(TaskRow, server, project), TaskRow.task == bindparam("of"), TaskRow.gone.is_(False))
            at, form = bindparam("at", type_=String()), bindparam("form", type_=String())
            other = or_(TaskRow.created_at.is_distinct_from(at), TaskRow.raw_form.is_distinct_from(form))
            change = update(TaskRow).where(*of_task, other).values(created_at=at, raw_form=form)
            self._connection.execute(change, made)

    def _note_doubled(self, server: str, project: int, documents: Collection[str]) -> None:
        """Remember those of the documents that several tasks hold by now."""
        if documents:
            of_project = (*_of(TaskRow, server, project), TaskRow.gone.is_(False))
            query = select(TaskRow.document).where(*of_project, TaskRow.document.in_(documents))
            several = self._connection.scalars(query.group_by(TaskRow.document).having(func.count() > 1))
            rows = [{"server": server, "project": project, "document": document} for document in several]
            insert_missing(self._connection, DoubledRow, rows)

    def mark_gone(self, server: str, project: int, tasks: Iterable[int]) -> None:
        for chunk in chunks(tasks, _BATCH):
            self._connection.execute(
                update(TaskRow)
                .where(TaskRow.server == server, TaskRow.project == project, TaskRow.task.in_(chunk))
                # A task's number is given out again: what was gone before went then.
                .where(TaskRow.gone.is_(False))
                .values(gone=True, gone_seq=self._seq)
            )

    def without_task(self, server: str, project: int) -> list[str]:
        tasked = exists().where(*_of(TaskRow, server, project), TaskRow.document == DocumentRow.id)
        until = select(PushRow.tasked_until).where(*_of(PushRow, server, project)).scalar_subquery()
        elsewhere = exists().where(
            TaskRow.server == server,
            TaskRow.project.in_(_adopted(server)),
            TaskRow.document == DocumentRow.id,
            TaskRow.gone.is_(False),
        )
        query = select(DocumentRow.id).where(DocumentRow.seq > func.coalesce(until, 0), ~tasked, ~elsewhere)
        # A database's own order of texts depends on its locale.
        return sorted(self._connection.scalars(query))

    def is_sending(self, server: str, project: int) -> bool:
        query = select(PushRow.sending).where(*_of(PushRow, server, project))
        return bool(self._connection.scalar(query))

    def begin_sending(self, server: str, project: int) -> None:
        save_push(self._connection, server, project, {"sending": True})

    def end_sending(self, server: str, project: int, seq: int) -> None:
        save_push(self._connection, server, project, {"sending": False, "tasked_until": seq})

    def newest_predictions(self, documents: Iterable[str]) -> dict[str, list[StoredPrediction]]:
        predictions: dict[str, list[StoredPrediction]] = {}
        for chunk in chunks(documents, _BATCH):
            query = (
                select(PredictionRow.__table__)
                .where(PredictionRow.document.in_(chunk), _is_newest())
                .order_by(PredictionRow.id)
            )
            for row in self._connection.execute(query):
                predictions.setdefault(row.document, []).append(_prediction(row))
        return predictions

    def unsettled(self, server: str, project: int) -> list[str]:
        until = select(PushRow.predicted_until).where(*_of(PushRow, server, project)).scalar_subquery()
        since = func.coalesce(until, 0)
        task = select(TaskRow.document).where(*_of(TaskRow, server, project), TaskRow.since > since)
        prediction = select(PredictionRow.document).where(PredictionRow.seq > since)
        annotation = select(RevisionRow.document).where(RevisionRow.seq > since)
        return sorted(self._connection.scalars(union(task, prediction, annotation)))

    def unsent(self, server: str, project: int, documents: Iterable[str]) -> list[tuple[int, StoredPrediction]]:
        query = _unreviewed(server, project).where(~_HAS)
        # An order asked of the database would have it look through all tasks of the project in that order.
        rows = [
            row
            for chunk in chunks(documents, _BATCH)
            for row in self._connection.execute(query.where(TaskRow.document.in_(chunk)))
        ]
        return [(row.task, _prediction(row)) for row in sorted(rows, key=lambda row: (row.task, row.id))]

    def sent_unreviewed(self, server: str, project: int, tasks: Iterable[int]) -> list[tuple[int, StoredPrediction]]:
        query = _unreviewed(server, project).where(_HAS)
        rows = [
            row
            for chunk in chunks(tasks, _BATCH)
            for row in self._connection.execute(query.where(TaskRow.task.in_(chunk)))
        ]
        return [(row.task, _prediction(row)) for row in sorted(rows, key=lambda row: (row.task, row.id))]

    def settle(self, server: str, project: int, seq: int) -> None:
        save_push(self._connection, server, project, {"predicted_until": seq})

    def mark_sent(self, server: str, project: int, sent: Sequence[tuple[int, int]]) -> None:
        key = {"server": server, "project": project, "seq": self._seq}
        rows = [{**key, "task": task, "prediction": prediction} for task, prediction in sent]
        insert_missing(self._connection, SentPrediction, rows)

    def was_sent(self, server: str, project: int, pipeline: PipelineId) -> bool:
        query = (
            select(PredictionRow.id)
            .where(PredictionRow.pipeline == pipeline.name, PredictionRow.digest == pipeline.digest)
            .where(_is_sent(server, project))
            .limit(1)
        )
        return self._connection.scalar(query) is not None

    def newest_sent(self, server: str, project: int) -> PipelineId | None:
        query = (
            select(PredictionRow.pipeline, PredictionRow.digest)
            .where(PredictionRow.pipeline != GIVEN, _is_sent(server, project))
            .order_by(PredictionRow.id.desc())
            .limit(1)
        )
        return next((PipelineId(row.pipeline, row.digest) for row in self._connection.execute(query)), None)

    def counts(self) -> dict[str, Any]:
        live = TaskRow.gone.is_(False)
        return {"tasks": self._connection.scalar(select(func.count()).select_from(TaskRow).where(live))}


def save_push(connection: Connection, server: str, project: int, values: dict[str, Any]) -> None:
    """Set some of what is known of how far a push of a project got."""
    beginning = dict.fromkeys(("tasked_until", "predicted_until", "reviewed_until"), 0)
    row = {"server": server, "project": project, "sending": False, **beginning, **values}
    if not insert_missing(connection, PushRow, [row]):
        connection.execute(update(PushRow).where(*_of(PushRow, server, project)).values(**values))


def _prediction(row: Row[Any]) -> StoredPrediction:
    pipeline = PipelineId(row.pipeline, row.digest)
    return StoredPrediction(row.id, Prediction(row.document, pipeline, content_from_value(row.content)))


def _of(table: Any, server: str, project: int) -> tuple[Any, Any]:
    return table.server == server, table.project == project


def _adopted(server: str) -> Select[Any]:
    return select(ProjectRow.project).where(ProjectRow.server == server, ProjectRow.role == ProjectRole.ADOPTED.value)


_HAS = exists().where(
    SentPrediction.server == TaskRow.server,
    SentPrediction.project == TaskRow.project,
    SentPrediction.task == TaskRow.task,
    SentPrediction.prediction == PredictionRow.id,
    SentPrediction.seq >= TaskRow.since,
)
"""Says of a task and a prediction that the one was given the other."""


def _unreviewed(server: str, project: int) -> Select[Any]:
    """Select the tasks of a project that are not reviewed, each with the newest predictions of its document."""
    reviewed = exists().where(
        CurrentRow.source == str(ProjectSource(server, project)),
        CurrentRow.task == TaskRow.task,
        CurrentRow.document == TaskRow.document,
        CurrentRow.skipped.is_(False),
        ~CurrentRow.for_review,
    )
    return (
        select(TaskRow.task, PredictionRow.__table__)
        .join(PredictionRow, PredictionRow.document == TaskRow.document)
        .where(*_of(TaskRow, server, project), TaskRow.gone.is_(False), _is_newest(), ~reviewed)
    )


def _is_newest() -> ColumnElement[bool]:
    """Say of a prediction that its document has no later one by a pipeline of the same name."""
    later = aliased(PredictionRow)
    of_same = (later.document == PredictionRow.document, later.pipeline == PredictionRow.pipeline)
    return ~exists().where(*of_same, later.id > PredictionRow.id)


def _is_sent(server: str, project: int) -> ColumnElement[bool]:
    return exists().where(*_of(SentPrediction, server, project), SentPrediction.prediction == PredictionRow.id)
