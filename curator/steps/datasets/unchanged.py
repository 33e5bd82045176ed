"""Whether the newest version of a dataset is still what the store holds, without reading a record."""

from collections.abc import Mapping
from typing import Any

from curator.domain.dataset import version_digest
from curator.domain.document import SPLITS
from curator.domain.ledger import LossLedger
from curator.steps.curation.batches import lossy
from curator.steps.curation.decide import Decider
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_versions import StoredVersion


def unchanged_version(
    store: Store, name: str, decider: Decider, seq: int, rules: Mapping[str, Any]
) -> tuple[StoredVersion, LossLedger] | None:
    """Return the newest version by these rules where its records are those at a sequence number, with what is left out.

    Of those of the present alone. None where that cannot be told by the decisions alone: where another one was made, or
    may hold by now.
    """
    with store.reading() as transaction:
        version = _newest(transaction, name, decider, rules)
        if version is None:
            return None
        if transaction.standing.undecided(decider.context, seq, "", 1):
            return None
        if not _same_records(transaction, version, decider, seq):
            return None
        ledger = LossLedger()
        for document in lossy(transaction, decider, seq):
            ledger.add(document.losses)
        return version, ledger


def _newest(transaction: Transaction, name: str, decider: Decider, rules: Mapping[str, Any]) -> StoredVersion | None:
    """Return the newest version by these rules, whatever exports by other rules made since."""
    by_rules = (
        version
        for version in transaction.versions.all(name)
        if version.reproducible and not version.retrospective and _is_by(version, decider, rules)
    )
    return max(by_rules, key=lambda version: version.number, default=None)


def _is_by(version: StoredVersion, decider: Decider, rules: Mapping[str, Any]) -> bool:
    files = {f"{split}.jsonl": {"sha256": version.files[f"{split}.jsonl"].sha256} for split in SPLITS}
    return version_digest(files, decider.schema, rules) == version.digest


def _same_records(transaction: Transaction, version: StoredVersion, decider: Decider, seq: int) -> bool:
    kept = {split: transaction.versions.decisions(version, split) for split in SPLITS}
    records = transaction.standing.records(decider.context, seq)
    return all(next(kept[split], None) == decision for split, decision in records) and not any(
        next(rest, None) for rest in kept.values()
    )
