"""Projects and tasks in Label Studio, and what was sent there."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.tables.base import Table


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
    __table_args__ = (
        Index("ix_task_document", "server", "project", "document"),
        Index("ix_task_gone", "server", "project", "gone", "gone_seq"),
    )
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    gone: Mapped[bool] = mapped_column(default=False)
    gone_seq: Mapped[int | None] = mapped_column(BigInteger)


class SentPrediction(Table):
    """Working state: which predictions a task was given."""

    __tablename__ = "sent_prediction"
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    project: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    task: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    prediction: Mapped[int] = mapped_column(ForeignKey("prediction.id"), primary_key=True)
