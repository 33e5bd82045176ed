"""Counts that status and dashboard read, kept as what they count arrives; they are filled by who first looks."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counted",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("prediction", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted")),
    )
    op.create_table(
        "counted_pipeline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False),
        sa.Column("annotations", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_pipeline")),
        sa.UniqueConstraint("pipeline", "digest", name=op.f("uq_counted_pipeline_pipeline")),
    )
    op.create_table(
        "counted_label",
        sa.Column("pipeline", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("spans", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["pipeline"], ["counted_pipeline.id"], name=op.f("fk_counted_label_pipeline")),
        sa.PrimaryKeyConstraint("pipeline", "layer", "label", "kind", name=op.f("pk_counted_label")),
    )
    op.create_table(
        "reading",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("schema_hash", sa.String(length=64), nullable=False),
        sa.Column("prediction", sa.BigInteger(), nullable=True),
        sa.Column("pipeline", sa.Integer(), nullable=True),
        sa.Column("matches", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pipeline"], ["counted_pipeline.id"], name=op.f("fk_reading_pipeline")),
        sa.ForeignKeyConstraint(["revision"], ["revision.number"], name=op.f("fk_reading_revision")),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_reading")),
    )
    op.create_index("ix_reading_schema_hash", "reading", ["schema_hash"])
    op.create_table(
        "misfit",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["reading.revision"], name=op.f("fk_misfit_revision")),
        sa.PrimaryKeyConstraint("revision", "place", name=op.f("pk_misfit")),
    )
    op.create_index("ix_prediction_number_seq", "prediction_number", ["seq"])
    op.create_index("ix_task_of_document", "task", ["document"])
