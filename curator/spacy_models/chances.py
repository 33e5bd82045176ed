"""The chance that a reviewer keeps a span as it is, from counts by rule and label."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from curator.domain.errors import CuratorError
from curator.domain.json_values import unbroken

_STRENGTH = 4.0


@dataclass(frozen=True, slots=True)
class Counts:
    """How often the spans of one rule and label were kept as they were, of how many."""

    kept: int
    seen: int


class ChanceTable:
    """Chances from counts: of a rule and label, drawn towards those of the rule, and these towards the layer's.

    Each level counts as much as four observations of the level below it (the m-estimate of Cestnik, 1990).
    """

    def __init__(self, counts: Mapping[tuple[str, str, str], Counts]) -> None:
        self._exact = dict(counts)
        self._rules: dict[tuple[str, str], Counts] = {}
        self._sides: dict[tuple[str, str], Counts] = {}
        self._layers: dict[str, Counts] = {}
        for (layer, rule, _), label_counts in counts.items():
            _add(self._rules, (layer, rule), label_counts)
            _add(self._sides, (layer, _side(rule)), label_counts)
            _add(self._layers, layer, label_counts)

    def chance(self, layer: str, rule: str, label: str) -> float:
        """Return the chance that such a span is kept; one half where nothing like it was ever seen."""
        chance = 0.5
        for counts in (
            self._layers.get(layer),
            self._sides.get((layer, _side(rule))),
            self._rules.get((layer, rule)),
            self._exact.get((layer, rule, label)),
        ):
            if counts is not None:
                chance = (counts.kept + _STRENGTH * chance) / (counts.seen + _STRENGTH)
        return chance


def read_counts(path: Path) -> dict[tuple[str, str, str], Counts]:
    """Return the counts of a table by layer, rule and label. Raises CuratorError naming a file or line that is none."""
    counts = {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        what = f"calibration table cannot be read: {error.strerror}"
        raise CuratorError(what, str(path), "write it with `curator calibrate`") from None
    for number, line in enumerate(lines, start=1):
        try:
            name, label_counts = _read(orjson.loads(line))
            counts[name] = label_counts
        except (ValueError, KeyError, TypeError):
            what = "not a line of a calibration table"
            raise CuratorError(what, f"{path}:{number}", "write it with `curator calibrate`") from None
    return counts


def _read(value: Any) -> tuple[tuple[str, str, str], Counts]:
    layer, rule, label = value["layer"], value["rule"], value["label"]
    kept, seen = value["kept"], value["seen"]
    texts = all(isinstance(name, str) for name in (layer, rule, label))
    # `type`, for JSON's true would pass for 1.
    if not texts or type(kept) is not int or type(seen) is not int or not 0 <= kept <= seen:
        raise ValueError
    return (layer, rule, label), Counts(kept, seen)


def write_counts(counts: Mapping[tuple[str, str, str], Counts]) -> bytes:
    """Return a table as JSON lines in the order of its names, the same for the same counts."""
    lines = (
        orjson.dumps(
            {"layer": layer, "rule": rule, "label": label, "kept": label_counts.kept, "seen": label_counts.seen}
        )
        for (layer, rule, label), label_counts in sorted(counts.items())
    )
    return b"".join(unbroken(line.decode()).encode() + b"\n" for line in lines)


def _add(levels: dict[Any, Counts], name: Any, addend: Counts) -> None:
    before = levels.get(name, Counts(0, 0))
    levels[name] = Counts(before.kept + addend.kept, before.seen + addend.seen)


def _side(rule: str) -> str:
    """Return who found a span and whether the other side agrees, without the rule's own name."""
    if rule.startswith("model"):
        return rule
    return "rules" + ("+model" if rule.endswith("+model") else "|model" if rule.endswith("|model") else "")
