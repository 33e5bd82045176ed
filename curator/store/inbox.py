"""The inbox: a SQLite file of its own, so that no lock of the store delays an answer."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, event, func, select, update

from curator.domain.annotation import instant
from curator.domain.errors import CuratorError
from curator.steps.ports.deliveries import Delivery, DeliveryFacts
from curator.store.engines import curator_errors, open_file
from curator.store.inbox_file import ARRIVAL, DROPPABLE, SIZE, DeliveryRow, bring_up_to_date, is_up_to_date
from curator.store.shared_writes import SharedWrites


class SqliteInbox:
    """Implements the port `Inbox`; what `put` has returned from survives a crash of the process and of the machine.

    One that `receives` nothing does not wait for the disk: what it settled and a crash of the machine took back waits
    again, and the store has its receipt.
    """

    def __init__(self, path: Path, *, receives: bool = True) -> None:
        self.engine = open_file(path)
        self._receives = receives
        if not receives:
            event.listen(self.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
        self._arrivals = SharedWrites(self._keep)
        # Only a look, so that nobody waits for a writer when there is nothing to do.
        with curator_errors(self.engine), self.engine.connect() as connection:
            if is_up_to_date(connection):
                return
        with self._begin() as connection:
            bring_up_to_date(connection)

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with (
            curator_errors(self.engine),
            self.engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    def put(self, body: bytes) -> str:
        if not self._receives:
            raise CuratorError(
                "an inbox that was opened to settle deliveries takes none", str(self.engine.url.database)
            )
        delivery = str(uuid.uuid4())
        self._arrivals.add((delivery, _now(), body))
        return delivery

    def _keep(self, arrivals: list[tuple[str, str, bytes]]) -> None:
        with self._begin() as connection:
            connection.exec_driver_sql(ARRIVAL, arrivals)

    def pending(self, limit: int, after: int = 0, *, at_once: bool = False) -> list[Delivery]:
        row = DeliveryRow
        due = row.next_attempt_at.is_(None) | (row.next_attempt_at <= _now())
        query = select(row.id, row.number, row.body, row.attempts, due).where(
            row.state == "pending", row.number > after
        )
        if not at_once:
            query = query.where(due)
        with curator_errors(self.engine), self.engine.connect() as connection:
            return [Delivery(*values) for values in connection.execute(query.order_by(row.number).limit(limit))]

    def settle(self, delivery: str, state: str, cause: str) -> None:
        self._settle([{"delivery": delivery, "state": state, "cause": cause[:200]}])

    def settle_together(self, outcomes: Mapping[str, str]) -> None:
        self._settle([{"delivery": delivery, "state": state, "cause": ""} for delivery, state in outcomes.items()])

    def _settle(self, rows: list[dict[str, Any]]) -> None:
        settled: dict[str, Any] = {column: bindparam(column) for column in ("state", "cause", "settled_at")}
        settling = update(DeliveryRow).where(DeliveryRow.id == bindparam("delivery"))
        now = _now()
        if rows:
            with self._begin() as connection:
                connection.execute(
                    settling.values(**settled, next_attempt_at=None), [{**row, "settled_at": now} for row in rows]
                )

    def put_off(self, delivery: str, seconds: float, cause: str) -> None:
        waits = (DeliveryRow.id == delivery, DeliveryRow.state == "pending")
        put_off = {"cause": cause[:200], "next_attempt_at": _now(seconds), "attempts": DeliveryRow.attempts + 1}
        with self._begin() as connection:
            connection.execute(update(DeliveryRow).where(*waits).values(**put_off))

    def recent(self, limit: int, state: str | None = None) -> list[DeliveryFacts]:
        row = DeliveryRow
        facts = (row.id, row.number, row.received_at, row.settled_at, row.state, row.cause, SIZE.label("size"))
        query = select(*facts, row.attempts, row.next_attempt_at, row.sha256).order_by(row.number.desc()).limit(limit)
        if state is not None:
            query = query.where(row.state == state)
        with curator_errors(self.engine), self.engine.connect() as connection:
            return [DeliveryFacts(**values) for values in connection.execute(query).mappings()]

    def replay(self, deliveries: Sequence[str] | None) -> int:
        which = DeliveryRow.state == "dead" if deliveries is None else DeliveryRow.id.in_(deliveries)
        waiting = {"state": "pending", "cause": "", "settled_at": None, "attempts": 0, "next_attempt_at": None}
        dropped = select(DeliveryRow.id).where(which, DeliveryRow.size.is_not(None)).limit(1)
        with self._begin() as connection:
            gone = connection.scalar(dropped)
            if gone is not None:
                what, remedy = "its body is no longer kept, so it cannot be applied again", "run `curator sync --full`"
                raise CuratorError(what, f"delivery {gone}", remedy)
            return connection.execute(update(DeliveryRow).where(which).values(**waiting)).rowcount

    def drop_bodies(self, seconds: float, limit: int) -> int:
        row = DeliveryRow
        dropping = update(row).where(row.number == bindparam("at"))
        with self._begin() as connection:
            # Bodies hold secrets: what is freed in the file is overwritten.
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            facts = [
                {"at": number, "body": b"", "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
                for number, body in connection.exec_driver_sql(DROPPABLE, (_now(-seconds), limit))
            ]
            if facts:
                connection.execute(dropping, facts)
            return len(facts)

    def counts(self) -> dict[str, int]:
        counts = dict.fromkeys(("pending", "applied", "stale", "dead"), 0)
        query = select(DeliveryRow.state, func.count().label("total")).group_by(DeliveryRow.state)
        with curator_errors(self.engine), self.engine.connect() as connection:
            return counts | {row.state: row.total for row in connection.execute(query)}


def _now(later: float = 0.0) -> str:
    return instant(datetime.now(UTC) + timedelta(seconds=later))
