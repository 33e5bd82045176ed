"""One document with its sources, revisions, prediction and decision."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from curator.domain.annotation import Identity, ProjectSource, fallback_name, state_from_value
from curator.domain.label_names import under_new_names, unsettled_problems
from curator.domain.policies.kind import ReadAnnotation
from curator.domain.policies.latest import newest as newest_annotation
from curator.domain.policy import PERSON
from curator.domain.prediction import GIVEN, PipelineId
from curator.domain.record import record_from_line
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, content_from_value
from curator.steps.ports.contents import ContentReader
from curator.store.decisions import policy_digest
from curator.store.lineage import started_from
from curator.store.revisions import annotator_names
from curator.store.tables import (
    CurrentRow,
    DecisionRow,
    DocumentRow,
    PersonDecisionRow,
    PredictionRow,
    RevisionRow,
    SourceRow,
    SplitRow,
    TaskRow,
    Tick,
    UnreadableRow,
)
from curator.store.views.states import states
from curator.views.documents import ContentView, DocumentView, RevisionView, SourceView
from curator.views.progress import DocumentState
from curator.views.quarantine import QuarantineEntry


def document_view(
    connection: Connection, document: str, schema: LabelSchema, policy: str, read_content: ContentReader
) -> DocumentView | None:
    """Return everything about a document, or None where there is none with this id; `policy` is the digest in force."""
    row = connection.execute(select(DocumentRow.__table__).where(DocumentRow.id == document)).first()
    if row is None:
        return None
    state = DocumentState(connection.scalar(select(states(policy, [document]).c.state)) or "")
    split = connection.execute(select(SplitRow.split, SplitRow.reason).where(SplitRow.document == document)).first()
    history = _History(connection, document, row.text, schema, read_content)
    preferred = history.preferred()
    shown = None if preferred is None else started_from(connection, [preferred]).get(preferred)
    decision = _decision(connection, document, history.current, policy)
    return DocumentView(
        id=document,
        text=row.text,
        lang=row.lang,
        state=state,
        split=None if split is None else split.split,
        split_reason="" if split is None else split.reason,
        sources=_sources(connection, document),
        revisions=history.revisions(),
        predicted=_prediction(connection, document, row.text, schema, None if shown is None else shown.number),
        shown=shown is not None,
        current=decision or history.content_of(preferred),
        decided=decision is not None,
        quarantined=(*_unreadable(connection, document), *history.quarantined()),
    )


class _History:
    """The revisions of a document's annotations, oldest first, read against the schema."""

    def __init__(
        self, connection: Connection, document: str, text: str, schema: LabelSchema, read_content: ContentReader
    ) -> None:
        query = select(RevisionRow.__table__, Tick.at).join(Tick, Tick.seq == RevisionRow.seq)
        of_document = query.where(RevisionRow.document == document).order_by(RevisionRow.number)
        self._rows = {row.number: row for row in connection.execute(of_document)}
        current = select(CurrentRow.revision).where(CurrentRow.document == document)
        held: list[int] = list(connection.scalars(current))
        counting = connection.scalars(current.where(~CurrentRow.for_review))
        self.current: list[int] = sorted(counting)
        newest = {_identity(row): row.number for row in self._rows.values()}
        tombstones = {number for number in newest.values() if self._rows[number].value is None}
        self._held = sorted(held)
        self._last = {*held, *tombstones}
        states = {
            row.number: state_from_value(_identity(row), row.value)
            for row in self._rows.values()
            if row.value is not None
        }
        self._annotations = {
            number: ReadAnnotation(number, state, read_content(state, text, schema)) for number, state in states.items()
        }
        self._names: Mapping[str, str] = annotator_names(connection)

    def preferred(self) -> int | None:
        """Return the number of the revision that would be decided on."""
        annotations = (self._annotations[number] for number in self.current)
        annotation = newest_annotation([annotation for annotation in annotations if not annotation.state.skipped])
        return None if annotation is None else annotation.number

    def content_of(self, number: int | None) -> ContentView | None:
        """Return the content of a revision, None where no number is given."""
        if number is None:
            return None
        annotation = self._annotations[number]
        by = self._name(annotation.state.annotator)
        return ContentView(by, annotation.state.updated_at, annotation.content)

    def revisions(self) -> tuple[RevisionView, ...]:
        return tuple(self._revision(row) for row in self._rows.values())

    def quarantined(self) -> Iterator[QuarantineEntry]:
        """Yield what of the current annotations does not fit."""
        for number in self._held:
            row, annotation = self._rows[number], self._annotations[number]
            for problem in unsettled_problems(annotation.content):
                task = annotation.state.task
                yield QuarantineEntry(row.source, task, row.key, row.document, problem.cause, problem.item)

    def _revision(self, row: Row[Any]) -> RevisionView:
        annotation = self._annotations.get(row.number)
        state = None if annotation is None else annotation.state
        content = Content() if annotation is None else annotation.content
        return RevisionView(
            number=row.number,
            accepted_at=row.at,
            source=row.source,
            key=row.key,
            annotator=self._name(state.annotator) if state else "",
            updated_by=self._name(state.updated_by) if state and state.updated_by is not None else "",
            updated_at=state.updated_at if state else "",
            skipped=state is not None and state.skipped,
            ground_truth=state is not None and state.ground_truth,
            for_review=state is not None and state.for_review,
            deleted=state is None,
            current=row.number in self._last,
            lead_time=state.lead_time if state else None,
            spans=len(content.spans),
            problems=len(content.problems),
        )

    def _name(self, annotator: str | None) -> str:
        return "unknown" if annotator is None else self._names.get(annotator, fallback_name(annotator))


def _identity(row: Row[Any]) -> Identity:
    return Identity(row.source, row.key, row.created_at)


def _unreadable(connection: Connection, document: str) -> list[QuarantineEntry]:
    """Return what of a document's tasks cannot be read, or is left alone."""
    live = select(TaskRow.server, TaskRow.project, TaskRow.task).where(
        TaskRow.document == document, TaskRow.gone.is_(False)
    )
    tasks = [(str(ProjectSource(row.server, row.project)), row.task) for row in connection.execute(live)]
    query = select(UnreadableRow.source, UnreadableRow.task, UnreadableRow.key, UnreadableRow.cause)
    named = [(UnreadableRow.source == source) & (UnreadableRow.task == task) for source, task in tasks]
    rows = connection.execute(query.where(or_(*named)).order_by(UnreadableRow.task, UnreadableRow.key)) if named else ()
    return [QuarantineEntry(row.source, row.task, row.key, document, row.cause) for row in rows]


def _sources(connection: Connection, document: str) -> tuple[SourceView, ...]:
    query = (
        select(SourceRow.name, SourceRow.encoding, SourceRow.meta, SourceRow.split, Tick.at)
        .join(Tick, Tick.seq == SourceRow.seq)
        .where(SourceRow.document == document)
        .order_by(SourceRow.id)
    )
    return tuple(SourceView(*row) for row in connection.execute(query))


def _prediction(
    connection: Connection, document: str, text: str, schema: LabelSchema, number: int | None
) -> ContentView | None:
    """Return a prediction, the newest one of a document where no number is given; of given spans only at need."""
    query = (
        select(PredictionRow.pipeline, PredictionRow.digest, PredictionRow.content, Tick.at)
        .join(Tick, Tick.seq == PredictionRow.seq)
        .where(PredictionRow.document == document)
        .order_by(PredictionRow.pipeline == GIVEN, PredictionRow.id.desc())
        .limit(1)
    )
    row = connection.execute(query if number is None else query.where(PredictionRow.id == number)).first()
    if row is None:
        return None
    content = under_new_names(content_from_value(row.content), text, schema)
    return ContentView(str(PipelineId(row.pipeline, row.digest)), row.at, content)


def _decision(connection: Connection, document: str, revisions: Sequence[int], policy: str) -> ContentView | None:
    """Return the decision of a person, whatever was annotated since, else the policy's on these current revisions."""
    if connection.scalar(select(func.count()).where(PersonDecisionRow.document == document)):
        return _decision_of_person(connection, document)
    query = (
        select(DecisionRow.record, DecisionRow.policy, DecisionRow.decider, Tick.at)
        .join(Tick, Tick.seq == DecisionRow.seq)
        .where(
            DecisionRow.document == document,
            DecisionRow.policy_digest == policy,
            DecisionRow.revisions == len(revisions),
            DecisionRow.last_revision == max(revisions, default=0),
            DecisionRow.record.is_not(None),
        )
        .order_by(DecisionRow.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return ContentView(f"{row.decider}, policy {row.policy}", row.at, record_from_line(row.record).content)


def _decision_of_person(connection: Connection, document: str) -> ContentView | None:
    """Return the newest decision of a person, at the time at which it was made, as the last record has it."""
    newest_decision = select(func.max(PersonDecisionRow.id)).where(PersonDecisionRow.document == document)
    query = (
        select(DecisionRow.record, DecisionRow.decider, Tick.at)
        .join(PersonDecisionRow, PersonDecisionRow.id == DecisionRow.person_decision)
        .join(Tick, Tick.seq == PersonDecisionRow.seq)
        .where(PersonDecisionRow.id == newest_decision.scalar_subquery(), DecisionRow.record.is_not(None))
        # Not one that an export's filters shaped.
        .where(DecisionRow.policy_digest == policy_digest(PERSON, {}))
        .order_by(DecisionRow.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else ContentView(row.decider, row.at, record_from_line(row.record).content)
