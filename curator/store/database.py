"""The database behind the store: engines, transactions, sequence numbers, leases."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from curator.domain.annotation import instant
from curator.domain.errors import CuratorError, StoreUnavailable
from curator.steps.ports.store import Fence
from curator.store.decisions import DecisionTable
from curator.store.deletions import DeletionTable
from curator.store.documents import DocumentTable
from curator.store.leases import LeaseTable
from curator.store.lineage import LineageTable
from curator.store.models import ModelTable
from curator.store.private_files import keep_private
from curator.store.projects import ProjectTable
from curator.store.quarantine import QuarantineTable
from curator.store.revisions import RevisionTable
from curator.store.rows import insert_missing
from curator.store.settings import SettingTable
from curator.store.tables import Counter, Receipt, Tick
from curator.store.tasks import TaskTable
from curator.store.tokens import TokenTable
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
        event.listen(engine, "do_connect", _keep_private)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_file(path: Path) -> Engine:
    """Return an engine for a SQLite file, whatever characters its path is made of."""
    return open_engine(URL.create("sqlite", database=str(path)))


def _keep_private(_dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
    if arguments and not str(arguments[0]).startswith((":memory:", "file:")):
        keep_private(Path(arguments[0]))


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
        self.projects = ProjectTable(connection)
        self.revisions = RevisionTable(connection, seq)
        self.deletions = DeletionTable(connection, seq)
        self.lineage = LineageTable(connection, seq)
        self.quarantine = QuarantineTable(connection, seq)
        self.decisions = DecisionTable(connection, seq)
        self.versions = VersionTable(connection, seq)
        self.models = ModelTable(connection, seq)
        self.settings = SettingTable(connection, seq)
        self.tokens = TokenTable(connection)

    def seq_at(self, at: str) -> int:
        latest = select(Tick.seq).where(Tick.at <= at).order_by(Tick.at.desc(), Tick.seq.desc()).limit(1)
        seq = self._connection.scalar(latest)
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
    def writing(self, fence: Fence | None = None) -> Iterator[SqlTransaction]:
        """Open the only writing transaction there is at a time; commits at the end, rolls back on any error."""
        with (
            curator_errors(self.engine),
            self.engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            seq = _next_seq(connection)
            if fence is not None:
                LeaseTable(connection).require(fence)
            yield SqlTransaction(connection, seq)

    def lease(self, name: str, holder: str, seconds: float) -> Fence | None:
        with curator_errors(self.engine), self._begin() as connection:
            return LeaseTable(connection).take(name, holder, seconds)

    def lease_holder(self, name: str) -> str:
        with curator_errors(self.engine), self.engine.connect() as connection:
            return LeaseTable(connection).holder(name)

    def release(self, name: str, holder: str) -> None:
        with curator_errors(self.engine), self._begin() as connection:
            LeaseTable(connection).release(name, holder)

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
    last = connection.scalar(select(Tick.at).order_by(Tick.seq.desc()).limit(1))
    connection.execute(insert(Tick).values(seq=seq, at=_time_after(last)))
    return int(seq or 0)


def _time_after(last: str | None) -> str:
    """Return the time, or, where the clock was set back, the first one after the last: no two writers share one."""
    present = instant(datetime.now(UTC))
    if last is None or present > last:
        return present
    return instant(datetime.fromisoformat(last) + timedelta(microseconds=1))


@contextmanager
def curator_errors(engine: Engine) -> Iterator[None]:
    """Turn the database's own errors into StoreUnavailable, or CuratorError where it refused what it was given."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        where = engine.url.render_as_string(hide_password=True)
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
        if "no such table" in reason or getattr(cause, "sqlstate", "") == _UNDEFINED_TABLE:
            raise StoreUnavailable("the store is not set up", where, "run `curator store upgrade`") from error
        what, remedy = f"the store failed: {reason}", "see that the database runs and is writable"
        if isinstance(error, (DataError, IntegrityError)):
            raise CuratorError(what, where, remedy) from error
        raise StoreUnavailable(what, where, remedy) from error
