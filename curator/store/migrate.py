"""Bringing a database to the tables this code knows."""

from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select

from curator.domain.errors import CuratorError
from curator.store.database import told_plainly

_FOLDER = Path(__file__).parent / "migrations"


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
            _run(connection)
            return True


def known_revisions() -> list[str]:
    """Return the revisions there are, oldest first: the numbers that the migrations' file names begin with."""
    return sorted(path.name[1:5] for path in (_FOLDER / "versions").glob("v[0-9]*.py"))


def _is_current(connection: Connection) -> bool:
    # Alembic takes longer to load than most commands take to run: where nothing is to do it stays away.
    if not inspect(connection).has_table("alembic_version"):
        return False
    table = Table("alembic_version", MetaData(), autoload_with=connection)
    at = connection.scalar(select(table.c.version_num))
    known = known_revisions()
    if at is not None and at not in known:
        raise CuratorError(
            "the store was written by a newer curator", f"revision {at}", "install that version or restore a backup"
        )
    return bool(at == known[-1])


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
