"""Bringing a database to the tables this code knows."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from curator.domain.errors import CuratorError
from curator.store.database import told_plainly


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> bool:
    """Run the migrations a database lacks, all or none; returns whether there were any. Idempotent.

    Raises CuratorError where the database was written by newer code.
    """
    with told_plainly(engine):
        # Only a look, so that nobody waits for a writer when there is nothing to do.
        with engine.connect() as connection:
            if _is_current(connection):
                return False
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            if _is_current(connection):
                return False
            command.upgrade(_config(connection), "head")
            return True


def _is_current(connection: Connection) -> bool:
    scripts = ScriptDirectory.from_config(_config(connection))
    at = MigrationContext.configure(connection).get_current_revision()
    if at is not None and at not in {script.revision for script in scripts.walk_revisions()}:
        raise CuratorError(
            "the store was written by a newer curator", f"revision {at}", "install that version or restore a backup"
        )
    return at == scripts.get_current_head()
