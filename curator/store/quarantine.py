"""The quarantine: items that do not fit, and annotations that cannot be read."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, exists, func, insert, select
from sqlalchemy.orm import aliased

from curator.domain.annotation import UnreadableAnnotation
from curator.domain.canonical import digest
from curator.domain.span import Problem
from curator.steps.ports.stored_quarantine import Misfit, QuarantinedItem, QuarantinedRow
from curator.store.rows import insert_missing
from curator.store.tables import CurrentRow, MisfitRow, Quarantined, ReadingRow, Tick, UnreadableRow


class QuarantineTable:
    """Implements the port `Quarantine`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def add(self, origin: str, document: str | None, problems: Iterable[Problem], revision: int | None = None) -> None:
        rows = [
            {
                "seq": self._seq,
                "origin": origin,
                "document": document,
                "revision": revision,
                "cause": problem.cause,
                "item": problem.item,
                "item_digest": digest(problem.item),
            }
            for problem in problems
        ]
        insert_missing(self._connection, Quarantined, rows)

    def documents(self, origins: str) -> set[str]:
        is_among = Quarantined.origin.startswith(origins, autoescape=True)
        query = select(Quarantined.document).where(is_among, Quarantined.document.is_not(None)).distinct()
        return {str(document) for document in self._connection.scalars(query)}

    def of_current(self, source: str | None = None) -> list[QuarantinedItem]:
        current = CurrentRow
        query = (
            select(current.source, current.task, current.key, current.document, current.revision, Quarantined.cause)
            .join(Quarantined, Quarantined.revision == current.revision)
            .order_by(current.source, current.task, current.revision, Quarantined.id)
        )
        if source is not None:
            query = query.where(current.source == source)
        return [QuarantinedItem(*row) for row in self._connection.execute(query)]

    def misfits(
        self, schema_hash: str, document: str | None = None, *, once: bool = False, limit: int | None = None
    ) -> list[Misfit]:
        current = CurrentRow
        query = (
            select(current.source, current.task, current.key, current.document, MisfitRow.cause, MisfitRow.item)
            .join(ReadingRow, ReadingRow.revision == current.revision)
            .join(MisfitRow, MisfitRow.revision == current.revision)
            .where(ReadingRow.schema_hash == schema_hash)
            .order_by(current.source, current.task, current.revision, MisfitRow.place)
        )
        if document is not None:
            query = query.where(current.document == document)
        if once:
            first = aliased(MisfitRow)
            alike = (first.revision == MisfitRow.revision) & (first.cause == MisfitRow.cause)
            query = query.where(~exists().where(alike, first.place < MisfitRow.place))
        return [Misfit(*row) for row in self._connection.execute(query.limit(limit))]

    def causes(self, schema_hash: str) -> dict[str, int]:
        cause = self._cause()
        unreadable = select(cause.label("cause"), func.count().label("total")).group_by(cause)
        misfits = (
            select(MisfitRow.cause, func.count(func.distinct(MisfitRow.revision)).label("total"))
            .join(ReadingRow, ReadingRow.revision == MisfitRow.revision)
            .join(CurrentRow, CurrentRow.revision == MisfitRow.revision)
            .where(ReadingRow.schema_hash == schema_hash)
            .group_by(MisfitRow.cause)
        )
        totals: dict[str, int] = {}
        for query in (unreadable, misfits):
            for row in sorted(self._connection.execute(query)):
                totals[row.cause] = totals.get(row.cause, 0) + row.total
        return totals

    def _cause(self) -> ColumnElement[str]:
        """Return the cause of what cannot be read, up to a colon."""
        place = func.instr if self._connection.dialect.name == "sqlite" else func.strpos
        colon = place(UnreadableRow.cause, ":")
        return case((colon > 0, func.substr(UnreadableRow.cause, 1, colon - 1)), else_=UnreadableRow.cause)

    def history(self, document: str | None = None) -> list[QuarantinedRow]:
        row = Quarantined
        query = select(Tick.at, row.origin, row.document, row.cause, row.item).join(Tick, Tick.seq == row.seq)
        if document is not None:
            query = query.where(row.document == document)
        return [QuarantinedRow(*values) for values in self._connection.execute(query.order_by(row.id))]

    def put_unreadable(self, annotation: UnreadableAnnotation) -> None:
        self.drop_unreadable(annotation.source, annotation.task, annotation.key)
        row = {"source": annotation.source, "task": annotation.task, "key": annotation.key, "cause": annotation.cause}
        self._connection.execute(insert(UnreadableRow).values(**row))

    def drop_unreadable(self, source: str, task: int, key: str | None = None) -> None:
        deletion = delete(UnreadableRow).where(UnreadableRow.source == source, UnreadableRow.task == task)
        self._connection.execute(deletion if key is None else deletion.where(UnreadableRow.key == key))

    def unreadable(
        self, source: str | None = None, *, causes: Collection[str] | None = None, limit: int | None = None
    ) -> list[UnreadableAnnotation]:
        row = UnreadableRow
        query = select(row.source, row.task, row.key, row.cause).order_by(row.source, row.task, row.key)
        if source is not None:
            query = query.where(row.source == source)
        if causes is not None:
            query = query.where(self._cause().in_(causes))
        return [UnreadableAnnotation(*values) for values in self._connection.execute(query.limit(limit))]

    def counts(self) -> dict[str, Any]:
        return {
            "quarantined": self._connection.scalar(select(func.count()).select_from(Quarantined)),
            "unreadable": self._connection.scalar(select(func.count()).select_from(UnreadableRow)),
        }
