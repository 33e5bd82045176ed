"""Decisions, dataset versions and models."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.tables.base import Json, Table


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

    `person_decision` is the row that it carries out, where a person decided. Of the revisions that it was made on,
    which were current together, `revisions` is the number and `last_revision` the newest, 0 where there were none: no
    other revisions of the document that ever were current together have the same two.
    """

    __tablename__ = "decision"
    __table_args__ = (Unique("document", "input_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"))
    input_key: Mapped[str] = mapped_column(String(64))
    policy: Mapped[str] = mapped_column(String(32))
    policy_digest: Mapped[str] = mapped_column(String(64))
    decider: Mapped[str] = mapped_column(Text)
    person_decision: Mapped[int | None] = mapped_column(ForeignKey("person_decision.id"))
    revisions: Mapped[int]
    last_revision: Mapped[int]
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
