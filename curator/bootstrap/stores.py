"""The store and the inbox of a context, closed with the block they are opened for."""

from collections.abc import Iterator
from contextlib import contextmanager

from curator.bootstrap.context import Context
from curator.bootstrap.databases import is_own_file, open_database
from curator.bootstrap.reading import READ_ANNOTATION
from curator.store.counting import ReadingIndex
from curator.store.database import SqlStore
from curator.store.inbox import SqliteInbox
from curator.store.migrate import upgrade


@contextmanager
def open_store(context: Context) -> Iterator[SqlStore]:
    """Open the store, brought up to date where it is a SQLite file of the workspace.

    Raises CuratorError where there is no workspace.
    """
    context.workspace.require()
    with open_store_as_is(context) as store:
        if is_own_file(context):
            upgrade(store.engine)
        yield store


@contextmanager
def open_store_if_there(context: Context) -> Iterator[SqlStore | None]:
    """Open the store as `open_store` does; None where it would be a file of the workspace that is not there."""
    if is_own_file(context) and not context.workspace.store.exists():
        yield None
        return
    with open_store(context) as store:
        yield store


@contextmanager
def open_store_as_is(context: Context) -> Iterator[SqlStore]:
    """Open the store whether it is there or not; nothing is made or migrated."""
    with open_database(context) as engine:
        yield SqlStore(engine)


@contextmanager
def open_inbox(context: Context, *, receives: bool = True) -> Iterator[SqliteInbox]:
    """Open the inbox, made where the workspace has none yet; `receives` says whether deliveries are put into it.

    Raises CuratorError where there is no workspace.
    """
    context.workspace.require()
    inbox = SqliteInbox(context.workspace.inbox, receives=receives)
    try:
        yield inbox
    finally:
        inbox.engine.dispose()


def upgrade_store(context: Context) -> bool:
    """Run the migrations that the store lacks; returns whether there were any.

    Raises CuratorError where there is no workspace.
    """
    context.workspace.require()
    with open_store_as_is(context) as store:
        return upgrade(store.engine)


def open_readings(store: SqlStore) -> ReadingIndex:
    """Return the index of readings of an open store."""
    return ReadingIndex(store.engine, READ_ANNOTATION)


def rebuild_index(context: Context) -> int:
    """Make the indices of decisions, of current annotations and of their readings anew; returns how many there are."""
    with open_store(context) as store:
        with store.writing() as transaction:
            transaction.standing.rebuild()
            annotations = transaction.revisions.rebuild_current()
        open_readings(store).rebuild()
        return annotations
