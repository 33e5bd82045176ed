"""Deletions that are held, and the counts that the guard on deletions goes by."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    Subquery,
    Text,
    and_,
    delete,
    exists,
    func,
    literal_column,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import aliased

from curator.domain.annotation import ProjectSource
from curator.steps.ports.stored_deletions import DeletedItem, DeletionTally, HeldDeletion, HeldDeletions
from curator.store.rows import chunks, insert_missing
from curator.store.tables import CurrentRow, DeletionWindow, HeldRow, RevisionRow, TaskRow, Tick

_BATCH = 400
_ITEM = (HeldRow.task, HeldRow.key, HeldRow.created_at)


class DeletionTable:
    """Implements the port `Deletions`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def hold(self, source: str, items: Mapping[DeletedItem, str], since: str) -> None:
        held = {"source": source, "since": since}
        rows = [
            {**held, "task": item.task, "key": item.key, "created_at": item.created_at, "document": document}
            for item, document in items.items()
        ]
        insert_missing(self._connection, HeldRow, rows)

    def release(self, source: str, items: Collection[DeletedItem]) -> None:
        for chunk in chunks(items, _BATCH):
            self._connection.execute(delete(HeldRow).where(*_among(source, chunk)))

    def among(self, source: str, items: Collection[DeletedItem]) -> set[DeletedItem]:
        held = set[DeletedItem]()
        for chunk in chunks(items, _BATCH):
            query = select(*_ITEM).where(*_among(source, chunk))
            held |= {DeletedItem(*row) for row in self._connection.execute(query)}
        return held

    def held(self, source: str | None = None) -> list[HeldDeletion]:
        query = select(HeldRow.__table__)
        if source is not None:
            query = query.where(HeldRow.source == source)
        held = [
            HeldDeletion(row.source, DeletedItem(row.task, row.key, row.created_at), row.document, row.since)
            for row in self._connection.execute(query)
        ]
        # A database's own order of texts depends on its locale.
        return sorted(held, key=lambda deletion: (deletion.source, deletion.item.rank))

    def held_count(self, source: str | None = None) -> HeldDeletions:
        is_task = HeldRow.key == ""
        query = select(func.count().filter(is_task), func.count().filter(~is_task), func.min(HeldRow.since))
        query = query.select_from(HeldRow)
        if source is not None:
            query = query.where(HeldRow.source == source)
        return HeldDeletions(*self._connection.execute(query).one())

    def window_start(self, source: str, at: str) -> int:
        accepted = select(DeletionWindow.seq).where(DeletionWindow.source == source)
        passed = select(Tick.seq).where(Tick.at <= at).order_by(Tick.at.desc(), Tick.seq.desc()).limit(1)
        row = self._connection.execute(select(accepted.scalar_subquery(), passed.scalar_subquery())).one()
        return max(value or 0 for value in row)

    def open_window(self, source: str) -> None:
        self._connection.execute(delete(DeletionWindow).where(DeletionWindow.source == source))
        insert_missing(self._connection, DeletionWindow, [{"source": source, "seq": self._seq}])

    def tally(self, project: ProjectSource, start: int) -> DeletionTally:
        together = _current(project, start).join(_deleted(project, start), true())
        together = together.join(_held(project, start), true()).join(_tasks(project, start), true())
        row = self._connection.execute(select(together)).one()
        return DeletionTally(**{name: int(value or 0) for name, value in row._mapping.items()})


def _among(source: str, items: Collection[DeletedItem]) -> tuple[Any, Any]:
    values = [(item.task, item.key, item.created_at) for item in items]
    return HeldRow.source == source, tuple_(*_ITEM).in_(values)


def _same(left: Any, right: Any) -> tuple[Any, ...]:
    return (left.source == right.source, left.key == right.key, left.created_at == right.created_at)


def _current(project: ProjectSource, start: int) -> Subquery:
    earlier = func.count().filter(CurrentRow.first_seq <= start)
    counts = (func.count().label("annotations"), earlier.label("earlier"))
    return select(*counts).where(CurrentRow.source == str(project)).subquery()


def _deleted(project: ProjectSource, start: int) -> Subquery:
    """Count what has a tombstone of the window and is not back; one that is another document's by now is not."""
    tombstone, first = aliased(RevisionRow), aliased(RevisionRow)
    # Written out, as the index on tombstones is only used where the statement is seen to ask for nothing else.
    is_tombstone = type_coerce(tombstone.value, Text) == literal_column("'null'")
    came_before = exists().where(*_same(first, tombstone), first.seq <= start)
    gone = (
        select(tombstone.key, tombstone.created_at, came_before.label("earlier"))
        .where(tombstone.source == str(project), tombstone.seq > start, is_tombstone)
        .where(~exists().where(*_same(CurrentRow, tombstone), CurrentRow.document == tombstone.document))
        .distinct()
        .subquery()
    )
    earlier = func.count().filter(gone.c.earlier)
    return select(func.count().label("deleted"), earlier.label("earlier_deleted")).select_from(gone).subquery()


def _held(project: ProjectSource, start: int) -> Subquery:
    is_task = HeldRow.key == ""
    earlier = func.count().filter(CurrentRow.first_seq <= start)
    return (
        select(
            func.count(CurrentRow.key).label("held"),
            earlier.label("earlier_held"),
            func.count().filter(is_task).label("tasks_held"),
        )
        .select_from(HeldRow)
        .outerjoin(CurrentRow, and_(*_same(CurrentRow, HeldRow)))
        .where(HeldRow.source == str(project))
        .subquery()
    )


def _tasks(project: ProjectSource, start: int) -> Subquery:
    of_project = (TaskRow.server == project.server, TaskRow.project == project.project)
    counted = select(func.count()).select_from(TaskRow).where(*of_project)
    live = counted.where(TaskRow.gone.is_(False)).scalar_subquery().label("tasks")
    return select(live, counted.where(TaskRow.gone_seq > start).scalar_subquery().label("tasks_deleted")).subquery()
