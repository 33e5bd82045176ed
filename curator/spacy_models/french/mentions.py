"""Where known names stand in a text, all of them found in one walk through it."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"(?<![\w@#-])\w+")
_HEAD = re.compile(r"\w+")
_JOINED = re.compile(r"[\w-]")
_LONGEST = 200
"""In characters: what is longer is no name that comes back."""


def mentions(text: str, names: Iterable[str]) -> dict[str, list[int]]:
    """Return where each name stands whole, by name in the order given; mentions of the same name never overlap."""
    places: dict[str, list[int]] = {name: [] for name in names}
    lengths: dict[str, set[int]] = {}
    for name in places:
        head = _HEAD.match(name)
        if head is not None and len(name) <= _LONGEST:
            lengths.setdefault(head.group(), set()).add(len(name))
    for word in _WORD.finditer(text) if lengths else ():
        start = word.start()
        for length in lengths.get(word.group(), ()):
            known = places.get(text[start : start + length])
            if known is None or _JOINED.match(text, start + length) or (known and start < known[-1] + length):
                continue
            known.append(start)
    return places
