"""What pages and `status` count, kept beside what it is counted from; all of it can be made anew."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.tables.base import Json, Table


class CountedRow(Table):
    """Working state: up to which revision, prediction and sequence number the indices of this module go."""

    __tablename__ = "counted"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    prediction: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)


class CountedPipeline(Table):
    """Index: a pipeline's predictions, the annotations that started from them, and the id of the newest prediction."""

    __tablename__ = "counted_pipeline"
    __table_args__ = (Unique("pipeline", "digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    pipeline: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    documents: Mapped[int] = mapped_column(BigInteger, default=0)
    annotations: Mapped[int] = mapped_column(BigInteger, default=0)
    newest: Mapped[int] = mapped_column(BigInteger, default=0)


class CountedLabel(Table):
    """Index: a pipeline's spans of a label by the kind of their match, and by `predicted` those of all predictions."""

    __tablename__ = "counted_label"
    pipeline: Mapped[int] = mapped_column(ForeignKey("counted_pipeline.id"), primary_key=True, autoincrement=False)
    layer: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    spans: Mapped[int] = mapped_column(BigInteger, default=0)


class ReadingRow(Table):
    """Index: a current annotation as it was read last, by its revision and the hash of the schema that it was read by.

    `matches` is what it adds to the counts of the pipeline of the prediction that it started from: layer, label, kind
    and number of spans.
    """

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_schema_hash", "schema_hash"),)
    revision: Mapped[int] = mapped_column(ForeignKey("revision.number"), primary_key=True, autoincrement=False)
    schema_hash: Mapped[str] = mapped_column(String(64))
    prediction: Mapped[int | None] = mapped_column(BigInteger)
    pipeline: Mapped[int | None] = mapped_column(ForeignKey("counted_pipeline.id"))
    matches: Mapped[Any] = mapped_column(Json)


class MisfitRow(Table):
    """Index: an item of a reading that does not fit, at its place among those, with its cause."""

    __tablename__ = "misfit"
    revision: Mapped[int] = mapped_column(ForeignKey("reading.revision"), primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cause: Mapped[str] = mapped_column(Text)
    item: Mapped[Any] = mapped_column(Json)
