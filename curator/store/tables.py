"""The tables. Rows are only ever added, but for the few marked as an index or as working state."""

import json
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, LargeBinary, MetaData, String, Text, TypeDecorator
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from curator.domain.canonical import canonical_json


class Json(TypeDecorator[Any]):
    """A JSON value kept as canonical ASCII text: any string survives in any database, and equal values are equal."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Counter(Table):
    """Working state: the last sequence number given out; its row lock puts writers in order."""

    __tablename__ = "counter"
    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Tick(Table):
    """The wall-clock time of each sequence number; never goes back."""

    __tablename__ = "tick"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32), index=True)


class Setting(Table):
    """What shapes an export beside the data (schema, rules, salt); the newest row of a name holds."""

    __tablename__ = "setting"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(64), index=True)
    value: Mapped[Any] = mapped_column(Json)


class DocumentRow(Table):
    __tablename__ = "document"
    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, index=True)
    lang: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)


class SourceRow(Table):
    __tablename__ = "source"
    __table_args__ = (Unique("document", "name", "raw_sha256", "meta_digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"))
    name: Mapped[str] = mapped_column(Text)
    raw_sha256: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str] = mapped_column(String(32))
    meta: Mapped[Any] = mapped_column(Json)
    meta_digest: Mapped[str] = mapped_column(String(64))
    split: Mapped[str | None] = mapped_column(String(8))


class Band(Table):
    """Index: one row per band of a document's near-duplicate signature."""

    __tablename__ = "band"
    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)


class SplitRow(Table):
    """The one split a document ever gets; `split` is empty where none can be given."""

    __tablename__ = "split"
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    split: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(32))


class PredictionRow(Table):
    __tablename__ = "prediction"
    __table_args__ = (Unique("document", "pipeline", "digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"))
    pipeline: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[Any] = mapped_column(Json)
    score: Mapped[float] = mapped_column(Float)


class ProjectRow(Table):
    """A project made in, or adopted from, a Label Studio server; the newest row of a server and role holds."""

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    server: Mapped[str] = mapped_column(Text)
    project: Mapped[int] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(String(16))
    schema_hash: Mapped[str] = mapped_column(String(64))


class TaskRow(Table):
    """Working state: the documents that a task held over time, all but the last `gone`, that too once it is deleted."""

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_document", "server", "project", "document"),)
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    gone: Mapped[bool] = mapped_column(default=False)


class SentPrediction(Table):
    """Working state: which predictions a task was given."""

    __tablename__ = "sent_prediction"
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    prediction: Mapped[int] = mapped_column(ForeignKey("prediction.id"), primary_key=True)


class RevisionRow(Table):
    """One accepted state of an annotation, as it came; `value` is empty for a tombstone."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_identity", "source", "key", "created_at"),)
    number: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, index=True)
    source: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[str] = mapped_column(String(32))
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    value: Mapped[Any] = mapped_column(Json)


class CurrentRow(Table):
    """Index: the annotations that are not deleted, each with its newest revision; can be made anew from revisions."""

    __tablename__ = "current_annotation"
    __table_args__ = (Index("ix_current_annotation_task", "source", "task"),)
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    created_at: Mapped[str] = mapped_column(String(32), primary_key=True)
    revision: Mapped[int] = mapped_column(ForeignKey("revision.number"), unique=True)
    first_seq: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    task: Mapped[int | None] = mapped_column(BigInteger)
    annotator: Mapped[str | None] = mapped_column(Text)
    updated_by: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[str] = mapped_column(String(32))
    skipped: Mapped[bool]
    ground_truth: Mapped[bool]
    lead_time: Mapped[float | None] = mapped_column(Float)


class DeletionNotice(Table):
    """Working state: deletions of annotations that had not arrived."""

    __tablename__ = "gone_notice"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)


class Annotator(Table):
    """Index: the name of each annotator; of Label Studio's users that is the e-mail address."""

    __tablename__ = "annotator"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class UnreadableRow(Table):
    """Working state: annotations, or with an empty key whole tasks, that a source holds and nobody can read."""

    __tablename__ = "unreadable"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    cause: Mapped[str] = mapped_column(Text)


class Quarantined(Table):
    """An item that arrived and does not fit, with its cause."""

    __tablename__ = "quarantined"
    __table_args__ = (Unique("origin", "cause", "item_digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column(String(24))
    revision: Mapped[int | None] = mapped_column(ForeignKey("revision.number"), index=True)
    cause: Mapped[str] = mapped_column(String(64))
    item: Mapped[Any] = mapped_column(Json)
    item_digest: Mapped[str] = mapped_column(String(64))


class PersonDecisionRow(Table):
    """What a person decided of a document, as it was given; the newest row of a document holds."""

    __tablename__ = "person_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    person: Mapped[str] = mapped_column(Text)
    content: Mapped[Any] = mapped_column(Json)


class DecisionRow(Table):
    """The curated content of a document under one set of inputs, with its record as canonical bytes.

    `person_decision` is the row that it carries out, where a person decided.
    """

    __tablename__ = "decision"
    __table_args__ = (Unique("document", "input_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"))
    input_key: Mapped[str] = mapped_column(String(64))
    policy: Mapped[str] = mapped_column(String(32))
    decider: Mapped[str] = mapped_column(Text)
    person_decision: Mapped[int | None] = mapped_column(ForeignKey("person_decision.id"))
    result: Mapped[Any] = mapped_column(Json)
    record: Mapped[bytes | None] = mapped_column(LargeBinary)


class VersionRow(Table):
    __tablename__ = "version"
    __table_args__ = (Unique("dataset", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    dataset: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    as_of: Mapped[int] = mapped_column(BigInteger)


class ModelRow(Table):
    __tablename__ = "model"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    dataset: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    path: Mapped[str] = mapped_column(Text)
    scores: Mapped[Any] = mapped_column(Json)


class Receipt(Table):
    """A delivery that has been applied; makes applying it again do nothing."""

    __tablename__ = "receipt"
    delivery: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(64))


class Lease(Table):
    """Working state: who applies deliveries now, and until when."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    expires: Mapped[float] = mapped_column(Float)


class Watermark(Table):
    """Working state: up to which `updated_at` a source of annotations has been reconciled."""

    __tablename__ = "watermark"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    updated_at: Mapped[str] = mapped_column(String(32))
