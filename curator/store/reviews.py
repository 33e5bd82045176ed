"""Annotations from elsewhere that wait for a reviewer, and what of them was sent to Label Studio."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, union, update
from sqlalchemy.orm import aliased

from curator.domain.annotation import Identity
from curator.domain.canonical import canonical_json
from curator.steps.ports.stored_reviews import Attempt, WaitingReview
from curator.store.revisions import revision_of_row
from curator.store.rows import chunks, insert_missing
from curator.store.tables import CurrentRow, PushRow, RevisionRow, SentReview, TaskRow
from curator.store.tasks import save_push

_BATCH = 400
_WAITS = (CurrentRow.for_review.is_(True), CurrentRow.task.is_(None))


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
        if not self._connection.scalar(select(exists().where(*_WAITS))) or not self._connection.scalar(
            select(or_(*came))
        ):
            return None
        task = select(TaskRow.document).where(*tasked, exists().where(CurrentRow.document == TaskRow.document, *_WAITS))
        annotation = select(RevisionRow.document).where(
            RevisionRow.seq > since, ~RevisionRow.counts, RevisionRow.task.is_(None)
        )
        return sorted(self._connection.scalars(union(task, annotation)))

    def waiting(self, server: str, project: int, documents: Iterable[str]) -> list[WaitingReview]:
        return [review for chunk in chunks(documents, _BATCH) for review in self._waiting_of(server, project, chunk)]

    def _waiting_of(self, server: str, project: int, documents: list[str]) -> list[WaitingReview]:
        answer, sent = aliased(CurrentRow), SentReview
        task = select(func.min(TaskRow.task)).where(
            TaskRow.server == server,
            TaskRow.project == project,
            TaskRow.document == CurrentRow.document,
            TaskRow.gone.is_(False),
        )
        answered = exists().where(
            answer.document == CurrentRow.document,
            answer.task.is_not(None),
            ~answer.for_review,
            answer.skipped.is_(False),
            answer.revision > CurrentRow.revision,
        )
        of_revision = and_(sent.server == server, sent.project == project, sent.revision == CurrentRow.revision)
        attempted = (sent.sent.label("was_sent"), sent.task.label("sent_to"), sent.seen)
        query = (
            select(RevisionRow.__table__, task.correlate(CurrentRow).scalar_subquery().label("its_task"), *attempted)
            .join(CurrentRow, CurrentRow.revision == RevisionRow.number)
            .outerjoin(sent, of_revision)
            .where(CurrentRow.document.in_(documents), *_WAITS)
            .where(CurrentRow.skipped.is_(False), ~answered, sent.sent.is_(None) | sent.sent.is_(False))
        )
        rows = self._connection.execute(query).all()
        before = self._sent_before(server, project, [row.number for row in rows])
        reviews = []
        for row in rows:
            revision = revision_of_row(row)
            state = revision.state
            if state is not None and (revision.identity, canonical_json(state.body)) not in before:
                attempt = None if row.was_sent is None else Attempt(row.sent_to, row.seen)
                reviews.append(WaitingReview(revision, row.its_task, attempt))
        return sorted(reviews, key=lambda review: (review.revision.document, review.revision.identity.rank))

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

    def settle(self, server: str, project: int, seq: int) -> None:
        save_push(self._connection, server, project, {"reviewed_until": seq})


def _columns(table: Any) -> list[Any]:
    return [getattr(table, column.name) for column in RevisionRow.__table__.columns]


def _of(server: str, project: int) -> tuple[Any, Any]:
    return SentReview.server == server, SentReview.project == project
