"""How much of everything the store holds."""

from typing import Any

from curator.steps.ports.deliveries import Inbox
from curator.steps.ports.store import Store
from curator.steps.ports.stored_readings import Readings
from curator.views.quarantine import quarantine_summary

NAMED = 20
"""So many entries of the quarantine are named."""


def status(store: Store, inbox: Inbox, readings: Readings) -> dict[str, Any]:
    """Return the counts of everything, deliveries by state, deletions that are held, and the quarantine by cause.

    Of the quarantine the first entries are named. Nothing here waits for whoever writes to the store.
    """
    in_quarantine = quarantine_summary(store, readings, NAMED)
    with store.reading() as transaction:
        counts = transaction.counts()
        held = transaction.deletions.held_in_all()
    return {
        **counts,
        "deliveries": inbox.counts(),
        "held_deletions": {"tasks": held.tasks, "annotations": held.annotations},
        "in_quarantine": dict(in_quarantine.causes),
        "quarantine": [entry.value() for entry in in_quarantine.first],
        "unread": in_quarantine.unread,
    }
