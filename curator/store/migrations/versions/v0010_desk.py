"""Indexes of what Label Studio was given, how far pushes got, and what reconciliations found to differ."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


_SQLITE_LIVE = sa.text("gone IS 0")
_LIVE = sa.text("gone IS false")
_GONE = sa.text("gone_seq IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_task_gone", "task")
    columns = ["server", "project", "task", "document"]
    op.create_index("ix_task_live", "task", columns, sqlite_where=_SQLITE_LIVE, postgresql_where=_LIVE)
    columns = ["server", "project", "gone_seq"]
    op.create_index("ix_task_gone", "task", columns, sqlite_where=_GONE, postgresql_where=_GONE)
    op.create_index("ix_prediction_newest", "prediction", ["document", "pipeline", "id"])
    op.create_index("ix_prediction_pipeline", "prediction", ["pipeline", "digest"])
    op.create_index("ix_prediction_seq", "prediction", ["seq"])
    op.create_index("ix_sent_prediction_prediction", "sent_prediction", ["prediction", "server", "project"])
    op.create_index("ix_task_since", "task", ["server", "project", "since"])
    op.create_index("ix_current_annotation_updated_at", "current_annotation", ["source", "updated_at"])
    op.create_table(
        "push",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tasked_until", sa.BigInteger(), nullable=False),
        sa.Column("sending", sa.Boolean(), nullable=False),
        sa.Column("predicted_until", sa.BigInteger(), nullable=False),
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
    op.create_table(
        "doubled_document",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_doubled_document_document")),
        sa.PrimaryKeyConstraint("server", "project", "document", name=op.f("pk_doubled_document")),
    )
    op.execute(
        "insert into doubled_document (server, project, document) select server, project, document from task "
        "where not gone group by server, project, document having count(*) > 1"
    )
