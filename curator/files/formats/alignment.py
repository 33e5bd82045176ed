"""Where spans stand among the tokens of their text."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from curator.domain.overlaps import flatten
from curator.domain.span import Span

INSIDE = "boundary-inside-token"
"""The reason of a loss: the span begins or ends within a token."""
BLANK = "blank-at-boundary"
"""The reason of a loss: the span begins or ends with white space, which is in no token."""
OVERLAPS = "overlaps-longer-span"
"""The reason of a loss: the span shares a token with a longer one of its layer, or with an earlier one as long."""


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A span with the places of its first and its last token."""

    span: Span
    first: int
    last: int


class TokenBorders:
    """The borders of the tokens of a text, in order, none of which overlap."""

    def __init__(self, starts: Sequence[int], ends: Sequence[int]) -> None:
        self._starts = starts
        self._ends = ends

    def place(self, span: Span) -> TokenSpan | None:
        """Return a span with its tokens, None where it does not begin and end as tokens do."""
        first, last = bisect_left(self._starts, span.start), bisect_left(self._ends, span.end)
        if first <= last < len(self._ends) and self._starts[first] == span.start and self._ends[last] == span.end:
            return TokenSpan(span, first, last)
        return None

    def fault(self, span: Span) -> str:
        """Return the reason why a span does not begin and end as tokens do."""
        return INSIDE if self._is_inside(span.start) or self._is_inside(span.end) else BLANK

    def _is_inside(self, border: int) -> bool:
        at = bisect_right(self._starts, border) - 1
        return at >= 0 and self._starts[at] < border < self._ends[at]


def flat_spans(spans: Iterable[Span], borders: TokenBorders) -> tuple[list[TokenSpan], list[tuple[Span, str]]]:
    """Return the spans of a layer of which no two share a token, in text order, and the others with the reason.

    Of those that overlap the longest stays, the earlier of equally long ones.
    """
    placed: list[TokenSpan] = []
    others: list[tuple[Span, str]] = []
    for span in spans:
        token_span = borders.place(span)
        if token_span is None:
            others.append((span, borders.fault(span)))
        else:
            placed.append(token_span)
    if all(one.last < following.first for one, following in pairwise(placed)):
        return placed, others
    by_span = {token_span.span: token_span for token_span in placed}
    kept, dropped = flatten(by_span, frozenset(span.layer for span in by_span))
    others += [(span, OVERLAPS) for span in dropped]
    return sorted((by_span[span] for span in kept), key=lambda token_span: token_span.first), others


def whole_sentences(sentences: Iterable[int], spans: Iterable[TokenSpan]) -> list[int]:
    """Return where sentences begin, without those that would begin within a span: readers take each for itself."""
    within: set[int] = set()
    for token_span in spans:
        if token_span.first < token_span.last:
            within.update(range(token_span.first + 1, token_span.last + 1))
    return [place for place in sentences if place not in within]
