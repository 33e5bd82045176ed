"""Annotations and what of them does not fit."""

from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, Text, false, text, true
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.tables.base import Json, Table

_TOMBSTONE = text("value = 'null'")
_SQLITE_FOR_REVIEW = text("for_review IS 1")
_FOR_REVIEW = text("for_review IS true")
_REPORTS_START = text("parent_prediction IS NOT NULL")


class RevisionRow(Table):
    """One accepted state of an annotation, as it came; `value` is empty for a tombstone.

    What stands after it is copied out of it, to be asked of many revisions at once; `counts` where it is neither a
    tombstone nor waits for a reviewer.
    """

    __tablename__ = "revision"
    __table_args__ = (
        Index("ix_revision_identity", "source", "key", "created_at"),
        Index("ix_revision_tombstone", "source", "seq", sqlite_where=_TOMBSTONE, postgresql_where=_TOMBSTONE),
        Index(
            "ix_revision_start",
            "source",
            "task",
            "parent_prediction",
            sqlite_where=_REPORTS_START,
            postgresql_where=_REPORTS_START,
        ),
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, index=True)
    source: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[str] = mapped_column(String(32))
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    value: Mapped[Any] = mapped_column(Json)
    task: Mapped[int | None] = mapped_column(BigInteger)
    annotator: Mapped[str | None] = mapped_column(Text, index=True)
    updated_by: Mapped[str | None] = mapped_column(Text, index=True)
    parent_prediction: Mapped[int | None] = mapped_column(BigInteger)
    counts: Mapped[bool] = mapped_column(server_default=true())
    review_of: Mapped[int | None] = mapped_column(BigInteger)


class CurrentRow(Table):
    """Index: the annotations that are not deleted, each with its newest revision; can be made anew from revisions."""

    __tablename__ = "current_annotation"
    __table_args__ = (
        Index("ix_current_annotation_task", "source", "task"),
        Index("ix_current_annotation_first_seq", "source", "first_seq"),
        Index("ix_current_annotation_updated_at", "source", "updated_at"),
        Index(
            "ix_current_annotation_for_review",
            "document",
            sqlite_where=_SQLITE_FOR_REVIEW,
            postgresql_where=_FOR_REVIEW,
        ),
    )
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
    for_review: Mapped[bool] = mapped_column(server_default=false())


class DeletionNotice(Table):
    """Working state: deletions of annotations that had not arrived."""

    __tablename__ = "gone_notice"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)


class Annotator(Table):
    """A name of an annotator, of Label Studio's users the e-mail address; the newest row of a key holds."""

    __tablename__ = "annotator"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(Text, index=True)
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
