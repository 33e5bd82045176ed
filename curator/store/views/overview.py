"""What the dashboard shows, read from the store's tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection, case, func, select

from curator.domain.annotation import fallback_name
from curator.domain.schema import LabelSchema
from curator.steps.in_force.rules import rules_in_force
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.store.counting import ReadingIndex
from curator.store.database import SqlStore
from curator.store.decisions import policy_digest
from curator.store.engines import curator_errors
from curator.store.inbox import SqliteInbox
from curator.store.inbox_file import SIZE, DeliveryRow
from curator.store.revisions import annotator_names
from curator.store.settings import SettingTable
from curator.store.tables import (
    Counter,
    CurrentRow,
    DocumentRow,
    ModelRow,
    Receipt,
    SourceRow,
    SplitRow,
    Tick,
    VersionRow,
)
from curator.store.views.document import document_view
from curator.store.views.states import states
from curator.store.views.tallies import Counting, pipeline_matches
from curator.views.activity import Deliveries, DeliveryView, ModelView, VersionView
from curator.views.documents import DocumentLine, DocumentPage, DocumentView
from curator.views.labels import LabelReport
from curator.views.progress import AnnotatorProgress, DocumentState, ReviewProgress

_PAGE = 50
_LAST = 20
_PATIENCE = 0.15


class SqlOverview:
    """Implements the port `Overview`; aggregates are kept until the store's sequence number moves on."""

    def __init__(self, store: SqlStore, inbox: SqliteInbox, read_content: ContentReader) -> None:
        self._store = store
        self._inbox = inbox
        self._read_content = read_content
        self._index = ReadingIndex(store.engine, read_content)
        self._counting = Counting(self._index)
        self._progress: tuple[int, ReviewProgress] | None = None
        self._lock = Lock()

    @contextmanager
    def _reading(self) -> Iterator[tuple[Connection, int]]:
        with curator_errors(self._store.engine), self._store.engine.connect() as connection:
            yield connection, int(connection.scalar(select(Counter.value)) or 0)

    def schema(self) -> LabelSchema | None:
        with self._reading() as (connection, seq):
            return _schema(connection, seq)

    def progress(self) -> ReviewProgress:
        with self._reading() as (connection, seq), self._lock:
            if self._progress is None or self._progress[0] != seq:
                self._progress = (seq, _progress(connection, seq))
            return self._progress[1]

    def labels(self) -> LabelReport:
        counting = self._counting.go_on(_PATIENCE)
        with self._reading() as (connection, seq):
            schema = _schema(connection, seq)
            pipelines = () if schema is None else tuple(pipeline_matches(connection, schema))
        return LabelReport(pipelines, counting, self._index.waiting())

    def deliveries(self) -> Deliveries:
        query = select(
            DeliveryRow.id,
            DeliveryRow.number,
            DeliveryRow.received_at,
            DeliveryRow.state,
            DeliveryRow.cause,
            SIZE.label("size"),
        ).order_by(DeliveryRow.number.desc())
        with curator_errors(self._inbox.engine), self._inbox.engine.connect() as connection:
            last = connection.execute(query.limit(_LAST)).all()
            dead = connection.execute(query.where(DeliveryRow.state == "dead").limit(_LAST)).all()
        with self._reading() as (connection, _):
            applied = select(Receipt.delivery, Tick.at).join(Tick, Tick.seq == Receipt.seq)
            rows = connection.execute(applied.where(Receipt.delivery.in_([row.id for row in last])))
            applied_at = {row.delivery: row.at for row in rows}
        views = [
            DeliveryView(row.number, row.received_at, row.state, row.cause, row.size, applied_at.get(row.id))
            for row in [*last, *dead]
        ]
        return Deliveries(self._inbox.counts(), tuple(views[: len(last)]), tuple(views[len(last) :]))

    def versions(self) -> tuple[VersionView, ...]:
        query = (
            select(VersionRow.dataset, VersionRow.number, VersionRow.digest, Tick.at)
            .join(Tick, Tick.seq == VersionRow.seq)
            .order_by(VersionRow.id.desc())
            .limit(_LAST)
        )
        with self._reading() as (connection, _):
            return tuple(VersionView(*row) for row in connection.execute(query))

    def models(self) -> tuple[ModelView, ...]:
        query = (
            select(ModelRow.name, ModelRow.dataset, ModelRow.version, Tick.at, ModelRow.scores)
            .join(Tick, Tick.seq == ModelRow.seq)
            .order_by(ModelRow.id.desc())
            .limit(_LAST)
        )
        with self._reading() as (connection, _):
            return tuple(ModelView(*row) for row in connection.execute(query))

    def documents(self, state: DocumentState | None, page: int) -> DocumentPage:
        progress = self.progress()
        total = progress.total if state is None else progress.documents[state]
        pages = max(-(-total // _PAGE), 1)
        page = min(max(page, 1), pages)
        with self._reading() as (connection, seq):
            policy = _policy(connection, seq)
            if state is None:
                ids = select(DocumentRow.id).order_by(DocumentRow.id)
            else:
                state_of = states(policy)
                ids = select(state_of.c.id).where(state_of.c.state == state.value).order_by(state_of.c.id)
            page_ids = list(connection.scalars(ids.limit(_PAGE).offset((page - 1) * _PAGE)))
            return DocumentPage(tuple(_lines(connection, policy, page_ids)), page, pages, total)

    def document(self, document: str) -> DocumentView | None:
        with self._reading() as (connection, seq):
            schema, policy = _schema(connection, seq), _policy(connection, seq)
            return None if schema is None else document_view(connection, document, schema, policy, self._read_content)


def _schema(connection: Connection, seq: int) -> LabelSchema | None:
    return schema_in_force(SettingTable(connection, seq))


def _policy(connection: Connection, seq: int) -> str:
    """Return the digest of the policy in force, an empty one before the first."""
    rules = rules_in_force(SettingTable(connection, seq))
    return "" if rules is None else policy_digest(rules["policy"], rules.get("parameters", {}))


def _progress(connection: Connection, seq: int) -> ReviewProgress:
    state_of = states(_policy(connection, seq))
    rows = connection.execute(select(state_of.c.state, func.count().label("total")).group_by(state_of.c.state))
    counts = dict.fromkeys(DocumentState, 0) | {DocumentState(row.state): row.total for row in rows}
    day = func.substr(CurrentRow.created_at, 1, 10).label("day")
    submitted = (
        select(day, func.count().label("total"))
        .where(CurrentRow.skipped.is_(False), ~CurrentRow.for_review)
        .group_by(day)
    )
    days = sorted((row.day, row.total) for row in connection.execute(submitted))
    return ReviewProgress(counts, tuple(_annotators(connection)), tuple(days))


def _annotators(connection: Connection) -> list[AnnotatorProgress]:
    skipped = case((CurrentRow.skipped, 1), else_=0)
    work = (
        select(
            CurrentRow.annotator,
            func.sum(1 - skipped).label("submitted"),
            func.sum(skipped).label("skipped"),
            func.sum(CurrentRow.lead_time).label("lead_time"),
            func.count(CurrentRow.lead_time).label("timed"),
            func.max(CurrentRow.updated_at).label("last"),
        )
        .where(~CurrentRow.for_review)
        .group_by(CurrentRow.annotator)
    )
    names = annotator_names(connection)
    annotators = [
        AnnotatorProgress(
            name="unknown" if row.annotator is None else names.get(row.annotator, fallback_name(row.annotator)),
            reviewed=row.submitted,
            skipped=row.skipped,
            seconds=float(row.lead_time or 0),
            timed=row.timed,
            last_activity=row.last,
        )
        for row in connection.execute(work)
    ]
    return sorted(annotators, key=lambda annotator: (-annotator.reviewed - annotator.skipped, annotator.name))


def _lines(connection: Connection, policy: str, documents: list[str]) -> Iterator[DocumentLine]:
    state_of = states(policy, documents)
    first = select(func.min(SourceRow.id)).where(SourceRow.document.in_(documents)).group_by(SourceRow.document)
    query: Any = (
        select(
            state_of.c.id,
            state_of.c.state,
            state_of.c.annotations,
            DocumentRow.lang,
            func.length(DocumentRow.text).label("size"),
            SourceRow.name,
            SplitRow.split,
        )
        .join(DocumentRow, DocumentRow.id == state_of.c.id)
        .outerjoin(SourceRow, (SourceRow.document == state_of.c.id) & SourceRow.id.in_(first))
        .outerjoin(SplitRow, SplitRow.document == state_of.c.id)
        .order_by(state_of.c.id)
    )
    for row in connection.execute(query):
        state = DocumentState(row.state)
        yield DocumentLine(row.id, row.name or "", row.lang, row.size, row.split, row.annotations, state)
