"""What is done with spans that overlap, defined by comparing each with every other one."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from curator.domain.scoring import Match, MatchKind, _kind, _rank
from curator.domain.span import Span, span_order


def flatten(spans: Iterable[Span], flat_layers: frozenset[str]) -> tuple[list[Span], list[Span]]:
    kept: list[Span] = []
    dropped: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start, span.label)):
        rivals = (longer for longer in kept if longer.layer == span.layer and longer.overlaps(span))
        (dropped if span.layer in flat_layers and any(rivals) else kept).append(span)
    return kept, dropped


def overlapping(left: Sequence[Span], right: Sequence[Span]) -> Iterator[tuple[int, int]]:
    for at, span in enumerate(left):
        others = sorted(range(len(right)), key=lambda place: right[place].start)
        yield from ((at, to) for to in others if right[to].layer == span.layer and span.overlaps(right[to]))


def match(predicted: Sequence[Span], current: Sequence[Span]) -> list[Match]:
    """Take the best pair, again and again."""
    left_over, right_over = set(range(len(predicted))), set(range(len(current)))
    matches: list[Match] = []
    pairs = overlapping(predicted, current)
    for left, right in sorted(pairs, key=lambda pair: _rank(predicted[pair[0]], current[pair[1]])):
        if left in left_over and right in right_over:
            left_over.remove(left)
            right_over.remove(right)
            matches.append(Match(_kind(predicted[left], current[right]), predicted[left], current[right]))
    matches += (Match(MatchKind.SPURIOUS, predicted[left], None) for left in sorted(left_over))
    matches += (Match(MatchKind.MISSED, None, current[right]) for right in sorted(right_over))
    return sorted(matches, key=lambda match: (span_order(match.span), match.predicted is None))


def tracks(spans: Iterable[Span]) -> list[tuple[Span, int]]:
    """Give each span the first track that no span before it still is on."""
    placed: list[tuple[Span, int]] = []
    busy: dict[int, int] = {}
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.layer, span.label)):
        track = next(track for track in count() if busy.get(track, 0) <= span.start)
        busy[track] = span.end
        placed.append((span, track))
    return placed
