"""Statements that both databases understand."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from curator.store.tables import Table

Item = TypeVar("Item")


def insert_missing(connection: Connection, table: type[Table], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows that break no uniqueness; returns how many that were."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    added = 0
    for chunk in chunks(rows, 500):
        statement = dialect.insert(table).values(chunk).on_conflict_do_nothing()
        # Left to itself, SQLAlchemy forgets the count of rows that a driver other than SQLite's reports.
        added += connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    return added


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
