"""Migrations of the configured database."""

from curator.bootstrap.application import Application
from curator.store.migrate import upgrade


def upgrade_store(application: Application) -> bool:
    """Run the migrations that the store lacks; returns whether there were any."""
    return upgrade(application.store.engine)
