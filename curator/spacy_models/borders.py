"""Spans of a document by character offsets, many at a time."""

from typing import cast

from spacy.tokens import Doc, Span


class Borders:
    """Where the tokens of a document begin and end; spaCy's own `char_span` seeks that anew for every span."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        places = cast(list[list[int]], doc.to_array(["IDX", "LENGTH"]).tolist())
        self._starts = {start: number for number, (start, _) in enumerate(places)}
        self._ends = {start + length: number for number, (start, length) in enumerate(places, start=1)}

    def fits(self, start: int, end: int) -> bool:
        """Say whether a span begins and ends with tokens."""
        return start in self._starts and end in self._ends

    def span(self, start: int, end: int, label: str) -> Span:
        """Return a span that fits."""
        return Span(self._doc, self._starts[start], self._ends[end], label)
