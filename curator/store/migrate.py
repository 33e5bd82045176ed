"""Bringing a database to the tables this code knows."""

import logging
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

from curator.domain.errors import CuratorError
from curator.store.engines import curator_errors

# Any number, always the same.
_LOCK = 0x63757261
_FOLDER = Path(__file__).parent / "migrations"
_log = logging.getLogger(__name__)


def upgrade(engine: Engine) -> bool:
    """Run the migrations a database lacks, all or none; returns whether there were any. Idempotent.

    Raises CuratorError where the database was written by code with other migrations.
    """
    with curator_errors(engine):
        # Only a look, so that nobody waits for a writer when there is nothing to do.
        with engine.connect() as connection:
            if _is_current(connection):
                return False
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                # SQLite's writers wait for each other by themselves.
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            if _is_current(connection):
                return False
            lacking = _lacking(connection)
            _run(connection)
            _log.info("migrations run: %s", ", ".join(lacking))
            return True


def pending_migrations(engine: Engine) -> list[str]:
    """Return the migrations that a database lacks, oldest first. Raises CuratorError as `upgrade` does."""
    with curator_errors(engine), engine.connect() as connection:
        return _lacking(connection)


def _lacking(connection: Connection) -> list[str]:
    at = _revision(connection)
    revisions = schema_revisions()
    return revisions if at is None else revisions[revisions.index(at) + 1 :]


def schema_revisions() -> list[str]:
    """Return the revisions there are, oldest first: the numbers that the migrations' file names begin with."""
    return sorted(path.name[1:5] for path in (_FOLDER / "versions").glob("v[0-9]*.py"))


def _is_current(connection: Connection) -> bool:
    return _revision(connection) == schema_revisions()[-1]


def _revision(connection: Connection) -> str | None:
    # Alembic takes longer to load than most commands take to run: for a look it stays away.
    if not inspect(connection).has_table("alembic_version"):
        return None
    at: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if at is not None and at not in schema_revisions():
        raise CuratorError(
            "the store was written by another version of curator",
            f"revision {at}",
            "use that version, or start anew with another --workspace or database",
        )
    return at


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
