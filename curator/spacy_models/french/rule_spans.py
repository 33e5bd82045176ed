"""Spans that rules propose, from which the last component of a pipeline chooses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from spacy.tokens import Doc

_KEY = "curator_candidates"
_QUIET = "curator_quiet"
_TEXT = "curator_text"
_EDGE = " \t\n\r\f\v\u00a0\u2007\u202f\u2009\u200b\ufeff"


@dataclass(frozen=True, slots=True)
class RuleSpan:
    """A span that a rule proposes, in character offsets; score and rule end up on the span."""

    layer: str
    start: int
    end: int
    label: str
    score: float
    rule: str

    def overlaps(self, start: int, end: int) -> bool:
        return self.start < end and start < self.end


class Places:
    """A set of places of a text so long, a byte for each."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length)

    def add(self, start: int, end: int) -> None:
        """Add the places from `start` to `end`, which is none of them."""
        self._taken[start:end] = b"\1" * (end - start)

    def any(self, start: int, end: int) -> bool:
        """Say whether any of these places is in the set."""
        return self._taken.find(1, start, end) >= 0


def remember_text(doc: Doc, text: str) -> None:
    """Tell a document its own text, for `text_of`."""
    doc.user_data[_TEXT] = text


def text_of(doc: Doc) -> str:
    """Return a document's text, which spaCy joins anew from the tokens whenever it is asked; kept until the choice."""
    known = cast(str | None, doc.user_data.get(_TEXT))
    return cast(str, doc.user_data.setdefault(_TEXT, doc.text)) if known is None else known


def propose(doc: Doc, start: int, end: int, label: str, score: float, rule: str, layer: str = "entities") -> None:
    """Add a proposed span, freed of white space at its edges; an empty span is not added."""
    text = text_of(doc)
    while start < end and (text[start] in _EDGE or text[start].isspace()):
        start += 1
    while start < end and (text[end - 1] in _EDGE or text[end - 1].isspace()):
        end -= 1
    if start < end:
        cast(list[RuleSpan], doc.user_data.setdefault(_KEY, [])).append(RuleSpan(layer, start, end, label, score, rule))


def proposed(doc: Doc, *labels: str) -> Iterator[RuleSpan]:
    """Yield the spans proposed so far, in the order of their proposal; only those with one of `labels`, if any."""
    for span in tuple(cast(list[RuleSpan], doc.user_data.get(_KEY, []))):
        if not labels or span.label in labels:
            yield span


def silence(doc: Doc, start: int, end: int) -> None:
    """Let nothing in this range of the text be annotated."""
    cast(list[tuple[int, int]], doc.user_data.setdefault(_QUIET, [])).append((start, end))


def take_audible(doc: Doc) -> list[RuleSpan]:
    """Take all proposed spans out of the document and return those that touch no silenced range."""
    quiet = Places(len(text_of(doc)))
    doc.user_data.pop(_TEXT, None)
    for start, end in cast(list[tuple[int, int]], doc.user_data.pop(_QUIET, [])):
        quiet.add(start, end)
    spans = cast(list[RuleSpan], doc.user_data.pop(_KEY, []))
    return [span for span in spans if not quiet.any(span.start, span.end)]
