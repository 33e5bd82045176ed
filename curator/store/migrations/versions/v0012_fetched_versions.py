"""Where dataset versions of other stores were fetched from."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("version", sa.Column("fetched_from", sa.Text(), nullable=True))
