"""Statements that both databases understand."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from curator.store.tables import Table

Item = TypeVar("Item")


def insert_missing(connection: Connection, table: type[Table], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows that break no uniqueness; returns how many that were."""
    insert = dialect_insert(connection.dialect.name)
    added = 0
    for chunk in chunks(rows, 500):
        statement = insert(table).values(chunk).on_conflict_do_nothing()
        # Left to itself, SQLAlchemy forgets the count of rows that a driver other than SQLite's reports.
        added += connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    return added


def dialect_insert(dialect: str) -> Any:
    """Return what makes the inserts of a dialect, which know of conflicts."""
    # The other dialect takes longer to load than most statements take to run.
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut items into lists of at most this size, in order."""
    chunk: list[Item] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
