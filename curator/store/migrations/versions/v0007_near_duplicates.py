"""Signatures of near-duplicates that stay small as the corpus grows, and how far pipelines predicted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_document",
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_waiting_document_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_waiting_document")),
    )
    op.create_table(
        "signed_document",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_signed_document_document")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_signed_document")),
        sa.UniqueConstraint("document", name=op.f("uq_signed_document_document")),
    )
    op.create_table(
        "signature_key",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_signature_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "predicted_until",
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pipeline", "digest", name=op.f("pk_predicted_until")),
    )
    # Signatures of another scheme find nothing: the next ingest makes those of all documents anew from the texts.
    op.execute("insert into waiting_document (document) select id from document")
    op.drop_table("band")
