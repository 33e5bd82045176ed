"""What `curator status` counts, with as little loaded as that needs."""

from typing import Any

from curator.bootstrap.context import Context
from curator.bootstrap.databases import is_own_file, open_database, open_inbox_file
from curator.store.migrate import upgrade
from curator.store.views.status import SqlStatus
from curator.views.status import status as count

_BATCHES = 8


def status(context: Context) -> dict[str, Any]:
    """Return the counts of everything, deliveries by state; some of what was not read yet is read first.

    Raises CuratorError where there is no workspace.
    """
    context.workspace.require()
    with open_database(context) as engine, open_inbox_file(context) as inbox:
        if is_own_file(context):
            upgrade(engine)
        view = SqlStatus(engine, inbox)
        if view.is_behind():
            # What reads annotations is loaded where there are any to read.
            from curator.bootstrap.reading import READ_ANNOTATION
            from curator.store.counting import ReadingIndex

            ReadingIndex(engine, READ_ANNOTATION).catch_up(_BATCHES, wait=False)
        return count(view)
