"""Spans over a text: cut into segments between which the set of spans changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from curator.domain.scoring import MatchKind
from curator.domain.span import Span

TRACKS = 8
"""How many underlines are drawn below each other; what overlaps more is marked where it starts only."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span as it is drawn: the track of its underline, 0 next to the text, and the kind of its match."""

    span: Span
    track: int
    kind: MatchKind | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text with the marks that go on over it, those that start with it, and which of all end with it.

    Of the starting ones, `lines` are those that have a track to be drawn on.
    """

    text: str
    goes_on: tuple[Mark, ...]
    starts: tuple[Mark, ...]
    lines: tuple[Mark, ...]
    ends: frozenset[Mark]


def marks(spans: Iterable[tuple[Span, MatchKind | None]]) -> list[Mark]:
    """Return spans with their tracks, in text order, longer ones first: no two that overlap share a track."""
    placed: list[Mark] = []
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    for span, kind in sorted(spans, key=lambda pair: (pair[0].start, -pair[0].end, pair[0].layer, pair[0].label)):
        while busy and busy[0][0] <= span.start:
            heappush(free, heappop(busy)[1])
        track = heappop(free) if free else len(busy)
        heappush(busy, (span.end, track))
        placed.append(Mark(span, track, kind))
    return placed


def segments(text: str, placed: Iterable[Mark]) -> list[Segment]:
    """Return the text in segments; joined they are the whole text. `placed` are the marks in text order."""
    waiting = list(placed)
    cuts = sorted({0, len(text), *(mark.span.start for mark in waiting), *(mark.span.end for mark in waiting)})
    ending: dict[int, list[Mark]] = {}
    for mark in waiting:
        if mark.span.start < mark.span.end:
            ending.setdefault(mark.span.end, []).append(mark)
    result: list[Segment] = []
    drawn: tuple[Mark, ...] = ()
    at = 0
    for start, end in pairwise(cuts):
        first = at
        while at < len(waiting) and waiting[at].span.start == start:
            at += 1
        starts = tuple(waiting[first:at])
        # As many as there are tracks at most, however many overlap here.
        goes_on = tuple(mark for mark in drawn if mark.span.end > start)
        lines = tuple(mark for mark in starts if mark.track < TRACKS)
        result.append(Segment(text[start:end], goes_on, starts, lines, frozenset(ending.get(end, ()))))
        drawn = goes_on + lines
    return result
