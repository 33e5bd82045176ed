"""When the tasks of adopted projects were made, and how their offsets count: what tells each from another one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("created_at", sa.String(32), nullable=True))
    op.add_column("task", sa.Column("raw_form", sa.String(24), nullable=True))
