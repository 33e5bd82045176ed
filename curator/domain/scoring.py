"""Predicted spans matched one to one with those of gold or of a reviewer, and what kind of match each is."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from curator.domain.overlaps import overlapping
from curator.domain.span import Span, span_order


class MatchKind(StrEnum):
    """How a predicted span and a current one compare: the same, other offsets, another label, or one is not there."""

    EXACT = "exact"
    BOUNDARY = "boundary"
    LABEL = "label"
    MISSED = "missed"
    SPURIOUS = "spurious"


@dataclass(frozen=True, slots=True)
class Match:
    """A predicted span with the current span that it stands for; a missed or a spurious match has one of them only."""

    kind: MatchKind
    predicted: Span | None
    current: Span | None

    @property
    def span(self) -> Span:
        """The predicted span, or the current one where nothing was predicted."""
        span = self.predicted or self.current
        if span is None:
            raise ValueError("a match holds no span")
        return span


def match(predicted: Sequence[Span], current: Sequence[Span]) -> list[Match]:
    """Return the matches of the predicted spans with the current ones (of gold or of a reviewer), in text order.

    One to one by largest overlap within a layer; among equal overlaps the same offsets, then the same label, then the
    closest boundaries come first. Every span given is in exactly one match, doubled ones too.
    """
    matches: list[Match] = []
    # With the offsets in common no other span overlaps more: these pairs come before any other of their spans.
    alike = list(_same_offsets(predicted, current))
    unmatched_predicted = dict.fromkeys(range(len(predicted)))
    unmatched_current = dict.fromkeys(range(len(current)))
    for left, right in chain(alike, _by_overlap(predicted, current, alike)):
        if left in unmatched_predicted and right in unmatched_current:
            del unmatched_predicted[left], unmatched_current[right]
            matches.append(Match(_kind(predicted[left], current[right]), predicted[left], current[right]))
    matches += (Match(MatchKind.SPURIOUS, predicted[left], None) for left in unmatched_predicted)
    matches += (Match(MatchKind.MISSED, None, current[right]) for right in unmatched_current)
    return sorted(matches, key=lambda match: (span_order(match.span), match.predicted is None))


def _same_offsets(predicted: Sequence[Span], current: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the places of spans of the same offsets, each once, those of the same label before the others."""
    lefts, rights = _by_offsets(predicted), _by_offsets(current)
    for offsets, left in lefts.items():
        right = rights.get(offsets, {})
        for label in sorted(left.keys() & right.keys()):
            number = min(len(left[label]), len(right[label]))
            yield from zip(left[label][:number], right[label][:number], strict=True)
            del left[label][:number], right[label][:number]
        rest = ([place for label in sorted(side) for place in side[label]] for side in (left, right))
        yield from zip(*rest, strict=False)


def _by_offsets(spans: Sequence[Span]) -> dict[tuple[str, int, int], dict[str, list[int]]]:
    by_offsets: dict[tuple[str, int, int], dict[str, list[int]]] = {}
    for place, span in enumerate(spans):
        labels = by_offsets.setdefault((span.layer, span.start, span.end), {})
        labels.setdefault(span.label, []).append(place)
    return by_offsets


def _by_overlap(
    predicted: Sequence[Span], current: Sequence[Span], matched: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return the places of the pairs among the other spans that share a character, the best first."""
    done_left, done_right = {place for place, _ in matched}, {place for _, place in matched}
    lefts = [place for place in range(len(predicted)) if place not in done_left]
    rights = [place for place in range(len(current)) if place not in done_right]
    overlaps = overlapping([predicted[place] for place in lefts], [current[place] for place in rights])
    pairs = [(lefts[left], rights[right]) for left, right in overlaps]
    return sorted(pairs, key=lambda pair: (_rank(predicted[pair[0]], current[pair[1]]), pair))


def _rank(predicted: Span, current: Span) -> tuple[object, ...]:
    overlap = min(predicted.end, current.end) - max(predicted.start, current.start)
    distance = abs(predicted.start - current.start) + abs(predicted.end - current.end)
    same_offsets = distance == 0
    same_label = predicted.label == current.label
    return (-overlap, not same_offsets, not same_label, distance, span_order(predicted), span_order(current))


def _kind(predicted: Span, current: Span) -> MatchKind:
    if predicted.label != current.label:
        return MatchKind.LABEL
    same_offsets = (predicted.start, predicted.end) == (current.start, current.end)
    return MatchKind.EXACT if same_offsets else MatchKind.BOUNDARY


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """How many matches of each kind the spans of one label have."""

    counts: Mapping[MatchKind, int] = field(default_factory=dict)

    def __getitem__(self, kind: MatchKind) -> int:
        return self.counts.get(kind, 0)

    @property
    def predicted(self) -> int:
        """The predicted spans that were matched."""
        return sum(count for kind, count in self.counts.items() if kind is not MatchKind.MISSED)

    @property
    def current(self) -> int:
        """The spans that are there now, by the label that was predicted where there is a prediction."""
        return sum(count for kind, count in self.counts.items() if kind is not MatchKind.SPURIOUS)

    def rate(self, kind: MatchKind) -> float | None:
        """Return a kind's share, 0 to 1: of the current spans for missed ones, else of the predicted ones.

        None where there are none of those.
        """
        whole = self.current if kind is MatchKind.MISSED else self.predicted
        return self[kind] / whole if whole else None


def count_kinds(matches: Sequence[Match]) -> Counter[tuple[str, str, MatchKind]]:
    """Return the number of matches by layer, label and kind; the predicted label where there is one."""
    return Counter((match.span.layer, match.span.label, match.kind) for match in matches)
