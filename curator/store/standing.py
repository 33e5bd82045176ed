"""Which decision holds of each document, kept by telling here of every write that shapes one."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    case,
    collate,
    delete,
    func,
    null,
    or_,
    select,
    type_coerce,
    union,
    update,
)
from sqlalchemy.orm import aliased

from curator.domain.annotation import ProjectSource
from curator.domain.loss import Loss
from curator.domain.prediction import Prediction
from curator.steps.ports.stored_decisions import KeptDecision
from curator.steps.ports.stored_standing import StandingDocument
from curator.store.rows import chunks, dialect_insert
from curator.store.tables import (
    DecisionRow,
    PersonDecisionRow,
    PredictionNumber,
    ProjectRow,
    RevisionRow,
    SourceRow,
    SplitRow,
    StandingRow,
)

_BATCH = 400
_UNDECIDED: dict[str, Any] = {"context": None, "decision": None, "recorded": False, "losses": 0}


def revisions_added(connection: Connection, seq: int, numbers: Iterable[int]) -> None:
    """Tell of new revisions, tombstones too; one that moved to another document shapes both."""
    for chunk in chunks(numbers, _BATCH):
        connection.execute(_entering_revised(connection.dialect.name), {"seq": seq, "numbers": chunk})


def decided_by_person(connection: Connection, seq: int, document: str) -> None:
    """Tell of what a person decided of a document."""
    connection.execute(_entering_decided(connection.dialect.name), {"seq": seq, "decided": document})


def sources_added(connection: Connection, seq: int, documents: Iterable[str]) -> None:
    """Tell of the sources that this transaction added to any of these documents."""
    for chunk in chunks(documents, _BATCH):
        _change(connection, seq, select(SourceRow.document).where(SourceRow.document.in_(chunk), SourceRow.seq == seq))


def predictions_added(connection: Connection, seq: int, predictions: Sequence[Prediction]) -> None:
    """Tell of predictions; that an annotation began as one of them may be known by now."""
    began, report = aliased(RevisionRow), aliased(RevisionRow)
    pipelines = sorted({str(prediction.pipeline) for prediction in predictions})
    projects = _projects(connection)
    for chunk in chunks((prediction.document for prediction in predictions), _BATCH):
        for source in projects:
            of_report = (
                (PredictionNumber.server == source.server)
                & (PredictionNumber.project == source.project)
                & (PredictionNumber.task == report.task)
                & (PredictionNumber.number == report.parent_prediction)
            )
            reported = (
                select(began.document)
                .join(report, _same(report, began))
                .join(PredictionNumber, of_report)
                .where(began.document.in_(chunk), began.source == str(source))
                .where(report.parent_prediction.is_not(None), PredictionNumber.pipeline.in_(pipelines))
            )
            _change(connection, seq, reported)


def prediction_numbered(connection: Connection, seq: int, source: ProjectSource, task: int, number: int) -> None:
    """Tell of what came to be known of a prediction that Label Studio knows by a number."""
    began, report = aliased(RevisionRow), aliased(RevisionRow)
    of_number = (report.source == str(source), report.task == task, report.parent_prediction == number)
    _change(connection, seq, select(began.document).join(report, _same(report, began)).where(*of_number))


def project_known(connection: Connection, seq: int, source: ProjectSource) -> None:
    """Tell of a project that is ours from now on."""
    _change(connection, seq, select(RevisionRow.document).where(RevisionRow.source == str(source)))


def annotators_named(connection: Connection, seq: int, annotators: Iterable[str]) -> None:
    """Tell of annotators that have another name, by key."""
    theirs, own = aliased(RevisionRow), aliased(RevisionRow)
    for chunk in chunks(annotators, _BATCH):
        for person in (theirs.annotator, theirs.updated_by):
            worked_on = select(own.document).join(theirs, _same(theirs, own)).where(person.in_(chunk))
            _change(connection, seq, worked_on)
        decided = select(PersonDecisionRow.document).where(PersonDecisionRow.person.in_(chunk))
        _change(connection, seq, decided)


class StandingTable:
    """Implements the port `Standing`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def documents(self, after: str, limit: int) -> list[str]:
        return list(self._connection.scalars(_first(select(StandingRow.document), after, limit)))

    def undecided(self, context: str, as_of: int, after: str, limit: int) -> list[str]:
        query = select(StandingRow.document).where(_lacks(context, as_of))
        return list(self._connection.scalars(_first(query, after, limit)))

    def hold(self, context: str, as_of: int, decisions: Mapping[str, KeptDecision | None]) -> None:
        rows = [
            {
                "of": document,
                "context": context,
                "decision": None if kept is None else kept.number,
                "recorded": kept is not None and kept.decision.record is not None,
                "losses": 0 if kept is None else len(kept.decision.losses),
            }
            for document, kept in decisions.items()
        ]
        holding = update(StandingRow).where(StandingRow.document == bindparam("of"), StandingRow.changed <= as_of)
        if rows:
            self._connection.execute(holding, rows)

    def page(self, context: str, as_of: int, after: str, limit: int) -> list[StandingDocument]:
        query = self._documents(context, as_of, DecisionRow.record)
        return [_standing(row) for row in self._connection.execute(_first(query, after, limit)).all()]

    def lossy(self, context: str, as_of: int, after: str, limit: int) -> list[StandingDocument]:
        of_no_split = case((SplitRow.split.is_(None), DecisionRow.record), else_=null())
        query = self._documents(context, as_of, of_no_split).where(
            StandingRow.decision.is_not(None),
            (StandingRow.losses > 0) | StandingRow.recorded.is_(False) | SplitRow.split.is_(None),
        )
        return [_standing(row) for row in self._connection.execute(_first(query, after, limit))]

    def _documents(self, context: str, as_of: int, record: Any) -> Select[Any]:
        holds = _holds(context, as_of)
        columns = (StandingRow.document, holds, DecisionRow.id, StandingRow.recorded, StandingRow.losses)
        assigned = (SplitRow.split, SplitRow.reason)
        return (
            # The result is read here: a type that reads each by itself costs as much as all the rest.
            select(*columns, *assigned, record, type_coerce(DecisionRow.result, Text))
            .select_from(StandingRow)
            .outerjoin(DecisionRow, (DecisionRow.id == StandingRow.decision) & holds)
            .outerjoin(SplitRow, self._assigned(as_of))
        )

    def records(self, context: str, as_of: int) -> Iterator[tuple[str, int]]:
        query = (
            select(SplitRow.split, StandingRow.decision)
            .join(StandingRow, self._assigned(as_of))
            .where(_holds(context, as_of), StandingRow.recorded.is_(True), SplitRow.split.is_not(None))
            .order_by(StandingRow.document)
        )
        for row in self._connection.execute(query.execution_options(yield_per=10_000)):
            yield row.split, row.decision

    def _assigned(self, as_of: int) -> ColumnElement[bool]:
        document: ColumnElement[str] = StandingRow.document.expression
        if self._connection.dialect.name == "postgresql":
            # Two orders meet here, and it is told which one counts: the one that the table of splits has an index in.
            document = collate(document, "default")
        return and_(SplitRow.document == document, SplitRow.seq <= as_of)

    def rebuild(self) -> int:
        self._connection.execute(delete(StandingRow))
        ever = union(select(RevisionRow.document), select(PersonDecisionRow.document)).subquery()
        self._connection.execute(_entering(self._connection.dialect.name, ever), {"seq": self._seq})
        return int(self._connection.scalar(select(func.count()).select_from(StandingRow)) or 0)


def _first(query: Select[Any], after: str, limit: int) -> Select[Any]:
    return query.where(StandingRow.document > after).order_by(StandingRow.document).limit(limit)


def _holds(context: str, as_of: int) -> ColumnElement[bool]:
    return and_(StandingRow.context == context, StandingRow.changed <= as_of)


def _lacks(context: str, as_of: int) -> ColumnElement[bool]:
    return or_(StandingRow.context.is_(None), StandingRow.context != context, StandingRow.changed > as_of)


def _standing(row: Any) -> StandingDocument:
    document, holds, decision, recorded, lost, split, reason, record, result = row
    if result is None:
        return StandingDocument(document, bool(holds), None, False, split, reason, None, {}, ())
    # Items of losses are free JSON, which the quicker reader does not take whatever it is.
    value = json.loads(result) if lost else orjson.loads(result)
    losses = tuple(Loss(document, *loss) for loss in value["losses"]) if lost else ()
    return StandingDocument(document, True, decision, recorded, split, reason, record, value["counts"], losses)


@cache
def _entering_revised(dialect: str) -> Any:
    """Return the statement that enters the documents of revisions by number, and of the revisions before them."""
    added, before, left = RevisionRow, aliased(RevisionRow), aliased(RevisionRow)
    last = (
        select(func.max(before.number))
        .where(_same(before, added), before.number < added.number)
        .correlate(added)
        .scalar_subquery()
    )
    of_chunk = added.number.in_(bindparam("numbers", expanding=True))
    came = select(added.document).where(of_chunk)
    went = select(left.document).join(added, left.number == last).where(of_chunk)
    return _entering(dialect, union(came, went).subquery())


@cache
def _entering_decided(dialect: str) -> Any:
    """Return the statement that enters a document."""
    return _entering(dialect, select(bindparam("decided", type_=Text()).label("document")).subquery())


def _entering(dialect: str, documents: FromClause) -> Any:
    """Return the statement that lets documents be decided anew, those that never were too."""
    seq = bindparam("seq", type_=BigInteger())
    # SQLite reads the clause on conflicts as a part of a query that has no condition.
    query = select(documents.c.document, seq).where(documents.c.document.is_not(None))
    insertion = dialect_insert(dialect)(StandingRow).from_select(["document", "changed"], query)
    changes = {"changed": insertion.excluded.changed, **_UNDECIDED}
    return insertion.on_conflict_do_update(index_elements=[StandingRow.document], set_=changes)


def _change(connection: Connection, seq: int, documents: Select[Any]) -> None:
    """Let those of the documents be decided anew that ever were annotated or decided by a person."""
    (document,) = documents.selected_columns
    if connection.dialect.name == "postgresql":
        documents = documents.with_only_columns(collate(document, "C"))
    connection.execute(update(StandingRow).where(StandingRow.document.in_(documents)).values(changed=seq, **_UNDECIDED))


def _projects(connection: Connection) -> list[ProjectSource]:
    rows = connection.execute(select(ProjectRow.server, ProjectRow.project).distinct())
    return [ProjectSource(row.server, row.project) for row in rows]


def _same(left: Any, right: Any) -> ColumnElement[bool]:
    """Say that two revisions are of the same annotation."""
    return and_(left.source == right.source, left.key == right.key, left.created_at == right.created_at)
