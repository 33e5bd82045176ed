"""Versions numbered and kept by the store; the bands of a document found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("version") as table:
        table.add_column(sa.Column("retrospective", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("version") as table:
        table.alter_column("retrospective", server_default=None)
    op.create_table(
        "version_file",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["version"], ["version.id"], name=op.f("fk_version_file_version")),
        sa.PrimaryKeyConstraint("version", "name", name=op.f("pk_version_file")),
    )
    op.create_table(
        "version_record",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("split", sa.String(length=8), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decision.id"], name=op.f("fk_version_record_decision")),
        sa.ForeignKeyConstraint(["version"], ["version.id"], name=op.f("fk_version_record_version")),
        sa.PrimaryKeyConstraint("version", "split", "place", name=op.f("pk_version_record")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_band_document"), "band", ["document"], unique=False)
