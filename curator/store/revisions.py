"""Revisions of annotations, the index of those that are current, and the names of annotators."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import aliased

from curator.domain.annotation import AnnotationState, Identity, ProjectSource, Revision, TaskRef
from curator.domain.canonical import canonical_json
from curator.steps.ports.stored_revisions import AnnotationContext, AnnotatorWork, CurrentAnnotation, ReviewedOriginal
from curator.store import standing
from curator.store.contexts import annotation_context
from curator.store.revision_rows import current_of_row, identity_row, index_row, indexing, revision_of_row
from curator.store.rows import chunks, insert_missing
from curator.store.tables import Annotator, CurrentRow, DeletionNotice, RevisionRow, Watermark

_IDENTITY = (RevisionRow.source, RevisionRow.key, RevisionRow.created_at)
_COPIED = ("task", "annotator", "updated_by", "parent_prediction", "review_of")
_TOMBSTONE = canonical_json(None)
_BATCH = 400
_NEWEST = (
    select(RevisionRow.__table__)
    .where(
        RevisionRow.number.in_(
            select(func.max(RevisionRow.number))
            .where(RevisionRow.source == bindparam("source"), RevisionRow.key == bindparam("key"))
            .group_by(*_IDENTITY)
        )
    )
    .order_by(RevisionRow.created_at)
)


class RevisionTable:
    """Implements the port `Revisions`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def newest(self, source: str, key: str) -> list[Revision]:
        return [revision_of_row(row) for row in self._connection.execute(_NEWEST, {"source": source, "key": key})]

    def context(self, state: AnnotationState, task: TaskRef) -> AnnotationContext:
        return annotation_context(self._connection, state, task)

    def current_revisions(self, document: str | None = None) -> Iterator[Revision]:
        query = (
            select(RevisionRow.__table__)
            .where(RevisionRow.number.in_(select(CurrentRow.revision)))
            .order_by(RevisionRow.document, RevisionRow.number)
            .execution_options(yield_per=_BATCH)
        )
        if document is not None:
            query = query.where(RevisionRow.document == document)
        revisions = (revision_of_row(row) for row in self._connection.execute(query))
        # A database's own order of texts depends on its locale.
        for _, of_document in groupby(revisions, key=lambda revision: revision.document):
            yield from sorted(of_document, key=lambda revision: revision.identity.rank)

    def revisions_at(
        self, documents: Iterable[str], as_of: int, *, for_review: bool = False
    ) -> dict[str, list[Revision]]:
        later = aliased(RevisionRow)
        superseded = exists().where(*_same(later, RevisionRow), later.number > RevisionRow.number, later.seq <= as_of)
        current: dict[str, list[Revision]] = {}
        for chunk in chunks(documents, _BATCH):
            query = select(RevisionRow.__table__).where(
                RevisionRow.document.in_(chunk), RevisionRow.seq <= as_of, ~superseded
            )
            if not for_review:
                query = query.where(RevisionRow.counts)
            for revision in map(revision_of_row, self._connection.execute(query)):
                if not revision.deleted:
                    current.setdefault(revision.document, []).append(revision)
        for of_document in current.values():
            of_document.sort(key=lambda revision: revision.identity.rank)
        return current

    def current(self, source: str | None = None, task: int | None = None) -> Iterator[CurrentAnnotation]:
        query = select(CurrentRow.__table__).order_by(CurrentRow.document, CurrentRow.revision)
        if source is not None:
            query = query.where(CurrentRow.source == source)
        if task is not None:
            query = query.where(CurrentRow.task == task)
        rows = self._connection.execute(query.execution_options(yield_per=_BATCH))
        for _, of_document in groupby(map(current_of_row, rows), key=lambda annotation: annotation.document):
            yield from sorted(of_document, key=lambda annotation: annotation.identity.rank)

    def work(self, server: str) -> list[AnnotatorWork]:
        beginning = str(ProjectSource(server, 0)).removesuffix("0")
        submitted, skipped = (func.count().filter(CurrentRow.skipped.is_(skipped)) for skipped in (False, True))
        seconds, timed = func.sum(func.coalesce(CurrentRow.lead_time, 0.0)), func.count(CurrentRow.lead_time)
        query = (
            select(CurrentRow.annotator, submitted, skipped, seconds, timed, func.max(CurrentRow.updated_at))
            .where(func.substr(CurrentRow.source, 1, len(beginning)) == beginning, ~CurrentRow.for_review)
            .group_by(CurrentRow.annotator)
        )
        return [AnnotatorWork(*row) for row in self._connection.execute(query)]

    def current_count(self, source: str | None = None) -> int:
        query = select(func.count()).select_from(CurrentRow)
        if source is not None:
            query = query.where(CurrentRow.source == source)
        return int(self._connection.scalar(query) or 0)

    def rebuild_current(self) -> int:
        self._connection.execute(delete(CurrentRow))
        newest = (
            select(func.max(RevisionRow.number).label("number"), func.min(RevisionRow.seq).label("first_seq"))
            .group_by(*_IDENTITY)
            .subquery()
        )
        query = (
            select(RevisionRow.__table__, newest.c.first_seq)
            .join(newest, newest.c.number == RevisionRow.number)
            .order_by(RevisionRow.number)
        )
        # All at once would hold every annotation in memory; a cursor that is open would see what is written.
        numbers = list(self._connection.execute(select(newest.c.number)).scalars())
        for chunk in chunks(sorted(numbers), _BATCH):
            rows = self._connection.execute(query.where(RevisionRow.number.in_(chunk))).all()
            current = [
                {**index_row(revision, revision.state), "first_seq": row.first_seq}
                for revision, row in zip(map(revision_of_row, rows), rows, strict=True)
                if revision.state is not None
            ]
            if current:
                self._connection.execute(insert(CurrentRow), current)
        return self.current_count()

    def append(self, identity: Identity, document: str, state: AnnotationState | None) -> int:
        row: dict[str, Any] = {**identity_row(identity), "seq": self._seq, "document": document, "value": None}
        row["counts"] = state is not None and not state.for_review
        if state is not None:
            row |= {"value": state.value(), **{column: getattr(state, column) for column in _COPIED}}
        number = int(self._connection.scalar(insert(RevisionRow).returning(RevisionRow.number), row) or 0)
        standing.revisions_added(self._connection, self._seq, [number])
        if state is None:
            self._connection.execute(delete(CurrentRow).where(*_is(CurrentRow, identity)))
        else:
            index = index_row(Revision(number, identity, document, state), state)
            self._connection.execute(indexing(self._connection.dialect.name), index)
        return number

    def note_deletion(self, source: str, key: str) -> None:
        insert_missing(self._connection, DeletionNotice, [{"source": source, "key": key}])

    def annotators(self, as_of: int | None = None) -> dict[str, str]:
        return annotator_names(self._connection, as_of)

    def people(self, revisions: Iterable[int]) -> dict[int, frozenset[str | None]]:
        people: dict[int, set[str | None]] = {}
        state, earlier = RevisionRow, aliased(RevisionRow)
        up_to = (
            (earlier.source == state.source)
            & (earlier.key == state.key)
            & (earlier.created_at == state.created_at)
            & (earlier.number <= state.number)
        )
        for chunk in chunks(revisions, _BATCH):
            query = (
                select(state.number, earlier.annotator, earlier.updated_by, earlier.review_of, earlier.counts)
                .join(earlier, up_to)
                .where(state.number.in_(chunk), type_coerce(earlier.value, Text) != _TOMBSTONE)
                .distinct()
            )
            rows = self._connection.execute(query).all()
            originals = self.originals({row.number for row in rows if row.review_of is not None})
            for row in rows:
                named = people.setdefault(row.number, set())
                original = originals.get(row.number)
                # Whom Label Studio names of a copy did no more than send it.
                named.update({row.annotator} if original is None else original.people)
                if original is None or row.counts:
                    named.add(row.updated_by or row.annotator)
        return {number: frozenset(people[number]) for number in sorted(people)}

    def originals(self, revisions: Iterable[int]) -> dict[int, ReviewedOriginal]:
        originals: dict[int, ReviewedOriginal] = {}
        copy, original = aliased(RevisionRow), aliased(RevisionRow)
        columns = (original.source, original.key, original.created_at, original.annotator, original.updated_by)
        for chunk in chunks(revisions, _BATCH):
            query = (
                select(copy.number, *columns).join(original, _is_copied(copy, original)).where(copy.number.in_(chunk))
            )
            for row in self._connection.execute(query):
                people = frozenset({row.annotator, row.updated_by or row.annotator})
                identity = Identity(row.source, row.key, row.created_at)
                originals[row.number] = ReviewedOriginal(identity, people)
        return originals

    def reviewed(self, revisions: Iterable[int]) -> dict[int, Revision]:
        reviewed: dict[int, Revision] = {}
        copy = aliased(RevisionRow)
        for chunk in chunks(revisions, _BATCH):
            query = select(copy.number.label("copy"), *RevisionRow.__table__.columns)
            query = query.join(RevisionRow, _is_copied(copy, RevisionRow)).where(copy.number.in_(chunk))
            reviewed |= {row.copy: revision_of_row(row) for row in self._connection.execute(query)}
        return reviewed

    def unnamed(self, annotators: Collection[str]) -> set[str]:
        named = select(Annotator.key).where(Annotator.key.in_(annotators))
        return set(annotators) - set(self._connection.scalars(named))

    def save_annotators(self, names: Mapping[str, str]) -> None:
        saved = self.annotators()
        changed = [
            {"seq": self._seq, "key": key, "name": name} for key, name in names.items() if saved.get(key) != name
        ]
        if changed:
            self._connection.execute(insert(Annotator), changed)
            standing.annotators_named(self._connection, self._seq, [str(row["key"]) for row in changed])

    def watermark(self, source: str) -> str | None:
        return self._connection.scalar(select(Watermark.updated_at).where(Watermark.source == source))

    def save_watermark(self, source: str, updated_at: str) -> None:
        if not insert_missing(self._connection, Watermark, [{"source": source, "updated_at": updated_at}]):
            self._connection.execute(update(Watermark).where(Watermark.source == source).values(updated_at=updated_at))

    def counts(self) -> dict[str, Any]:
        return {
            "annotations": self._connection.scalar(
                select(func.count()).select_from(CurrentRow).where(~CurrentRow.for_review)
            ),
            "revisions": self._connection.scalar(select(func.count()).select_from(RevisionRow)),
        }


def annotator_names(connection: Connection, as_of: int | None = None) -> dict[str, str]:
    """Return the newest name of each annotator, by key; as of a sequence number where one is given."""
    newest = select(func.max(Annotator.id)).group_by(Annotator.key)
    if as_of is not None:
        newest = newest.where(Annotator.seq <= as_of)
    rows = connection.execute(select(Annotator.key, Annotator.name).where(Annotator.id.in_(newest)))
    return {row.key: row.name for row in rows}


def _is(table: type[RevisionRow] | type[CurrentRow], identity: Identity) -> tuple[Any, ...]:
    return (table.source == identity.source, table.key == identity.key, table.created_at == identity.created_at)


def _same(left: Any, right: Any) -> tuple[Any, ...]:
    return (left.source == right.source, left.key == right.key, left.created_at == right.created_at)


def _is_copied(copy: Any, original: Any) -> ColumnElement[bool]:
    """Say of a revision whether another one is its copy; anybody in Label Studio may say of anything that it is one."""
    return and_(original.number == copy.review_of, original.document == copy.document, original.task.is_(None))
