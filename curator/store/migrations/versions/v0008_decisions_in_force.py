"""Which decision holds of a document, as an index; revisions found by their people and by what they report."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BYTE_ORDER = sa.String(24).with_variant(sa.String(24, collation="C"), "postgresql")
_REPORTS_START = sa.text("parent_prediction IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "standing_decision",
        sa.Column("document", _BYTE_ORDER, nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("context", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.Integer(), nullable=True),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decision"], ["decision.id"], name=op.f("fk_standing_decision_decision")),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_standing_decision_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_standing_decision")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_revision_start",
        "revision",
        ["source", "task", "parent_prediction"],
        sqlite_where=_REPORTS_START,
        postgresql_where=_REPORTS_START,
    )
    op.create_index(op.f("ix_revision_annotator"), "revision", ["annotator"])
    op.create_index(op.f("ix_revision_updated_by"), "revision", ["updated_by"])
    # What was decided by now is looked up by its inputs once more, as if everything had just changed.
    op.execute(
        sa.text(
            "INSERT INTO standing_decision (document, changed, recorded, losses)"
            " SELECT document, coalesce((SELECT max(value) FROM counter), 0), false, 0"
            " FROM (SELECT document FROM revision UNION SELECT document FROM person_decision) AS ever"
        )
    )
