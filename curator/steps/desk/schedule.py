"""When all tasks were read last: what a quick reconciliation cannot see waits for the next full one."""

from datetime import datetime, timedelta

from curator.domain.annotation import instant
from curator.steps.ports.store import Store, Transaction

_READ_IN_FULL = "read_in_full"
"""The setting that holds the time of the last full reconciliation with each server, by name."""


def note_full(transaction: Transaction, server: str, at: datetime) -> None:
    """Remember that a server's projects were read in full at a time."""
    transaction.settings.put(_READ_IN_FULL, {**_times(transaction), server: instant(at)})


def is_full_due(store: Store, server: str, hours: float, now: datetime) -> bool:
    """Say whether so many hours have passed since a server's projects were read in full, or never were."""
    with store.reading() as transaction:
        last = _times(transaction).get(server)
    return last is None or last <= instant(now - timedelta(hours=hours))


def _times(transaction: Transaction) -> dict[str, str]:
    return dict(transaction.settings.get(_READ_IN_FULL) or {})
