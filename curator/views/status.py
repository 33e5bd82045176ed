"""How much of everything the store holds."""

from typing import Any

from curator.steps.ports.deliveries import Inbox
from curator.steps.ports.store import Store


def status(store: Store, inbox: Inbox) -> dict[str, Any]:
    """Return the counts of everything, deliveries by state."""
    with store.reading() as transaction:
        counts = transaction.counts()
    return {**counts, "deliveries": inbox.counts()}
