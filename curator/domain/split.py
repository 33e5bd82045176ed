"""Splits: every document gets one at most, once, and near-duplicates share theirs."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How documents without a given split are dealt out: `shares` of the hash range, in order; they sum to 1."""

    seed: str
    shares: Mapping[str, float]

    def value(self) -> dict[str, Any]:
        return {"method": "near-duplicate group, else hash", "seed": self.seed, "shares": dict(self.shares)}

    def by_hash(self, document: str) -> str:
        """Return the split that a document's id falls in: SHA-256 of seed and id as a fraction of its range."""
        point = int.from_bytes(hashlib.sha256(f"{self.seed}:{document}".encode()).digest()[:8], "big") / 2**64
        bound = 0.0
        name = ""
        for name, share in self.shares.items():
            bound += share
            if point < bound:
                return name
        return name


@dataclass(frozen=True, slots=True)
class Assignment:
    """The split of a document and how it came to it; no split where its near-duplicates are in different ones."""

    document: str
    split: str | None
    reason: str


BRIDGES = "bridges-splits"


def assign(document: str, given: str | None, neighbours: Iterable[str | None], rule: SplitRule) -> Assignment:
    """Return the split of a new document.

    `neighbours` are the splits of its near-duplicates that were assigned before it. A given split is honoured unless a
    near-duplicate is in another one: then the document gets none, as when its near-duplicates disagree.
    """
    taken = {split for split in neighbours if split is not None}
    if given is not None:
        return Assignment(document, given, "given") if taken <= {given} else Assignment(document, None, BRIDGES)
    if len(taken) > 1:
        return Assignment(document, None, BRIDGES)
    if taken:
        return Assignment(document, taken.pop(), "near-duplicate")
    return Assignment(document, rule.by_hash(document), "hash")
