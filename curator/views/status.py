"""How much of everything the store holds."""

from typing import Any

from curator.steps.ports.contents import ContentReader
from curator.steps.ports.deliveries import Inbox
from curator.steps.ports.store import Store
from curator.views.quarantine import quarantine


def status(store: Store, inbox: Inbox, read_content: ContentReader) -> dict[str, Any]:
    """Return the counts of everything, deliveries by state, and what is in quarantine now, by name."""
    with store.reading() as transaction:
        counts = transaction.counts()
    entries = [entry.value() for entry in quarantine(store, read_content)]
    return {**counts, "deliveries": inbox.counts(), "quarantine": entries}
