"""The databases of a context, whatever is in them, closed with the block they are opened for."""

from collections.abc import Iterator
from contextlib import contextmanager

from curator.bootstrap.context import Context
from curator.store.engines import Database, open_engine, open_file


@contextmanager
def open_database(context: Context) -> Iterator[Database]:
    """Open the store's database whether it is there or not; nothing is made or migrated."""
    url = context.settings.database.url.get_secret_value()
    engine = open_engine(url) if url else open_file(context.workspace.store)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_inbox_file(context: Context) -> Iterator[Database | None]:
    """Open the inbox's file to look into it, None where there is none."""
    path = context.workspace.inbox
    if not path.exists():
        yield None
        return
    engine = open_file(path)
    try:
        yield engine
    finally:
        engine.dispose()


def is_own_file(context: Context) -> bool:
    """Say whether the store is a SQLite file of the workspace, not a database that is configured."""
    return not context.settings.database.url.get_secret_value()
