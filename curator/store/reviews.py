"""Annotations from elsewhere that wait for a reviewer, and what of them was sent to Label Studio."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, union, update
from sqlalchemy.orm import aliased

from curator.domain.annotation import Identity
from curator.domain.canonical import canonical_json
from curator.steps.ports.stored_reviews import Attempt, WaitingReview
from curator.store.revision_rows import revision_of_row
from curator.store.rows import chunks, insert_missing
from curator.store.tables import CurrentRow, PushRow, RevisionRow, SentReview, TaskRow
from curator.store.tasks import save_push

_BATCH = 400
_ANSWER = aliased(CurrentRow)
_ANSWERED = exists().where(
    _ANSWER.document == CurrentRow.document,
    _ANSWER.task.is_not(None),
    ~_ANSWER.for_review,
    _ANSWER.skipped.is_(False),
    _ANSWER.revision > CurrentRow.revision,
)
_FROM_ELSEWHERE = (CurrentRow.for_review.is_(True), CurrentRow.task.is_(None))
_WAITS = (*_FROM_ELSEWHERE, CurrentRow.skipped.is_(False), ~_ANSWERED)


class ReviewTable:
    """Implements the port `Reviews`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def unsettled(self, server: str, project: int) -> list[str] | None:
        until = select(PushRow.reviewed_until).where(PushRow.server == server, PushRow.project == project)
        since = self._connection.scalar(until) or 0
        tasked = (TaskRow.server == server, TaskRow.project == project, TaskRow.since > since)
        came = exists().where(*tasked), exists().where(RevisionRow.seq > since)
        # Where nothing ever waits this is all that is asked; what waits has an index of its own.
        if not self._connection.scalar(select(exists().where(*_FROM_ELSEWHERE))) or not self._connection.scalar(
            select(or_(*came))
        ):
            return None
        task = select(TaskRow.document).where(
            *tasked, exists().where(CurrentRow.document == TaskRow.document, *_FROM_ELSEWHERE)
        )
        annotation = select(RevisionRow.document).where(
            RevisionRow.seq > since, ~RevisionRow.counts, RevisionRow.task.is_(None)
        )
        return sorted(self._connection.scalars(union(task, annotation)))

    def waiting(self, server: str, project: int, documents: Iterable[str]) -> list[WaitingReview]:
        return [review for chunk in chunks(documents, _BATCH) for review in self._waiting_of(server, project, chunk)]

    def _waiting_of(self, server: str, project: int, documents: list[str]) -> list[WaitingReview]:
        sent = SentReview
        of_revision = and_(sent.server == server, sent.project == project, sent.revision == CurrentRow.revision)
        attempted = (sent.sent.label("was_sent"), sent.task.label("sent_to"), sent.seen)
        query = (
            select(RevisionRow.__table__, *attempted)
            .join(CurrentRow, CurrentRow.revision == RevisionRow.number)
            .outerjoin(sent, of_revision)
            .where(CurrentRow.document.in_(documents), *_WAITS)
            .where(sent.sent.is_(None) | sent.sent.is_(False))
        )
        rows = self._connection.execute(query).all()
        tasks = self._tasks(server, project, {row.document for row in rows})
        before = self._sent_before(server, project, [row.number for row in rows])
        reviews = []
        for row in rows:
            revision = revision_of_row(row)
            state = revision.state
            if state is not None and (revision.identity, canonical_json(state.body)) not in before:
                attempt = None if row.was_sent is None else Attempt(row.sent_to, row.seen)
                reviews.append(WaitingReview(revision, tasks.get(row.document), attempt))
        return sorted(reviews, key=lambda review: (review.revision.document, review.revision.identity.rank))

    def _tasks(self, server: str, project: int, documents: set[str]) -> dict[str, int]:
        """Return the first live task of each of the documents."""
        of_project = (TaskRow.server == server, TaskRow.project == project, TaskRow.gone.is_(False))
        query = select(TaskRow.document, TaskRow.task).where(*of_project, TaskRow.document.in_(documents))
        # The lowest of several comes last, and stays.
        rows = self._connection.execute(query) if documents else ()
        return {row.document: row.task for row in sorted(rows, key=lambda row: -row.task)}

    def _sent_before(self, server: str, project: int, revisions: list[int]) -> set[tuple[Identity, str]]:
        """Return what was sent of earlier revisions of the same annotations."""
        if not revisions:
            return set()
        earlier, sent = aliased(RevisionRow), SentReview
        same: Any = and_(
            earlier.source == RevisionRow.source,
            earlier.key == RevisionRow.key,
            earlier.created_at == RevisionRow.created_at,
            earlier.number < RevisionRow.number,
        )
        query = (
            select(earlier)
            .join(RevisionRow, same)
            .join(sent, and_(sent.server == server, sent.project == project, sent.revision == earlier.number))
            .where(RevisionRow.number.in_(revisions), sent.sent.is_(True))
        )
        found = (revision_of_row(row) for row in self._connection.execute(query.with_only_columns(*_columns(earlier))))
        return {
            (revision.identity, canonical_json(revision.state.body)) for revision in found if revision.state is not None
        }

    def begin(self, server: str, project: int, attempts: Sequence[tuple[int, Attempt]]) -> None:
        rows = [self._row(server, project, number, attempt) for number, attempt in attempts]
        if insert_missing(self._connection, SentReview, rows) < len(rows):
            again = (*_of(server, project), SentReview.revision == bindparam("of"), SentReview.sent.is_(False))
            values: dict[str, Any] = {"task": bindparam("to"), "seen": bindparam("at")}
            given = [{"of": row["revision"], "to": row["task"], "at": row["seen"]} for row in rows]
            self._connection.execute(update(SentReview).where(*again).values(**values), given)

    def mark_sent(self, server: str, project: int, revisions: Iterable[int]) -> None:
        for chunk in chunks(revisions, _BATCH):
            rows = [{**self._row(server, project, number, Attempt()), "sent": True} for number in chunk]
            if insert_missing(self._connection, SentReview, rows) < len(rows):
                known = (*_of(server, project), SentReview.revision.in_(chunk), SentReview.sent.is_(False))
                self._connection.execute(update(SentReview).where(*known).values(sent=True))

    def _row(self, server: str, project: int, revision: int, attempt: Attempt) -> dict[str, Any]:
        key = {"server": server, "project": project, "revision": revision, "seq": self._seq}
        return {**key, "sent": False, "task": attempt.task, "seen": attempt.seen}

    def counts(self) -> dict[str, Any]:
        return {"for_review": self._connection.scalar(select(func.count()).select_from(CurrentRow).where(*_WAITS))}

    def settle(self, server: str, project: int, seq: int) -> None:
        save_push(self._connection, server, project, {"reviewed_until": seq})


def _columns(table: Any) -> list[Any]:
    return [getattr(table, column.name) for column in RevisionRow.__table__.columns]


def _of(server: str, project: int) -> tuple[Any, Any]:
    return SentReview.server == server, SentReview.project == project
