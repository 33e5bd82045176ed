"""Deletions that are held, and leases on the clock of the database."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TOMBSTONE = sa.text("value = 'null'")


def upgrade() -> None:
    with op.batch_alter_table("lease") as lease:
        lease.add_column(sa.Column("epoch", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("task") as task:
        task.add_column(sa.Column("gone_seq", sa.BigInteger(), nullable=True))
    op.create_index("ix_task_gone", "task", ["server", "project", "gone", "gone_seq"])
    op.create_index("ix_current_annotation_first_seq", "current_annotation", ["source", "first_seq"])
    op.create_index(
        "ix_revision_tombstone",
        "revision",
        ["source", "seq"],
        sqlite_where=_TOMBSTONE,
        postgresql_where=_TOMBSTONE,
    )
    op.create_table(
        "held_deletion",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("task", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("source", "task", "key", "created_at", name=op.f("pk_held_deletion")),
    )
    op.create_table(
        "deletion_window",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_deletion_window")),
    )
