"""Indexes of what Label Studio was given, how far pushes got, and what reconciliations found to differ."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_prediction_newest", "prediction", ["document", "pipeline", "id"])
    op.create_index("ix_prediction_pipeline", "prediction", ["pipeline", "digest"])
    op.create_index("ix_sent_prediction_prediction", "sent_prediction", ["prediction", "server", "project"])
    op.create_index("ix_task_since", "task", ["server", "project", "since"])
    op.create_index("ix_current_annotation_updated_at", "current_annotation", ["source", "updated_at"])
    op.create_table(
        "push",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tasked_until", sa.BigInteger(), nullable=False),
        sa.Column("sending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("server", "project", name=op.f("pk_push")),
    )
    op.create_table(
        "uneven_task",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("task", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("annotations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "task", name=op.f("pk_uneven_task")),
    )
