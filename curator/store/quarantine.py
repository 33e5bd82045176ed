"""The quarantine: items that do not fit, and annotations that cannot be read."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from curator.domain.annotation import UnreadableAnnotation
from curator.domain.canonical import digest
from curator.domain.span import Problem
from curator.steps.ports.stored_quarantine import QuarantinedItem, QuarantinedRow
from curator.store.rows import insert_missing
from curator.store.tables import CurrentRow, Quarantined, Tick, UnreadableRow


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

    def unreadable(self, source: str | None = None) -> list[UnreadableAnnotation]:
        row = UnreadableRow
        query = select(row.source, row.task, row.key, row.cause).order_by(row.source, row.task, row.key)
        if source is not None:
            query = query.where(row.source == source)
        return [UnreadableAnnotation(*values) for values in self._connection.execute(query)]

    def counts(self) -> dict[str, Any]:
        return {
            "quarantined": self._connection.scalar(select(func.count()).select_from(Quarantined)),
            "unreadable": self._connection.scalar(select(func.count()).select_from(UnreadableRow)),
        }
