"""The statements that a database is asked, and the rows that it answers with or changes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

FACTOR = 8


@dataclass(slots=True)
class Cost:
    """What a piece of work asked of a database: statements, transactions that wrote, rows read and rows written."""

    commits: int = 0
    rows_read: int = 0
    rows_written: int = 0
    statements: list[str] = field(default_factory=list)

    def within(self, other: "Cost", slack: int = 0) -> bool:
        """Say whether this is no more than another cost, but for so many statements and rows."""
        return (
            len(self.statements) <= len(other.statements) + slack
            and self.commits <= other.commits + slack
            and self.rows_read <= other.rows_read + slack
            and self.rows_written <= other.rows_written + slack
        )

    def __str__(self) -> str:
        counts = f"{self.commits} commits, {self.rows_read} rows read, {self.rows_written} written"
        return f"{len(self.statements)} statements, {counts}"


@contextmanager
def counted(engine: Engine) -> Iterator[Cost]:
    """Count what is asked of a SQLite database through an engine; connections made before are closed."""
    cost = Cost()

    class Cursor(sqlite3.Cursor):
        def execute(self, *arguments: Any) -> "Cursor":
            cost.statements.append(str(arguments[0]))
            super().execute(*arguments)
            cost.rows_written += max(self.rowcount, 0)
            return self

        def executemany(self, *arguments: Any) -> "Cursor":
            cost.statements.append(str(arguments[0]))
            super().executemany(*arguments)
            cost.rows_written += max(self.rowcount, 0)
            return self

        def fetchone(self) -> Any:
            row = super().fetchone()
            cost.rows_read += row is not None
            return row

        def fetchmany(self, *arguments: Any) -> list[Any]:
            rows = super().fetchmany(*arguments)
            cost.rows_read += len(rows)
            return rows

        def fetchall(self) -> list[Any]:
            rows = super().fetchall()
            cost.rows_read += len(rows)
            return rows

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    def connect(_dialect: Any, _record: Any, _arguments: list[Any], options: dict[str, Any]) -> None:
        options["factory"] = Connection

    def commit(connection: Any) -> None:
        cost.commits += bool(connection.get_execution_options().get("writing"))

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "commit", commit)
    engine.dispose()
    try:
        yield cost
    finally:
        event.remove(engine, "do_connect", connect)
        event.remove(engine, "commit", commit)
        engine.dispose()
