"""Projects and tasks in Label Studio, and what was sent to and shown in them."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.tables.base import Table

# An index is used where a statement asks in the same words.
_SQLITE_LIVE = text("gone IS 0")
_LIVE = text("gone IS false")
_GONE = text("gone_seq IS NOT NULL")


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
    """Working state: the documents that a task held over time, all but the last `gone`, that too once it is deleted.

    `since` is the sequence number at which it last came to hold the document. `created_at` is when Label Studio made
    the task, `raw_form` how its raw text was written, of adopted projects alone.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_document", "server", "project", "document"),
        Index("ix_task_of_document", "document"),
        # A plain index on `gone` would be taken for that of a task's number, and holds all that are live.
        Index(
            "ix_task_live", "server", "project", "task", "document", sqlite_where=_SQLITE_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_task_gone", "server", "project", "gone_seq", sqlite_where=_GONE, postgresql_where=_GONE),
        Index("ix_task_since", "server", "project", "since"),
    )
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    gone: Mapped[bool] = mapped_column(default=False)
    gone_seq: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[str | None] = mapped_column(String(32))
    raw_form: Mapped[str | None] = mapped_column(String(24))


class DoubledRow(Table):
    """Index: the documents that several tasks of a project ever held at once."""

    __tablename__ = "doubled_document"
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)


class SentPrediction(Table):
    """A prediction that a task was given; one whose document comes back is given it once more."""

    __tablename__ = "sent_prediction"
    __table_args__ = (Index("ix_sent_prediction_prediction", "prediction", "server", "project"),)
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    prediction: Mapped[int] = mapped_column(ForeignKey("prediction.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class SentReview(Table):
    """A revision that waits for a reviewer and was, or where not `sent` is about to be, sent to a project.

    `task` is the task that it is sent to and `seen` when that had changed last, both None where it goes with a task
    that is being made.
    """

    __tablename__ = "sent_review"
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(ForeignKey("revision.number"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    sent: Mapped[bool]
    task: Mapped[int | None] = mapped_column(BigInteger)
    seen: Mapped[str | None] = mapped_column(String(32))


class ShownRow(Table):
    """The pipeline whose predictions a project shows, as Label Studio names it; the newest row of a project holds."""

    __tablename__ = "shown"
    __table_args__ = (Index("ix_shown_project", "server", "project"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    server: Mapped[str] = mapped_column(Text)
    project: Mapped[int] = mapped_column(BigInteger)
    pipeline: Mapped[str] = mapped_column(Text)


class PredictionNumber(Table):
    """What Label Studio says of a prediction by its own number there, which it may give out again: the pipeline."""

    __tablename__ = "prediction_number"
    __table_args__ = (Index("ix_prediction_number_seq", "seq"),)
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    pipeline: Mapped[str] = mapped_column(Text)
