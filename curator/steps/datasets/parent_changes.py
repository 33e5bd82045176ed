"""What changed from a version to the one that follows it, by the records that the store keeps of both."""

from collections.abc import Iterable

from curator.domain.document import SPLITS
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_versions import StoredVersion


def changes_since(transaction: Transaction, parent: StoredVersion, decisions: Iterable[int]) -> dict[str, int]:
    """Return how many records of some decisions are added, removed and changed against those of a version.

    Only the records of decisions that are not of both are read.
    """
    before = {number for split in SPLITS for number in transaction.versions.decisions(parent, split)}
    now = set(decisions)
    old = transaction.decisions.record_digests(before - now)
    new = transaction.decisions.record_digests(now - before)
    return {
        "added": len(new.keys() - old.keys()),
        "removed": len(old.keys() - new.keys()),
        "changed": sum(old[document] != new[document] for document in old.keys() & new.keys()),
    }
