"""Keeping the index of readings: each annotation read once a state of it, each prediction counted once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.exc import OperationalError

from curator.domain.schema import LabelSchema
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.store.count_batch import CountBatch
from curator.store.engines import curator_errors
from curator.store.settings import SettingTable
from curator.store.tables import CountedLabel, CountedPipeline, CountedRow, Counter, MisfitRow, ReadingRow
from curator.store.uncounted import is_behind, waiting_changes


class ReadingIndex:
    """Implements the port `Readings`; it stands in the line of the store's writers and takes no number there."""

    def __init__(self, engine: Engine, read_content: ContentReader) -> None:
        self._engine = engine
        self._read_content = read_content

    def catch_up(self, batches: int | None = None, *, wait: bool = True) -> int:
        with curator_errors(self._engine):
            while batches != 0 and self._is_behind():
                try:
                    with self._writing(wait) as connection:
                        self._take_batch(connection)
                except OperationalError as error:
                    if wait or not _is_locked(error):
                        raise
                    break
                batches = None if batches is None else batches - 1
            return self._left()

    def waiting(self) -> int:
        with curator_errors(self._engine), self._engine.connect() as connection:
            schema = _schema(connection)
            return 0 if schema is None else waiting_changes(connection, schema.hash).shown

    def rebuild(self) -> None:
        with curator_errors(self._engine), self._writing(True) as connection:
            for table in (MisfitRow, ReadingRow, CountedLabel, CountedPipeline, CountedRow):
                connection.execute(delete(table))
        self.catch_up()

    def _left(self) -> int:
        with self._engine.connect() as connection:
            schema = _schema(connection)
            return 0 if schema is None else waiting_changes(connection, schema.hash).all

    def _is_behind(self) -> bool:
        with self._engine.connect() as connection:
            schema = _schema(connection)
            return schema is not None and is_behind(connection, schema.hash)

    def _take_batch(self, connection: Connection) -> None:
        schema = _schema(connection)
        if schema is not None:
            CountBatch(connection, schema, self._read_content).take()

    @contextmanager
    def _writing(self, wait: bool) -> Iterator[Connection]:
        with (
            self._engine.connect().execution_options(writing=True) as connection,
            _impatient(connection, wait),
            connection.begin(),
        ):
            # What was given a number before is visible from here on, and nothing is written until the end.
            connection.execute(select(Counter.value).with_for_update(nowait=not wait))
            yield connection


@contextmanager
def _impatient(connection: Connection, wait: bool) -> Iterator[None]:
    """Let a SQLite connection not wait for other writers as long as the block lasts, unless it shall."""
    driver = connection.connection.driver_connection
    if wait or connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    (before,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA busy_timeout=0")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout={before}")


def _is_locked(error: OperationalError) -> bool:
    return "locked" in str(error.orig) or getattr(error.orig, "sqlstate", "") == "55P03"


def _schema(connection: Connection) -> LabelSchema | None:
    return schema_in_force(SettingTable(connection, 0))
