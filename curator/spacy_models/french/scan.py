"""Searching a text with many expressions: far faster on lower case, and without a look behind at the start."""

import re
from collections.abc import Iterable, Iterator

_BORDER = re.compile(r"[^\w-]")
_CAPITAL = re.compile(r"\\.|\(\?P<\w+>|[A-ZÀ-ÖØ-Þ]")


def lowered(text: str) -> str:
    """Return a text in lower case, of the same length whatever its letters."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def caseless(pattern: str) -> str:
    """Return an expression that finds in a lowered text what `pattern` finds in any case."""
    return _CAPITAL.sub(lambda match: match.group() if len(match.group()) > 1 else match.group().lower(), pattern)


def whole_words(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the matches that no letter, digit or hyphen goes before."""
    place = 0
    while (match := pattern.search(text, place)) is not None:
        start = match.start()
        if start and (text[start - 1] in "-_" or text[start - 1].isalnum()):
            # No word starts before this one ends.
            border = _BORDER.search(text, start)
            if border is None:
                return
            place = border.end()
        else:
            yield match
            place = max(match.end(), start + 1)


def any_of(patterns: Iterable[str]) -> str:
    """Return an expression of no width that stands before every word with which one of the patterns begins."""
    return rf"(?<![\w-])(?={'|'.join(f'(?:{pattern})' for pattern in patterns) or '(?!)'})"


def word_starts(begins: re.Pattern[str], text: str) -> list[int]:
    """Return where an expression of `any_of` stands in a text."""
    return [match.start() for match in begins.finditer(text)]


def matches_at(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    """Yield the matches that begin at the places, given in order; none overlaps the one before it."""
    end = 0
    for place in places:
        if place >= end and (match := pattern.match(text, place)) is not None:
            yield match
            end = match.end()
