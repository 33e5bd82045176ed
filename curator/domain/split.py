"""Splits: every document gets one at most, once, and near-duplicates share theirs."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_EARLIER = ("train", "dev")
"""The splits that documents from before a cut-off are dealt to where dev has no date of its own."""


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Days, in ISO 8601, from which on documents are in `test` and, where `dev` is not empty, in dev before that.

    A document's day is what its metadata say under `key`: a date, or the date of a time as it is written there.
    """

    test: str
    dev: str = ""
    key: str = "date"

    def value(self) -> dict[str, Any]:
        return {"key": self.key, "dev": self.dev, "test": self.test}


@dataclass(frozen=True, slots=True)
class SourceSplits:
    """The splits of sources by name; a document's source is what its metadata say under `key`."""

    splits: Mapping[str, str]
    key: str = "source"

    def value(self) -> dict[str, Any]:
        return {"key": self.key, "splits": dict(self.splits)}


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How documents without a given split are dealt out, where they have no near-duplicate that was dealt before.

    By their source, where it is named; else by their day, where there is a cut-off and they have one; else by `shares`
    of the hash range, in order, which sum to 1. Documents from before a cut-off never come into test.
    """

    seed: str
    shares: Mapping[str, float]
    cutoff: Cutoff | None = None
    sources: SourceSplits | None = None

    def __str__(self) -> str:
        parts = [f"seed {self.seed!r}", *(f"{split} {share:g}" for split, share in self.shares.items())]
        if self.cutoff is not None:
            days = (("dev", self.cutoff.dev), ("test", self.cutoff.test))
            parts += [f"{split} from {day} by {self.cutoff.key!r}" for split, day in days if day]
        if self.sources is not None:
            parts += [f"{self.sources.key} {name!r} in {split}" for name, split in sorted(self.sources.splits.items())]
        return ", ".join(parts)

    @property
    def reads_metadata(self) -> bool:
        """Whether the metadata of a document count."""
        return self.cutoff is not None or self.sources is not None

    def value(self) -> dict[str, Any]:
        """Return the rule as one JSON value, which `split_rule_from_value` reads."""
        steps = ["near-duplicate group", *(["source"] if self.sources else []), *(["cut-off"] if self.cutoff else [])]
        value = {"method": ", else ".join([*steps, "hash"]), "seed": self.seed, "shares": dict(self.shares)}
        if self.cutoff is not None:
            value["cutoff"] = self.cutoff.value()
        if self.sources is not None:
            value["sources"] = self.sources.value()
        return value

    def split(self, document: str, meta: Mapping[str, Any]) -> tuple[str, str]:
        """Return the split that the rule alone gives a document, and the reason: `source`, `cut-off` or `hash`."""
        if self.sources is not None:
            source = meta.get(self.sources.key)
            if isinstance(source, str) and source in self.sources.splits:
                return self.sources.splits[source], "source"
        if self.cutoff is not None:
            day = _day(meta.get(self.cutoff.key))
            if day is not None:
                return self._by_day(document, day, self.cutoff), "cut-off"
        return self.by_hash(document), "hash"

    def _by_day(self, document: str, day: str, cutoff: Cutoff) -> str:
        if day >= cutoff.test:
            return "test"
        if cutoff.dev:
            return "dev" if day >= cutoff.dev else "train"
        earlier = {split: self.shares[split] for split in _EARLIER if self.shares.get(split)}
        return _dealt(self.seed, document, earlier, sum(earlier.values())) or _EARLIER[0]

    def by_hash(self, document: str) -> str:
        """Return the split that a document's id falls in: SHA-256 of seed and id as a fraction of its range."""
        return _dealt(self.seed, document, self.shares)


def _dealt(seed: str, document: str, shares: Mapping[str, float], whole: float = 1.0) -> str:
    point = int.from_bytes(hashlib.sha256(f"{seed}:{document}".encode()).digest()[:8], "big") / 2**64 * whole
    bound = 0.0
    name = ""
    for name, share in shares.items():
        bound += share
        if point < bound:
            return name
    return name


def _day(value: Any) -> str | None:
    """Return the day of a date or time in ISO 8601, as it is written there; None for anything else."""
    try:
        return datetime.fromisoformat(value).date().isoformat()
    except (ValueError, TypeError):
        return None


def split_rule_from_value(value: Mapping[str, Any], splits: Iterable[str]) -> SplitRule:
    """Return the rule of a value, its shares in the order of `splits`. Raises KeyError and TypeError for no rule."""
    cutoff, sources = value.get("cutoff"), value.get("sources")
    return SplitRule(
        value["seed"],
        {split: value["shares"][split] for split in splits if split in value["shares"]},
        None if cutoff is None else Cutoff(**cutoff),
        None if sources is None else SourceSplits(**sources),
    )


@dataclass(frozen=True, slots=True)
class Assignment:
    """The split of a document and how it came to it; no split where its near-duplicates are in different ones."""

    document: str
    split: str | None
    reason: str


@dataclass(slots=True)
class Dealt:
    """How documents came to their splits: so many to each, and why not as the rule says.

    `otherwise` counts those whose near-duplicates are in another split than the rule alone would give, `bridging`
    those without a split, and `undated` those that shares decided on though there is a cut-off.
    """

    splits: Counter[str] = field(default_factory=Counter)
    otherwise: int = 0
    bridging: int = 0
    undated: int = 0

    def add(self, assignment: Assignment, rule: SplitRule, meta: Mapping[str, Any]) -> None:
        """Count an assignment that was made by a rule."""
        if assignment.split is None:
            self.bridging += 1
            return
        self.splits[assignment.split] += 1
        if assignment.reason == NEAR:
            self.otherwise += rule.split(assignment.document, meta)[0] != assignment.split
        elif assignment.reason == "hash":
            self.undated += rule.cutoff is not None


NEAR = "near-duplicate"
BRIDGES = "bridges-splits"


def assign(
    document: str, given: str | None, neighbours: Iterable[str | None], rule: SplitRule, meta: Mapping[str, Any]
) -> Assignment:
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
        return Assignment(document, taken.pop(), NEAR)
    return Assignment(document, *rule.split(document, meta))
