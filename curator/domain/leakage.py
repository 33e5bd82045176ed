"""Leaks between splits, record by record: shares that training has not seen, and labels that differ."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from curator.domain.record import Record

_WORD = re.compile(r"\w+")


def normalised(text: str) -> str:
    """Return a text whatever its case, punctuation and white space: its words, or all of it where there are none."""
    return " ".join(_WORD.findall(text.casefold())) or text.casefold().strip()


def fingerprint(value: str) -> int:
    """Return a number that two different texts hardly ever share, the same on every machine."""
    return int.from_bytes(hashlib.sha256(value.encode("utf-8")).digest()[:8], "big")


def labelled_surfaces(record: Record) -> list[tuple[str, str, str]]:
    """Return layer, covered text whatever its case and white space, and label of every span, sorted."""
    return sorted(
        (span.layer, " ".join(record.text[span.start : span.end].casefold().split()), span.label)
        for span in record.content.spans
    )


def distance(left: Mapping[str, int], right: Mapping[str, int]) -> float | None:
    """Return how far two label distributions are apart: total variation, from 0 (the same) to 1 (no label shared).

    That is half the sum over labels of |p - q|, where p and q are a label's shares of all spans on either side; None
    where a side has no span.
    """
    left_total, right_total = sum(left.values()), sum(right.values())
    if not left_total or not right_total:
        return None
    labels = left.keys() | right.keys()
    apart = sum(abs(left.get(label, 0) * right_total - right.get(label, 0) * left_total) for label in labels)
    return apart / (2 * left_total * right_total)


@dataclass(slots=True)
class Unseen:
    """How much of what a split has training has not: kinds are different ones, occurrences are all."""

    occurrences: int = 0
    unseen_occurrences: int = 0
    _kinds: set[int] = field(default_factory=set)
    _unseen_kinds: set[int] = field(default_factory=set)

    def add(self, kind: int, *, seen: bool) -> None:
        """Count an occurrence of a kind."""
        self.occurrences += 1
        self._kinds.add(kind)
        if not seen:
            self.unseen_occurrences += 1
            self._unseen_kinds.add(kind)

    def value(self) -> dict[str, Any]:
        """Return the counts as a JSON object, with the share of kinds that are unseen; None where there are none."""
        kinds, unseen = len(self._kinds), len(self._unseen_kinds)
        return {
            "kinds": kinds,
            "unseen_kinds": unseen,
            "unseen_share": unseen / kinds if kinds else None,
            "occurrences": self.occurrences,
            "unseen_occurrences": self.unseen_occurrences,
        }


class SeenInTraining:
    """Compares what training has with what the other splits have; training comes first."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self.unseen: dict[str, Unseen] = {"dev": Unseen(), "test": Unseen()}

    def add(self, split: str, kind: str) -> None:
        """Take in an occurrence of a kind in a split."""
        number = fingerprint(kind)
        if split in self.unseen:
            self.unseen[split].add(number, seen=number in self._seen)
        else:
            self._seen.add(number)

    def value(self) -> dict[str, Any]:
        """Return the counts by split."""
        return {split: unseen.value() for split, unseen in self.unseen.items()}


class LabelsOfSurfaces:
    """The labels that each text is marked with, whatever its case, within a layer."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str, str], Counter[str]] = {}

    def add(self, surfaces: Iterable[tuple[str, str, str]]) -> None:
        """Take in the spans of a record, as `labelled_surfaces` gives them."""
        for layer, surface, label in surfaces:
            self._labels.setdefault((layer, surface), Counter())[label] += 1

    def different(self) -> list[dict[str, Any]]:
        """Return the texts with several labels, those first that are most often not what they mostly are."""
        several = [(key, labels) for key, labels in self._labels.items() if len(labels) > 1]
        several.sort(key=lambda item: (max(item[1].values()) - item[1].total(), item[0]))
        return [
            {"layer": layer, "surface": surface, "labels": dict(sorted(labels.items()))}
            for (layer, surface), labels in several
        ]
