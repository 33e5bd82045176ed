"""Deletions that are held, and leases on the clock of the database."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("lease") as lease:
        lease.add_column(sa.Column("epoch", sa.BigInteger(), nullable=False, server_default="0"))
