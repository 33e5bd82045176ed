"""What waits for a reviewer, and what of it was sent to Label Studio."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SQLITE_FOR_REVIEW = sa.text("for_review IS 1")
_FOR_REVIEW = sa.text("for_review IS true")


def upgrade() -> None:
    # Other tables refer to revisions, so SQLite must not make that one anew: the defaults stay.
    op.add_column("revision", sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("revision", sa.Column("review_of", sa.BigInteger(), nullable=True))
    op.execute("update revision set counts = false where value = 'null'")
    op.add_column(
        "current_annotation", sa.Column("for_review", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("push", sa.Column("reviewed_until", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index(
        "ix_current_annotation_for_review",
        "current_annotation",
        ["document"],
        sqlite_where=_SQLITE_FOR_REVIEW,
        postgresql_where=_FOR_REVIEW,
    )
    op.create_table(
        "sent_review",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["revision"], ["revision.number"], name=op.f("fk_sent_review_revision")),
        sa.PrimaryKeyConstraint("server", "project", "revision", name=op.f("pk_sent_review")),
    )
