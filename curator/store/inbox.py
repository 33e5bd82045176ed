"""The inbox: a SQLite file of its own, so that no lock of the store delays an answer."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, LargeBinary, String, func, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from curator.domain.annotation import instant
from curator.steps.ports.deliveries import Delivery, DeliveryFacts
from curator.store.database import curator_errors, open_file


class InboxTable(DeclarativeBase):
    """The inbox's own tables, apart from the store's."""


class DeliveryRow(InboxTable):
    __tablename__ = "delivery"
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    received_at: Mapped[str] = mapped_column(String(32))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16), index=True, default="pending")
    cause: Mapped[str] = mapped_column(String(200), default="")
    settled_at: Mapped[str | None] = mapped_column(String(32))


class SqliteInbox:
    """Implements the port `Inbox`; what `put` has returned from survives a crash of the process and of the machine."""

    def __init__(self, path: Path) -> None:
        self.engine = open_file(path)
        with self._begin() as connection:
            InboxTable.metadata.create_all(connection)

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with (
            curator_errors(self.engine),
            self.engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    def put(self, body: bytes) -> str:
        delivery = str(uuid.uuid4())
        with self._begin() as connection:
            row = {"id": delivery, "received_at": instant(datetime.now(UTC)), "body": body}
            connection.execute(insert(DeliveryRow).values(**row))
        return delivery

    def pending(self, limit: int) -> list[Delivery]:
        query = (
            select(DeliveryRow.id, DeliveryRow.number, DeliveryRow.body)
            .where(DeliveryRow.state == "pending")
            .order_by(DeliveryRow.number)
            .limit(limit)
        )
        with curator_errors(self.engine), self.engine.connect() as connection:
            return [Delivery(row.id, row.number, row.body) for row in connection.execute(query)]

    def settle(self, delivery: str, state: str, cause: str) -> None:
        with self._begin() as connection:
            where = DeliveryRow.id == delivery
            settled = {"state": state, "cause": cause[:200], "settled_at": instant(datetime.now(UTC))}
            connection.execute(update(DeliveryRow).where(where).values(**settled))

    def recent(self, limit: int, state: str | None = None) -> list[DeliveryFacts]:
        table = DeliveryRow
        size = func.length(table.body)
        query = select(table.id, table.number, table.received_at, table.settled_at, table.state, table.cause, size)
        query = query.order_by(table.number.desc()).limit(limit)
        if state is not None:
            query = query.where(table.state == state)
        with curator_errors(self.engine), self.engine.connect() as connection:
            return [DeliveryFacts(*row) for row in connection.execute(query)]

    def replay(self, deliveries: Sequence[str] | None) -> int:
        which = DeliveryRow.state == "dead" if deliveries is None else DeliveryRow.id.in_(deliveries)
        with self._begin() as connection:
            waiting = {"state": "pending", "cause": "", "settled_at": None}
            return connection.execute(update(DeliveryRow).where(which).values(**waiting)).rowcount

    def counts(self) -> dict[str, int]:
        counts = dict.fromkeys(("pending", "applied", "stale", "dead"), 0)
        query = select(DeliveryRow.state, func.count().label("total")).group_by(DeliveryRow.state)
        with curator_errors(self.engine), self.engine.connect() as connection:
            return counts | {row.state: row.total for row in connection.execute(query)}
