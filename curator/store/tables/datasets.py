"""Decisions, which of them hold, dataset versions and models."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
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
    other revisions of the document that ever were current together have the same two. Where nobody decided, and a
    prediction stands alone, the key of the inputs begins with `silver:`.
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


_BYTE_ORDER = String(24).with_variant(String(24, collation="C"), "postgresql")
"""The id of a document, in the order of its bytes whatever the locale of a database is."""


class StandingRow(Table):
    """Index: every document that ever was annotated or decided by a person, with the decision that holds of it.

    At the sequence number `changed` something of the document that shapes its decision changed last, which took the
    decision away. `context` is the digest of what else shaped it, empty where nobody decided since; a document that
    was decided and has no decision has nothing left to decide on. `recorded` says whether the decision has a record,
    `losses` how many it lists. Can be made anew.
    """

    __tablename__ = "standing_decision"
    __table_args__ = ({"sqlite_with_rowid": False},)
    document: Mapped[str] = mapped_column(_BYTE_ORDER, ForeignKey("document.id"), primary_key=True)
    changed: Mapped[int] = mapped_column(BigInteger)
    context: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    recorded: Mapped[bool] = mapped_column(default=False)
    losses: Mapped[int] = mapped_column(default=0)


class VersionRow(Table):
    """A dataset version; `retrospective` where it was asked for by a time in the past, `as_of` is its number.

    One of another store has the address that it was `fetched_from`, and none of its files has content here.
    """

    __tablename__ = "version"
    __table_args__ = (Unique("dataset", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    dataset: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    as_of: Mapped[int] = mapped_column(BigInteger)
    retrospective: Mapped[bool] = mapped_column(default=False)
    fetched_from: Mapped[str | None] = mapped_column(Text)


class VersionFileRow(Table):
    """A file of a version's folder; without content where its lines are those of the version's records."""

    __tablename__ = "version_file"
    version: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class VersionRecordRow(Table):
    """The decision whose record stands at a place, counted from 0, of a split of a version."""

    __tablename__ = "version_record"
    __table_args__ = ({"sqlite_with_rowid": False},)
    version: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    split: Mapped[str] = mapped_column(String(8), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    decision: Mapped[int] = mapped_column(ForeignKey("decision.id"))


class TagRow(Table):
    """A version that a tag of its dataset was set to; the newest row of a tag holds."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_dataset", "dataset", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    dataset: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    number: Mapped[int]


class ModelRow(Table):
    __tablename__ = "model"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    dataset: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    path: Mapped[str] = mapped_column(Text)
    scores: Mapped[Any] = mapped_column(Json)
