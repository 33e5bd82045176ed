"""The database behind the store: transactions, sequence numbers, leases."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from curator.domain.annotation import instant
from curator.steps.ports.store import Fence
from curator.store.decisions import DecisionTable
from curator.store.deletions import DeletionTable
from curator.store.documents import DocumentTable
from curator.store.engines import curator_errors
from curator.store.leases import LeaseTable
from curator.store.lineage import LineageTable
from curator.store.models import ModelTable
from curator.store.projects import ProjectTable
from curator.store.quarantine import QuarantineTable
from curator.store.reviews import ReviewTable
from curator.store.revisions import RevisionTable
from curator.store.rows import chunks, insert_missing
from curator.store.settings import SettingTable
from curator.store.signatures import SignatureTable
from curator.store.standing import StandingTable
from curator.store.tables import Counter, Receipt, Tick
from curator.store.tasks import TaskTable
from curator.store.tokens import TokenTable
from curator.store.versions import VersionTable


class SqlTransaction:
    """One transaction; implements the port `Transaction`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self.seq = seq
        self._connection = connection
        self.documents = DocumentTable(connection, seq)
        self.signatures = SignatureTable(connection)
        self.tasks = TaskTable(connection, seq)
        self.projects = ProjectTable(connection)
        self.revisions = RevisionTable(connection, seq)
        self.reviews = ReviewTable(connection, seq)
        self.deletions = DeletionTable(connection, seq)
        self.lineage = LineageTable(connection, seq)
        self.quarantine = QuarantineTable(connection, seq)
        self.decisions = DecisionTable(connection, seq)
        self.standing = StandingTable(connection, seq)
        self.versions = VersionTable(connection, seq)
        self.models = ModelTable(connection, seq)
        self.settings = SettingTable(connection, seq)
        self.tokens = TokenTable(connection)

    def seq_at(self, at: str) -> int:
        latest = select(Tick.seq).where(Tick.at <= at).order_by(Tick.at.desc(), Tick.seq.desc()).limit(1)
        seq = self._connection.scalar(latest)
        return int(seq or 0)

    def receipts(self, deliveries: Collection[str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for chunk in chunks(deliveries, 400):
            query = select(Receipt.delivery, Receipt.outcome).where(Receipt.delivery.in_(chunk))
            kept |= {row.delivery: row.outcome for row in self._connection.execute(query)}
        return kept

    def add_receipts(self, outcomes: Mapping[str, str]) -> None:
        rows = [{"delivery": delivery, "seq": self.seq, "outcome": outcome} for delivery, outcome in outcomes.items()]
        insert_missing(self._connection, Receipt, rows)

    def counts(self) -> dict[str, Any]:
        return {
            **self.documents.counts(),
            **self.tasks.counts(),
            **self.revisions.counts(),
            **self.reviews.counts(),
            **self.quarantine.counts(),
            **self.decisions.counts(),
            **self.versions.counts(),
            **self.models.counts(),
        }


class SqlStore:
    """The store in one database; implements the port `Store`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Open one consistent view; its `seq` is the newest one in it."""
        with curator_errors(self.engine):
            options = {} if self.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                seq = connection.scalar(select(Counter.value)) or 0
                yield SqlTransaction(connection, seq)

    @contextmanager
    def writing(self, fence: Fence | None = None) -> Iterator[SqlTransaction]:
        """Open the only writing transaction there is at a time; commits at the end, rolls back on any error."""
        with curator_errors(self.engine), self._begin() as connection:
            seq = _next_seq(connection)
            if fence is not None:
                LeaseTable(connection).require(fence)
            yield SqlTransaction(connection, seq)

    @contextmanager
    def writing_if_free(self, lease: str) -> Iterator[SqlTransaction | None]:
        """Open a writing transaction during which nobody has a lease; None where somebody has it."""
        with curator_errors(self.engine), self._begin() as connection:
            # In the order in which every writer locks: what puts them in order first, a lease after it.
            seq = _next_seq(connection)
            if LeaseTable(connection).keep_free(lease):
                yield SqlTransaction(connection, seq)
            else:
                connection.rollback()
                yield None

    def lease(self, name: str, holder: str, seconds: float) -> Fence | None:
        with curator_errors(self.engine), self._begin() as connection:
            return LeaseTable(connection).take(name, holder, seconds)

    def lease_holder(self, name: str) -> str:
        with curator_errors(self.engine), self.engine.connect() as connection:
            return LeaseTable(connection).holder(name)

    def release(self, name: str, holder: str) -> None:
        with curator_errors(self.engine), self._begin() as connection:
            LeaseTable(connection).release(name, holder)

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            yield connection


def _next_seq(connection: Connection) -> int:
    count_up = update(Counter).values(value=Counter.value + 1).returning(Counter.value)
    seq = connection.scalar(count_up)
    if seq is None:
        # The first writers of a store may come together: all but one wait here for the one that was quicker.
        insert_missing(connection, Counter, [{"id": 1, "value": 0}])
        seq = connection.scalar(count_up)
    last = connection.scalar(select(Tick.at).order_by(Tick.seq.desc()).limit(1))
    connection.execute(insert(Tick).values(seq=seq, at=_time_after(last)))
    return int(seq or 0)


def _time_after(last: str | None) -> str:
    """Return the time, or, where the clock was set back, the first one after the last: no two writers share one."""
    present = instant(datetime.now(UTC))
    if last is None or present > last:
        return present
    return instant(datetime.fromisoformat(last) + timedelta(microseconds=1))
