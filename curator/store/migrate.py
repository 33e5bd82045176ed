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
    with told_plainly(engine), engine.connect().execution_options(writing=True) as connection, connection.begin():
        config = _config(connection)
        scripts = ScriptDirectory.from_config(config)
        at = MigrationContext.configure(connection).get_current_revision()
        if at is not None and at not in {script.revision for script in scripts.walk_revisions()}:
            raise CuratorError(
                "the store was written by a newer curator", f"revision {at}", "install that version, or restore a backup"
            )
        if at == scripts.get_current_head():
            return False
        command.upgrade(config, "head")
        return True
