"""A workspace made: its folder, the store with its tables, and a copy of the store's secrets."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curator.bootstrap.context import Context
from curator.bootstrap.databases import is_own_file
from curator.bootstrap.secrets import secrets_of
from curator.bootstrap.stores import open_store_as_is
from curator.store.migrate import upgrade


@dataclass(frozen=True, slots=True)
class Initialised:
    """Where a workspace is, whether it was made just now, and whether its store lacked migrations."""

    workspace: Path
    made: bool
    upgraded: bool


def init(context: Context, say: Callable[[str], None]) -> Initialised:
    """Make the workspace where it is not there, which is said, and run the migrations that the store lacks.

    Idempotent. Raises CuratorError; a configured database that is away leaves nothing behind.
    """
    workspace = context.workspace
    there = workspace.is_made()
    if is_own_file(context):
        workspace.make()
    with open_store_as_is(context) as store:
        upgraded = upgrade(store.engine)
        workspace.keep_shared_secrets(secrets_of(store))
    if not there:
        say(f"workspace made: {workspace.root}")
    return Initialised(workspace.root, not there, upgraded)


def init_if_missing(context: Context, say: Callable[[str], None]) -> None:
    """Make the workspace where it is not there, as `init` does."""
    if not context.workspace.is_made():
        init(context, say)
