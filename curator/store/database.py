"""The database behind the store: engines, transactions, sequence numbers, leases."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, delete, event, func, insert, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from curator.domain.annotation import instant
from curator.domain.errors import CuratorError
from curator.store.decisions import DecisionTable
from curator.store.documents import DocumentTable
from curator.store.lineage import LineageTable
from curator.store.models import ModelTable
from curator.store.quarantine import QuarantineTable
from curator.store.revisions import RevisionTable
from curator.store.rows import insert_missing
from curator.store.settings import SettingTable
from curator.store.tables import Counter, Lease, Receipt, Tick
from curator.store.tasks import TaskTable
from curator.store.versions import VersionTable

_BUSY_MS = 30_000
_UNDEFINED_TABLE = "42P01"


def open_engine(url: str | URL) -> Engine:
    """Return an engine for SQLite (WAL, foreign keys, IMMEDIATE writers) or PostgreSQL (through psycopg 3).

    Nothing is connected yet. Raises CuratorError for a URL of another kind.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise CuratorError(
            "database URL cannot be read", remedy="set database.url, e.g. sqlite:///store.sqlite3"
        ) from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(parsed, pool_pre_ping=True)
    except (NoSuchModuleError, ArgumentError, ImportError):
        raise CuratorError(
            "database is of a kind that is not supported", parsed.drivername, "use sqlite:///… or postgresql://…"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_file(path: Path) -> Engine:
    """Return an engine for a SQLite file, whatever characters its path is made of."""
    return open_engine(URL.create("sqlite", database=str(path)))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would begin late; `_begin_sqlite` says when and how.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class SqlTransaction:
    """One transaction; implements the port `Transaction`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self.seq = seq
        self._connection = connection
        self.documents = DocumentTable(connection, seq)
        self.tasks = TaskTable(connection, seq)
        self.revisions = RevisionTable(connection, seq)
        self.lineage = LineageTable(connection, seq)
        self.quarantine = QuarantineTable(connection, seq)
        self.decisions = DecisionTable(connection, seq)
        self.versions = VersionTable(connection, seq)
        self.models = ModelTable(connection, seq)
        self.settings = SettingTable(connection, seq)

    def seq_at(self, at: str) -> int:
        seq = self._connection.scalar(select(func.max(Tick.seq)).where(Tick.at <= at))
        return int(seq or 0)

    def receipt(self, delivery: str) -> str | None:
        return self._connection.scalar(select(Receipt.outcome).where(Receipt.delivery == delivery))

    def add_receipt(self, delivery: str, outcome: str) -> None:
        insert_missing(self._connection, Receipt, [{"delivery": delivery, "seq": self.seq, "outcome": outcome}])

    def counts(self) -> dict[str, Any]:
        return {
            **self.documents.counts(),
            **self.tasks.counts(),
            **self.revisions.counts(),
            **self.quarantine.counts(),
            **self.decisions.counts(),
            **self.versions.counts(),
            **self.models.counts(),
        }


class SqlStore:
    """The store in one database; implements the port `Store`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Open one consistent view; its `seq` is the newest one in it."""
        with curator_errors(self.engine):
            options = {} if self.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                seq = connection.scalar(select(Counter.value)) or 0
                yield SqlTransaction(connection, seq)

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """Open the only writing transaction there is at a time; commits at the end, rolls back on any error."""
        with (
            curator_errors(self.engine),
            self.engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield SqlTransaction(connection, _next_seq(connection))

    def lease(self, name: str, holder: str, seconds: float) -> bool:
        now = time.time()
        with curator_errors(self.engine), self._begin() as connection:
            row = {"holder": holder, "expires": now + seconds}
            taken = connection.execute(
                update(Lease).where(Lease.name == name, (Lease.holder == holder) | (Lease.expires < now)).values(**row)
            )
            if taken.rowcount:
                return True
            if connection.scalar(select(Lease.holder).where(Lease.name == name)) is not None:
                return False
            try:
                connection.execute(insert(Lease).values(name=name, **row))
            except IntegrityError:
                return False
            return True

    def release(self, name: str, holder: str) -> None:
        with curator_errors(self.engine), self._begin() as connection:
            connection.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            yield connection


def _next_seq(connection: Connection) -> int:
    count_up = update(Counter).values(value=Counter.value + 1).returning(Counter.value)
    seq = connection.scalar(count_up)
    if seq is None:
        # The first writers of a store may come together: all but one wait here for the one that was quicker.
        insert_missing(connection, Counter, [{"id": 1, "value": 0}])
        seq = connection.scalar(count_up)
    last = connection.scalar(select(Tick.at).order_by(Tick.seq.desc()).limit(1)) or ""
    connection.execute(insert(Tick).values(seq=seq, at=max(last, instant(datetime.now(UTC)))))
    return int(seq or 0)


@contextmanager
def curator_errors(engine: Engine) -> Iterator[None]:
    """Turn the database's own errors into CuratorError."""
    try:
        yield
    except DBAPIError as error:
        where = engine.url.render_as_string(hide_password=True)
        reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        if "no such table" in reason or getattr(error.orig, "sqlstate", "") == _UNDEFINED_TABLE:
            raise CuratorError("the store is not set up", where, "run `curator store upgrade`") from error
        raise CuratorError(
            f"the store failed: {reason}", where, "see that the database runs and is writable"
        ) from error
