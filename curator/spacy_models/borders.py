"""Spans of a document by character offsets, many at a time."""

from bisect import bisect_left, bisect_right
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import cast

from spacy.tokens import Doc, Span


class Borders:
    """Where the tokens of a document begin and end; spaCy's own `char_span` seeks that anew for every span."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self._places = cast(list[list[int]], doc.to_array(["IDX", "LENGTH"]).tolist())
        self._starts = {start: number for number, (start, _) in enumerate(self._places)}
        self._ends = {start + length: number for number, (start, length) in enumerate(self._places, start=1)}

    def fits(self, start: int, end: int) -> bool:
        """Say whether a span begins and ends with tokens."""
        return start in self._starts and end in self._ends

    def touched(self, start: int, end: int) -> range:
        """Return the numbers of the tokens that have a character of a span."""
        first = bisect_right(self._places, start, key=sum)
        return range(first, bisect_left(self._places, end, key=lambda place: place[0]))

    def span(self, start: int, end: int, label: str) -> Span:
        """Return a span that fits."""
        return Span(self._doc, self._starts[start], self._ends[end], label)


def cut_at(doc: Doc, offsets: AbstractSet[int]) -> Doc:
    """Return a document of the same text whose tokens also end at the given offsets."""
    text = doc.text
    cuts = sorted(offsets)
    words: list[str] = []
    spaces: list[bool] = []
    for token in doc:
        start, end = token.idx, token.idx + len(token)
        edges = [start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]
        words.extend(text[left:right] for left, right in pairwise(edges))
        spaces.extend([False] * (len(edges) - 2) + [bool(token.whitespace_)])
    return Doc(doc.vocab, words=words, spaces=spaces)
