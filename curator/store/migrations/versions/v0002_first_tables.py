"""The store's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "annotator",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_annotator")),
    )
    op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_seq"), "document", ["seq"], unique=False)
    op.create_table(
        "gone_notice",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_gone_notice")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("schema_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_table(
        "receipt",
        sa.Column("delivery", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("delivery", name=op.f("pk_receipt")),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
    )
    op.create_index(op.f("ix_setting_name"), "setting", ["name"], unique=False)
    op.create_table(
        "tick",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_tick")),
    )
    op.create_index(op.f("ix_tick_at"), "tick", ["at"], unique=False)
    op.create_table(
        "unreadable",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("task", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "task", "key", name=op.f("pk_unreadable")),
    )
    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("dataset", "number", name=op.f("uq_version_dataset")),
    )
    op.create_table(
        "watermark",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_watermark")),
    )
    op.create_table(
        "band",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_band_document")),
        sa.PrimaryKeyConstraint("hash", "document", name=op.f("pk_band")),
    )
    op.create_table(
        "person_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_person_decision_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_decision")),
    )
    op.create_index(op.f("ix_person_decision_document"), "person_decision", ["document"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("input_key", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=32), nullable=False),
        sa.Column("decider", sa.Text(), nullable=False),
        sa.Column("person_decision", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_decision_document")),
        sa.ForeignKeyConstraint(["person_decision"], ["person_decision.id"], name=op.f("fk_decision_person_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("document", "input_key", name=op.f("uq_decision_document")),
    )
    op.create_table(
        "prediction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_prediction_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prediction")),
        sa.UniqueConstraint("document", "pipeline", "digest", name=op.f("uq_prediction_document")),
    )
    op.create_table(
        "revision",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_revision_document")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_revision")),
    )
    op.create_index(op.f("ix_revision_document"), "revision", ["document"], unique=False)
    op.create_index("ix_revision_identity", "revision", ["source", "key", "created_at"], unique=False)
    op.create_index(op.f("ix_revision_seq"), "revision", ["seq"], unique=False)
    op.create_table(
        "current_annotation",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("annotator", sa.Text(), nullable=True),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("ground_truth", sa.Boolean(), nullable=False),
        sa.Column("lead_time", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_current_annotation_document")),
        sa.ForeignKeyConstraint(["revision"], ["revision.number"], name=op.f("fk_current_annotation_revision")),
        sa.PrimaryKeyConstraint("source", "key", "created_at", name=op.f("pk_current_annotation")),
        sa.UniqueConstraint("revision", name=op.f("uq_current_annotation_revision")),
    )
    op.create_index(op.f("ix_current_annotation_document"), "current_annotation", ["document"], unique=False)
    op.create_index("ix_current_annotation_task", "current_annotation", ["source", "task"], unique=False)
    op.create_table(
        "quarantined",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("item_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["revision.number"], name=op.f("fk_quarantined_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined")),
        sa.UniqueConstraint("origin", "cause", "item_digest", name=op.f("uq_quarantined_origin")),
    )
    op.create_index(op.f("ix_quarantined_revision"), "quarantined", ["revision"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=False),
        sa.Column("meta", sa.Text(), nullable=False),
        sa.Column("meta_digest", sa.String(length=64), nullable=False),
        sa.Column("split", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_source_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("document", "name", "raw_sha256", "meta_digest", name=op.f("uq_source_document")),
    )
    op.create_table(
        "split",
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("split", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_split_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_split")),
    )
    op.create_table(
        "task",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=24), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_task_document")),
        sa.PrimaryKeyConstraint("server", "project", "task", "document", name=op.f("pk_task")),
    )
    op.create_index("ix_task_document", "task", ["server", "project", "document"], unique=False)
    op.create_table(
        "sent_prediction",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("prediction", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["prediction"], ["prediction.id"], name=op.f("fk_sent_prediction_prediction")),
        sa.PrimaryKeyConstraint("server", "project", "task", "prediction", name=op.f("pk_sent_prediction")),
    )
