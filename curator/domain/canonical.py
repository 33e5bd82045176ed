"""Canonical text and canonical JSON: one form for what means the same."""

import hashlib
import json
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from curator.domain.errors import InputRefused

_OWN_ID = re.compile("[0-9a-f]{24}")
_NUL = "\x00"
_BOM = "\ufeff"
# The characters of combining class 0 beyond Hangul that a canonical decomposition holds after its first place.
_COMPOSING_STARTERS = frozenset(
    "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u0fb5\u0fb7\u102e\u1b35"
    "\U00011127\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930"
)

Shift = tuple[int, int, int, int]
"""A piece of a raw text within which there is no place to cut: where it starts and ends there, and in the canonical."""

_MANY_MARKS = 30
_MOST_GROWTH = 3
"""How many times as large the canonical form of a text can become, in UTF-8: a few musical symbols are the worst."""


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical text and how raw offsets map into it.

    `raw_cuts[i]` and `text_cuts[i]` are the i-th position, in code points, at which both texts may be cut
    without splitting a normalised sequence; both ascending; both empty where the raw text was canonical already.
    """

    text: str
    raw_cuts: tuple[int, ...]
    text_cuts: tuple[int, ...]

    def offset(self, raw: int) -> int | None:
        """Return the canonical offset of a raw one, or None where it falls inside a normalised sequence."""
        if not self.raw_cuts:
            return raw if 0 <= raw <= len(self.text) else None
        at = bisect_left(self.raw_cuts, raw)
        if at == len(self.raw_cuts) or self.raw_cuts[at] != raw:
            return None
        return self.text_cuts[at]

    def raw_offset(self, offset: int) -> int | None:
        """Return the raw offset of a canonical one, behind any BOM, or None where the raw text has no such place."""
        if not self.raw_cuts:
            return offset if 0 <= offset <= len(self.text) else None
        at = bisect_right(self.text_cuts, offset) - 1
        if at < 0 or self.text_cuts[at] != offset:
            return None
        return self.raw_cuts[at]

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """What all offsets of the raw text are mapped by, in few numbers, for `shifted`; empty where none moves."""
        bounds = zip(pairwise(self.raw_cuts), pairwise(self.text_cuts), strict=True)
        return tuple((*raw, *text) for raw, text in bounds if (raw[1] - raw[0], text[1] - text[0]) != (1, 1))


def shifted(shifts: Sequence[Shift], raw: int) -> int | None:
    """Return what `Canonical.offset` says of a raw offset within the text, beyond which offsets go on as at its end."""
    at = bisect_left(shifts, raw, key=itemgetter(0)) - 1
    if at < 0:
        return raw
    _, raw_end, _, text_end = shifts[at]
    return None if raw < raw_end else raw - raw_end + text_end


def canonicalise(raw: str) -> Canonical:
    """Return the canonical text of a raw one: no leading BOM, LF line ends, NFC.

    Idempotent. Raises InputRefused for NUL and for lone surrogates, which neither PostgreSQL nor UTF-8 can hold.
    """
    refuse_unstorable(raw)
    if "\r" not in raw and not raw.startswith(_BOM) and unicodedata.is_normalized("NFC", raw):
        return Canonical(raw, (), ())
    pieces: list[str] = []
    raw_cuts: list[int] = []
    text_cuts: list[int] = []
    length = 0
    # A span that takes in the BOM starts with the text.
    for position in range(len(raw) - len(raw.lstrip(_BOM))):
        raw_cuts.append(position)
        text_cuts.append(0)
    for start, end in segments(raw):
        piece = raw[start:end]
        raw_cuts.append(start)
        text_cuts.append(length)
        canonical = "\n" if piece in ("\r\n", "\r") else _composed(piece)
        pieces.append(canonical)
        length += len(canonical)
    raw_cuts.append(len(raw))
    text_cuts.append(length)
    return Canonical("".join(pieces), tuple(raw_cuts), tuple(text_cuts))


def refuse_oversized(text: str, limit: int) -> None:
    """Raise InputRefused where the canonical form of a text is over so many bytes in UTF-8, however it was encoded."""
    if len(text.encode("utf-8")) * _MOST_GROWTH > limit and len(canonicalise(text).text.encode("utf-8")) > limit:
        raise too_large(limit)


def too_large(limit: int) -> InputRefused:
    """Return the error for a text above the limit, in bytes of its canonical form in UTF-8."""
    what = f"text is larger than {limit} bytes in UTF-8"
    return InputRefused(what, remedy="cut it into several documents", limit=limit)


def refuse_unstorable(text: str) -> None:
    """Raise InputRefused where a text holds NUL or a lone surrogate."""
    if _NUL in text:
        at = text.index(_NUL)
        raise InputRefused("text holds a NUL character", f"character {at}", "remove it and try again", character=at)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputRefused(
            "text holds a lone surrogate",
            f"character {error.start}",
            "write the character it was part of",
            character=error.start,
        ) from None


def segments(raw: str) -> list[tuple[int, int]]:
    """Cut a text, behind any BOM, where NFC of the whole is the joined NFC of the parts, and around line ends."""
    cut: list[tuple[int, int]] = []
    # All of them: a text that still began with one would not be canonical.
    at = len(raw) - len(raw.lstrip(_BOM))
    size = len(raw)
    while at < size:
        end = at + 1
        if raw[at] == "\r":
            end += raw.startswith("\n", end)
        else:
            while end < size and not _starts_segment(raw[end]):
                end += 1
        cut.append((at, end))
        at = end
    return cut


def cuts_before(text: str, at: int) -> bool:
    """Say whether `segments` cuts a text at a place within it, and would cut what follows alike; never before a BOM."""
    return _starts_segment(text[at]) and text[at] != _BOM and text[at - 1 : at + 1] != "\r\n"


def _composed(piece: str) -> str:
    """Return the NFC of a sequence; many marks are put in their order first, as the library takes quadratic time."""
    if len(piece) > _MANY_MARKS:
        decomposed = "".join(unicodedata.normalize("NFD", char) for char in piece)
        runs = groupby(decomposed, lambda char: unicodedata.combining(char) > 0)
        piece = "".join("".join(sorted(run, key=unicodedata.combining) if marks else run) for marks, run in runs)
    return unicodedata.normalize("NFC", piece)


def _starts_segment(char: str) -> bool:
    """Say whether no normalisation joins this character to the one before it."""
    if char < "\u0300":
        return True
    if unicodedata.combining(char):
        return False
    # Vowel and final jamo, and the few starters that compose with what precedes them.
    return not ("\u1160" <= char <= "\u11ff") and char not in _COMPOSING_STARTERS


def document_id(text: str) -> str:
    """Return the identity of a canonical text: the first 24 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]


def is_own(text: str, named: str) -> bool:
    """Say whether a document's id in a file is that of its text here: then its offsets are code points."""
    return document_id(text) == named.partition("#")[0]


def has_own_form(named: str) -> bool:
    """Say whether a document's id in a file is written as those here are, of whatever text it is."""
    return _OWN_ID.fullmatch(named.partition("#")[0]) is not None


def canonical_json(value: Any) -> str:
    """Return one JSON text per value: keys sorted, no spaces, ASCII only, so that any database holds it.

    Raises ValueError for NaN and infinities.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode("ascii")).hexdigest()
