"""Working state: deliveries applied, leases, how far pushes and reconciliations got, deletions that wait."""

from sqlalchemy import BigInteger, Float, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.tables.base import Table


class Receipt(Table):
    """A delivery that has been applied; makes applying it again do nothing."""

    __tablename__ = "receipt"
    delivery: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(64))


class Lease(Table):
    """Working state: who may do something now, until when in seconds since 1970, and how often it was taken."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[int] = mapped_column(BigInteger)
    expires: Mapped[float] = mapped_column(Float)


class Watermark(Table):
    """Working state: up to which `updated_at` a source of annotations has been reconciled."""

    __tablename__ = "watermark"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    updated_at: Mapped[str] = mapped_column(String(32))


class HeldRow(Table):
    """Working state: a deletion that waits to be accepted, of an annotation or with an empty key of a task."""

    __tablename__ = "held_deletion"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    created_at: Mapped[str] = mapped_column(String(32), primary_key=True)
    document: Mapped[str] = mapped_column(String(24))
    since: Mapped[str] = mapped_column(String(32))


class DeletionWindow(Table):
    """Working state: up to which sequence number the deletions of a source were accepted last."""

    __tablename__ = "deletion_window"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class PushRow(Table):
    """Working state: up to which sequence number every document has, or had, a task in a project.

    `sending` while tasks are being made; it stays where nobody heard what came of that. What came up to
    `predicted_until` leaves no task without a prediction that it lacks, and up to `reviewed_until` without a review.
    """

    __tablename__ = "push"
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tasked_until: Mapped[int] = mapped_column(BigInteger)
    sending: Mapped[bool]
    predicted_until: Mapped[int] = mapped_column(BigInteger)
    reviewed_until: Mapped[int] = mapped_column(BigInteger, server_default="0")


class UnevenRow(Table):
    """Working state: a task of which, when it was last read, Label Studio had more, or less, than the store.

    One of which a deletion is held has a row in any case. `tasks` is 1 where the store does not have the task, -1
    where only the store has it; `annotations` is by how many Label Studio had more.
    """

    __tablename__ = "uneven_task"
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tasks: Mapped[int]
    annotations: Mapped[int]
