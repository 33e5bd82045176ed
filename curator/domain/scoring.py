"""What became of predicted spans: kept, moved, relabelled, removed; and what was added."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from curator.domain.span import Span, order


class Fate(StrEnum):
    """What a person did with a predicted span, or that there was none."""

    KEPT = "kept"
    MOVED = "moved"
    RELABELLED = "relabelled"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Match:
    """A predicted span with the span that took its place; one of them is missing where it was removed or added."""

    fate: Fate
    predicted: Span | None
    current: Span | None

    @property
    def span(self) -> Span:
        """The predicted span, or the current one where nothing was predicted."""
        found = self.predicted or self.current
        assert found is not None
        return found


def match(predicted: Sequence[Span], current: Sequence[Span]) -> list[Match]:
    """Return what became of every predicted span and where every current one comes from, in text order.

    One to one by largest overlap within a layer; among equal overlaps the same offsets, then the same label, then the
    closest boundaries come first. Every span given is in exactly one match, doubled ones too.
    """
    left, right = set(range(len(predicted))), set(range(len(current)))
    found: list[Match] = []
    for one, other in sorted(
        _overlaps(predicted, current), key=lambda pair: _rank(predicted[pair[0]], current[pair[1]])
    ):
        if one in left and other in right:
            left.remove(one)
            right.remove(other)
            found.append(Match(_fate(predicted[one], current[other]), predicted[one], current[other]))
    found += (Match(Fate.REMOVED, predicted[one], None) for one in left)
    found += (Match(Fate.ADDED, None, current[other]) for other in right)
    return sorted(found, key=lambda one: (order(one.span), one.predicted is None))


def _overlaps(predicted: Sequence[Span], current: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of one layer that share a character, by their places in the sequences."""
    layers: dict[str, list[int]] = {}
    for number, span in enumerate(current):
        layers.setdefault(span.layer, []).append(number)
    for numbers in layers.values():
        numbers.sort(key=lambda number: current[number].start)
    starts = {layer: [current[number].start for number in numbers] for layer, numbers in layers.items()}
    longest = {
        layer: max(current[one].end - current[one].start for one in numbers) for layer, numbers in layers.items()
    }
    for number, span in enumerate(predicted):
        if span.layer not in layers:
            continue
        begin = bisect_left(starts[span.layer], span.start - longest[span.layer])
        end = bisect_left(starts[span.layer], span.end)
        yield from ((number, other) for other in layers[span.layer][begin:end] if span.overlaps(current[other]))


def _rank(one: Span, other: Span) -> tuple[object, ...]:
    overlap = min(one.end, other.end) - max(one.start, other.start)
    distance = abs(one.start - other.start) + abs(one.end - other.end)
    same_offsets = distance == 0
    return (-overlap, not same_offsets, one.label != other.label, distance, order(one), order(other))


def _fate(predicted: Span, current: Span) -> Fate:
    if predicted.label != current.label:
        return Fate.RELABELLED
    return Fate.KEPT if (predicted.start, predicted.end) == (current.start, current.end) else Fate.MOVED


@dataclass(frozen=True, slots=True)
class FateCounts:
    """How often each fate befell the spans of one label."""

    counts: Mapping[Fate, int] = field(default_factory=dict)

    def __getitem__(self, fate: Fate) -> int:
        return self.counts.get(fate, 0)

    @property
    def predicted(self) -> int:
        """The predicted spans that a person has seen."""
        return sum(count for fate, count in self.counts.items() if fate is not Fate.ADDED)

    @property
    def current(self) -> int:
        """The spans that are there now, by the label that was predicted where one was."""
        return sum(count for fate, count in self.counts.items() if fate is not Fate.REMOVED)

    def rate(self, fate: Fate) -> float | None:
        """Return a fate's share, 0 to 1: of the current spans for added ones, else of the predicted ones.

        None where there are none of those.
        """
        whole = self.current if fate is Fate.ADDED else self.predicted
        return self[fate] / whole if whole else None


def count_fates(matches: Sequence[Match]) -> Counter[tuple[str, str, Fate]]:
    """Return how often each fate befell each layer and label; the predicted label where there is one."""
    return Counter((one.span.layer, one.span.label, one.fate) for one in matches)
