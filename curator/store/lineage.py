"""What Label Studio shows its annotators, and what each annotation started from."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, Subquery, Text, cast, func, insert, literal, select
from sqlalchemy.orm import aliased

from curator.domain.annotation import ProjectSource
from curator.domain.prediction import PipelineId
from curator.steps.ports.stored_lineage import StartingPrediction
from curator.store import standing
from curator.store.rows import chunks
from curator.store.tables import PredictionNumber, PredictionRow, ProjectRow, RevisionRow, SentPrediction, ShownRow

_BATCH = 400
_NAME = PredictionRow.pipeline + literal("@") + PredictionRow.digest
"""A prediction's pipeline, as `PipelineId` writes it."""


class LineageTable:
    """Implements the port `Lineage`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def shown(self, server: str, project: int) -> str | None:
        of_project = (ShownRow.server == server, ShownRow.project == project)
        return self._connection.scalar(
            select(ShownRow.pipeline).where(*of_project).order_by(ShownRow.id.desc()).limit(1)
        )

    def save_shown(self, server: str, project: int, pipeline: str) -> None:
        if self.shown(server, project) != pipeline:
            row = {"seq": self._seq, "server": server, "project": project, "pipeline": pipeline}
            self._connection.execute(insert(ShownRow).values(**row))

    def numbered(self, server: str, project: int, task: int, number: int) -> str | None:
        row = PredictionNumber
        of_number = (row.server == server, row.project == project, row.task == task, row.number == number)
        return self._connection.scalar(select(row.pipeline).where(*of_number).order_by(row.seq.desc()).limit(1))

    def save_numbered(self, server: str, project: int, task: int, number: int, pipeline: str) -> None:
        if self.numbered(server, project, task, number) != pipeline:
            row = {"server": server, "project": project, "task": task, "number": number, "pipeline": pipeline}
            self._connection.execute(insert(PredictionNumber).values(seq=self._seq, **row))
            standing.prediction_numbered(self._connection, self._seq, ProjectSource(server, project), task, number)

    def started_from(self, revisions: Iterable[int], as_of: int | None = None) -> dict[int, StartingPrediction]:
        starts: dict[int, StartingPrediction] = {}
        for chunk in chunks(revisions, _BATCH):
            starts |= started_from(self._connection, chunk, as_of)
        return starts


def started_from(
    connection: Connection, revisions: list[int] | Select[tuple[int]], as_of: int | None = None
) -> dict[int, StartingPrediction]:
    """Return what `Lineage.started_from` promises, of revisions that may be given as a query of their numbers."""
    annotations = _annotations(revisions)
    reported: dict[int, Row[Any]] = {}
    for row in connection.execute(_reported(annotations, as_of)):
        before = reported.get(row.revision)
        if before is None or _nearness(row) < _nearness(before):
            reported[row.revision] = row
    starts = {row.revision: _start(row) for row in connection.execute(_shown(annotations))}
    # What is reported to be none of ours is not what was shown either.
    starts |= {number: None if row.id is None else _start(row) for number, row in reported.items()}
    return {number: start for number, start in sorted(starts.items()) if start is not None}


def _start(row: Row[Any]) -> StartingPrediction | None:
    return StartingPrediction(row.id, PipelineId(row.pipeline, row.digest))


def _nearness(row: Row[Any]) -> tuple[bool, int]:
    """Order what is known of a number, which Label Studio may have given out again: the last before a report first."""
    later = row.known > row.reported
    return later, row.known if later else -row.known


def _annotations(revisions: list[int] | Select[tuple[int]]) -> Subquery:
    """Return the annotations with the number at which each first came, and its first revision that reports a start."""
    earlier = aliased(RevisionRow)
    own = (
        earlier.source == RevisionRow.source,
        earlier.key == RevisionRow.key,
        earlier.created_at == RevisionRow.created_at,
        earlier.number <= RevisionRow.number,
    )
    began = select(func.min(earlier.seq)).where(*own)
    reported = select(func.min(earlier.number)).where(*own, earlier.parent_prediction.is_not(None))
    return (
        select(
            RevisionRow.number,
            RevisionRow.document,
            RevisionRow.task,
            RevisionRow.source,
            began.correlate(RevisionRow).scalar_subquery().label("began"),
            reported.correlate(RevisionRow).scalar_subquery().label("reported"),
        )
        # A copy that was sent to be reviewed started from the annotation that it is one of.
        .where(RevisionRow.number.in_(revisions), RevisionRow.review_of.is_(None))
        .subquery()
    )


def _projects() -> Subquery:
    """Return the projects that are ours, each with its name as a source of annotations, as `ProjectSource` has it."""
    beginning = str(ProjectSource("", 0)).removesuffix("/0")
    source = literal(beginning) + ProjectRow.server + literal("/") + cast(ProjectRow.project, Text)
    return select(ProjectRow.server, ProjectRow.project, source.label("source")).distinct().subquery()


def _reported(annotations: Subquery, as_of: int | None) -> Select[Any]:
    """Select the predictions that Label Studio reported and that were looked up; without id where none is of ours."""
    projects, report = _projects(), aliased(RevisionRow)
    of_report = (
        (PredictionNumber.server == projects.c.server)
        & (PredictionNumber.project == projects.c.project)
        & (PredictionNumber.task == report.task)
        & (PredictionNumber.number == report.parent_prediction)
    )
    ours = (PredictionRow.document == annotations.c.document) & (PredictionNumber.pipeline == _NAME)
    if as_of is not None:
        ours &= PredictionRow.seq <= as_of
        of_report &= PredictionNumber.seq <= as_of
    return (
        select(
            annotations.c.number.label("revision"),
            report.seq.label("reported"),
            PredictionNumber.seq.label("known"),
            PredictionRow.id,
            PredictionRow.pipeline,
            PredictionRow.digest,
        )
        .select_from(annotations)
        .join(report, report.number == annotations.c.reported)
        .join(projects, projects.c.source == annotations.c.source)
        .join(PredictionNumber, of_report)
        .outerjoin(PredictionRow, ours)
    )


def _shown(annotations: Subquery) -> Select[Any]:
    """Select the predictions that were shown in the project and had been given to the task before an annotation."""
    projects = _projects()
    until = func.lead(ShownRow.seq).over(partition_by=(ShownRow.server, ShownRow.project), order_by=ShownRow.id)
    periods = select(
        ShownRow.server, ShownRow.project, ShownRow.pipeline, ShownRow.seq, until.label("until")
    ).subquery()
    began = annotations.c.began
    in_period = (
        (periods.c.server == projects.c.server)
        & (periods.c.project == projects.c.project)
        & (periods.c.seq < began)
        & (periods.c.until.is_(None) | (began <= periods.c.until))
    )
    sent = (
        (SentPrediction.server == projects.c.server)
        & (SentPrediction.project == projects.c.project)
        & (SentPrediction.task == annotations.c.task)
        & (SentPrediction.prediction == PredictionRow.id)
        & (SentPrediction.seq < began)
    )
    return (
        select(annotations.c.number.label("revision"), PredictionRow.id, PredictionRow.pipeline, PredictionRow.digest)
        .select_from(annotations)
        .join(projects, projects.c.source == annotations.c.source)
        .join(periods, in_period)
        .join(PredictionRow, (PredictionRow.document == annotations.c.document) & (periods.c.pipeline == _NAME))
        .join(SentPrediction, sent)
        .distinct()
    )
