"""Engines of both kinds of databases, and their errors in one line; nothing here knows a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from curator.domain.errors import CuratorError, StoreUnavailable
from curator.store.private_files import keep_private

_BUSY_MS = 30_000
_UNDEFINED_TABLE = "42P01"

Database = Engine
"""What others than the store call an open database."""


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
        # A file does not go away as a server does.
        engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
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
