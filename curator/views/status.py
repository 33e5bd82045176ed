"""How much of everything the store holds."""

from typing import Any

from curator.steps.ports.contents import ContentReader
from curator.steps.ports.deliveries import Inbox
from curator.steps.ports.store import Store
from curator.views.quarantine import quarantine


def status(store: Store, inbox: Inbox, read_content: ContentReader) -> dict[str, Any]:
    """Return the counts of everything, deliveries by state, deletions that are held, and the quarantine by name."""
    with store.reading() as transaction:
        counts = transaction.counts()
        held = [deletion.item for deletion in transaction.deletions.held()]
    entries = [entry.value() for entry in quarantine(store, read_content)]
    tasks = sum(item.is_task for item in held)
    held_deletions = {"tasks": tasks, "annotations": len(held) - tasks}
    return {**counts, "deliveries": inbox.counts(), "held_deletions": held_deletions, "quarantine": entries}
