"""Alembic's entry: runs the migrations on the connection that `upgrade` passes in."""

from alembic import context

from curator.store.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
