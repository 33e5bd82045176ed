"""Spans that overlap, found without comparing each with every other one."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from curator.domain.span import Span


class Stretches:
    """Stretches of a text, from one offset to another, of which no two overlap."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, int]] = []

    @classmethod
    def covering(cls, stretches: Iterable[tuple[int, int]]) -> "Stretches":
        """Return what stretches that may overlap cover together; empty ones cover nothing."""
        covered = cls()
        for start, end in sorted(stretches):
            if start >= end:
                continue
            if covered._kept and start <= covered._kept[-1][1]:
                start, last = covered._kept.pop()
                end = max(last, end)
            covered._kept.append((start, end))
        return covered

    def touch(self, start: int, end: int) -> bool:
        """Say whether any of them shares a character with this one."""
        at = bisect_left(self._kept, (end,))
        # The last that begins before the end is also the one that ends last.
        return start < end and at > 0 and self._kept[at - 1][1] > start

    def add(self, start: int, end: int) -> None:
        """Add one that none of them touches; an empty one is no stretch."""
        if start < end:
            self._kept.insert(bisect_left(self._kept, (start, end)), (start, end))


def flatten(spans: Iterable[Span], flat_layers: frozenset[str]) -> tuple[list[Span], list[Span]]:
    """Return the spans that stay and those that are dropped, so that in flat layers none overlap.

    The longest of overlapping spans stays, the earlier of equally long ones. Both lists are in that order.
    """
    kept: list[Span] = []
    dropped: list[Span] = []
    taken = {layer: Stretches() for layer in flat_layers}
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        stretches = taken.get(span.layer)
        if stretches is not None and stretches.touch(span.start, span.end):
            dropped.append(span)
            continue
        if stretches is not None:
            stretches.add(span.start, span.end)
        kept.append(span)
    return kept, dropped


def overlapping(left: Sequence[Span], right: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a left and a right span of one layer that share a character, by their places, in no order.

    Besides the pairs themselves it takes as long as sorting the spans does.
    """
    starting = [(span.start, True, place) for place, span in enumerate(left)]
    starting += [(span.start, False, place) for place, span in enumerate(right)]
    lefts: dict[str, list[int]] = {}
    rights: dict[str, list[int]] = {}
    for start, is_left, place in sorted(starting):
        span = left[place] if is_left else right[place]
        others, sequence = (rights, right) if is_left else (lefts, left)
        going_on = [other for other in others.get(span.layer, ()) if sequence[other].end > start]
        others[span.layer] = going_on
        (lefts if is_left else rights).setdefault(span.layer, []).append(place)
        for other in going_on:
            if span.overlaps(sequence[other]):
                yield (place, other) if is_left else (other, place)
