"""Documents, where they came from, their splits, and what pipelines predicted."""

from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.tables.base import Json, Table


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


class WaitingRow(Table):
    """Working state: a document whose signature is not stored, nor, where it is new, its split."""

    __tablename__ = "waiting_document"
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)


class SignedDocument(Table):
    """Index: a number for each document that has a signature, in the order in which they got it."""

    __tablename__ = "signed_document"
    number: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), unique=True)


class SignatureKey(Table):
    """Index: one row for each key that a document is found by. Most of a store's rows are here, so they are small."""

    __tablename__ = "signature_key"
    __table_args__ = ({"sqlite_with_rowid": False},)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class SplitRow(Table):
    """The one split a document ever gets; `split` is empty where none can be given."""

    __tablename__ = "split"
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    split: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(32))


class PredictionRow(Table):
    __tablename__ = "prediction"
    __table_args__ = (
        Unique("document", "pipeline", "digest"),
        Index("ix_prediction_newest", "document", "pipeline", "id"),
        Index("ix_prediction_pipeline", "pipeline", "digest"),
        Index("ix_prediction_seq", "seq"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"))
    pipeline: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[Any] = mapped_column(Json)
    expected_corrections: Mapped[float] = mapped_column(Float)


class PredictedUntil(Table):
    """Index: every document of up to a sequence number has a prediction by this pipeline."""

    __tablename__ = "predicted_until"
    pipeline: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
