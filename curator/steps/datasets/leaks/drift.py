"""How far the splits of a version are from what the split rule asks for, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.record import Record
from curator.domain.split import SplitRule, split_rule_from_value
from curator.steps.ports.store import Store
from curator.steps.ports.stored_versions import StoredVersion

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Drift:
    """Shares of the records, as they are `wanted` and as they are, and how many the rule alone would put elsewhere.

    `reasons` says why these are where they are, `given` or `near-duplicate`; None where no store tells.
    """

    wanted: Mapping[str, float]
    actual: Mapping[str, float]
    otherwise: int
    reasons: Mapping[str, int] | None

    def value(self) -> dict[str, Any]:
        """Return the drift as a JSON object."""
        return {
            "wanted": dict(self.wanted),
            "actual": dict(self.actual),
            "otherwise": self.otherwise,
            "reasons": None if self.reasons is None else dict(self.reasons),
        }


class DriftCount:
    """Takes in the records of a version; `rules` are those of its manifest."""

    def __init__(self, rules: Any, store: Store | None, version: StoredVersion | None) -> None:
        self._rule = _rule(rules)
        self._store = store
        self._version = version
        self._records: Counter[str] = Counter()
        self._otherwise = 0
        self._waiting: list[str] = []
        self._reasons: Counter[str] = Counter()

    def add(self, split: str, record: Record) -> None:
        """Take in a record."""
        self._records[split] += 1
        if self._rule is not None and self._rule.split(record.id, record.meta)[0] != split:
            self._otherwise += 1
            self._waiting.append(record.id)
            if len(self._waiting) == _BATCH:
                self._ask()

    def result(self) -> Drift | None:
        """Return the drift, None where the version has no rule or no record."""
        self._ask()
        total = self._records.total()
        if self._rule is None or not total:
            return None
        actual = {split: self._records[split] / total for split in SPLITS}
        known = self._store is not None and self._version is not None
        return Drift(self._rule.shares, actual, self._otherwise, dict(sorted(self._reasons.items())) if known else None)

    def _ask(self) -> None:
        """Ask the store why documents are where they are."""
        if self._waiting and self._store is not None and self._version is not None:
            with self._store.reading() as transaction:
                assignments = transaction.documents.splits(self._version.as_of, self._waiting)
            self._reasons.update(assignment.reason for assignment in assignments.values())
        self._waiting = []


def _rule(rules: Any) -> SplitRule | None:
    try:
        return split_rule_from_value(rules["split"], SPLITS)
    except (KeyError, TypeError, AttributeError):
        return None
