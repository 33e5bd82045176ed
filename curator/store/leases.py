"""Leases: rights that one holder has for a limited time, on the clock of the database."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, case, cast, extract, func, select, update

from curator.domain.errors import LeaseLost
from curator.steps.ports.store import Fence
from curator.store.rows import insert_missing
from curator.store.tables import Lease

_EPOCH_IN_JULIAN_DAYS = 2440587.5
_SECONDS_A_DAY = 86400.0


class LeaseTable:
    """Carries out what the port `Store` promises of leases, in a transaction of the caller."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, holder: str, seconds: float) -> Fence | None:
        now = self._now()
        # A renewal is no taking: what the holder has begun goes on under the same number.
        epoch = case((Lease.holder == holder, Lease.epoch), else_=Lease.epoch + 1)
        taking = (
            update(Lease)
            .where(Lease.name == name, (Lease.holder == holder) | (Lease.expires < now))
            .values(holder=holder, epoch=epoch, expires=now + seconds)
            .returning(Lease.epoch)
        )
        taken = self._connection.scalar(taking)
        if taken is None:
            row: dict[str, Any] = {"name": name, "holder": holder, "epoch": 1, "expires": now + seconds}
            # Whoever was quicker to make the row may have made it for a lease that is free.
            taken = 1 if insert_missing(self._connection, Lease, [row]) else self._connection.scalar(taking)
        return None if taken is None else Fence(name, holder, taken)

    def holder(self, name: str) -> str:
        """Return who has a lease now, empty where nobody has."""
        query = select(Lease.holder).where(Lease.name == name, Lease.expires >= self._now())
        return self._connection.scalar(query) or ""

    def release(self, name: str, holder: str) -> None:
        # The row stays, so that its number goes on growing.
        self._connection.execute(
            update(Lease).where(Lease.name == name, Lease.holder == holder).values(holder="", expires=0.0)
        )

    def require(self, fence: Fence) -> None:
        """Keep a lease from being taken until the transaction ends. Raises LeaseLost where it was taken already."""
        held = (Lease.name == fence.name, Lease.holder == fence.holder, Lease.epoch == fence.epoch)
        if self._connection.scalar(select(Lease.epoch).where(*held).with_for_update(read=True)) is None:
            raise LeaseLost("another curator took over", f"lease {fence.name}", "see that only one is running")

    def keep_free(self, name: str) -> bool:
        """Say whether nobody has a lease, and if so keep it from being taken until the transaction ends."""
        expires = select(Lease.expires - self._now()).where(Lease.name == name).with_for_update()
        left = self._connection.scalar(expires)
        if left is None:
            # Without a row there is nothing to keep: somebody else's first taking waits for this one.
            row: dict[str, Any] = {"name": name, "holder": "", "epoch": 0, "expires": 0.0}
            if not insert_missing(self._connection, Lease, [row]):
                left = self._connection.scalar(expires)
        return left is None or left < 0

    def _now(self) -> ColumnElement[float]:
        """The seconds since 1970 on the clock of the database, at the moment of the statement."""
        if self._connection.dialect.name == "sqlite":
            return (func.julianday("now", type_=Float) - _EPOCH_IN_JULIAN_DAYS) * _SECONDS_A_DAY
        return cast(extract("epoch", func.clock_timestamp()), Float)
