"""Spans of tags a token: IOB1, IOB2, BIOES and BILOU, each known by what only it does."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from curator.domain.errors import InputRefused

_TAG = re.compile(r"([BIESLU])[-_](.+)", re.DOTALL)
_BEGINNING, _SINGLE, _LAST = "B", frozenset("SU"), frozenset("EL")
_OUTSIDE = frozenset({"O", "_", "*"})
_REMEDY = "write all of the file by one scheme"


class TaggedSpan(NamedTuple):
    """The places of a span's first and last token, and its label."""

    first: int
    last: int
    label: str


class TagScheme:
    """What the tags of a file stand for, sentence by sentence.

    A span begins at B- (S-, U- alone), and at I- that continues none, as in IOB1; it ends where none continues it, in
    BIOES and BILOU at E- or L-. No span goes beyond a sentence. Raises InputRefused, naming the line, for what is no
    tag, and where tags contradict each other: where the file has used what only one scheme does, and does what only
    another does.
    """

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def spans(self, tags: Iterable[tuple[str, str]]) -> list[TaggedSpan]:
        """Return the spans of a sentence's tags, given as the names of their lines with the tags."""
        spans: list[TaggedSpan] = []
        # The label of the token before, and the span that its end is still to come of.
        before, begun, where = "", -1, ""
        for place, (line, tag) in enumerate(tags):
            kind, label = _parsed(tag, line)
            goes_on = kind in "IEL" and bool(kind) and begun >= 0 and label == before
            if begun >= 0 and not goes_on:
                self._see("open", where)
                spans.append(TaggedSpan(begun, place - 1, before))
                begun = -1
            if kind == _BEGINNING and label != (spans[-1].label if spans and spans[-1].last == place - 1 else None):
                self._see("B", line)
            if kind in _LAST and not goes_on:
                raise InputRefused(f"tag {tag!r} ends a span that did not begin", line, "write B- at its first token")
            if kind == "I" and not goes_on:
                self._see("I", line)
            if kind in _SINGLE or kind in _LAST:
                self._see("closed", line)
                spans.append(TaggedSpan(begun if goes_on else place, place, label))
                begun = -1
            elif kind and not goes_on:
                begun = place
            before, where = label, line
        if begun >= 0:
            self._see("open", where)
            spans.append(TaggedSpan(begun, place, before))
        return spans

    def _see(self, sign: str, line: str) -> None:
        """Note what only some schemes do; raises InputRefused where the file did what only others do."""
        self._seen.setdefault(sign, line)
        for one, other, what in _CONTRADICTIONS:
            if sign in (one, other) and {one, other} <= self._seen.keys():
                earlier = self._seen[other if sign == one else one]
                raise InputRefused(f"{what}, seen at {earlier}", line, _REMEDY)


_CONTRADICTIONS = (
    ("I", "B", "I- begins a span, as in IOB1, and B- one that nothing is before, as in IOB2"),
    ("open", "closed", "a span ends without E- or L-, as in IOB2, and another one with it, as in BIOES"),
    ("I", "closed", "I- begins a span, as in IOB1, and E-, L-, S- or U- ends one, as in BIOES"),
)


def is_tag(tag: str) -> bool:
    """Say whether a text is a tag of one of the schemes."""
    return tag in _OUTSIDE or is_inside(tag)


def is_inside(tag: str) -> bool:
    """Say whether a text is the tag of a token in a span."""
    return _TAG.fullmatch(tag) is not None


def _parsed(tag: str, line: str) -> tuple[str, str]:
    """Return the letter and the label of a tag, both empty where it is in no span."""
    if tag in _OUTSIDE:
        return "", ""
    match = _TAG.fullmatch(tag)
    if match is None:
        raise InputRefused(f"{tag!r} is no tag", line, "write O, or B- and the like before a label")
    return match[1], match[2]
