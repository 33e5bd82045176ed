"""JSON as we keep and write it: what no database or file of ours can hold, and lines that nobody breaks."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

from curator.domain.canonical import refuse_unstorable
from curator.domain.errors import InputRefused

DEEPEST = 64
"""The levels of nesting up to which a value is taken; Label Studio's own results have five."""

_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\N{NEXT LINE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"}


def unbroken(json_text: str) -> str:
    """Return JSON text that says the same, with U+0085, U+2028 and U+2029 as escapes.

    JSON escapes all other characters at which some reader of lines or other would break a text.
    """
    return json_text.translate(_BREAKS) if any(char in json_text for char in map(chr, _BREAKS)) else json_text


def json_line_text(value: Any) -> str:
    """Return a value as compact JSON on one line to any reader, keys in their own order."""
    return unbroken(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def faults(value: Any) -> set[str]:
    """Return the names of what is wrong: `too-deep`, `number-not-finite`, `unstorable-text`; empty for a good value."""
    return {fault for part, depth in _parts(value) if (fault := _fault(part, depth)) is not None}


def _parts(value: Any) -> Iterator[tuple[Any, int]]:
    """Yield every part of a value with its depth, without recursion and no deeper than the limit."""
    stack = [(value, 1)]
    while stack:
        part, depth = stack.pop()
        yield part, depth
        if depth > DEEPEST:
            continue
        if isinstance(part, dict):
            stack.extend((child, depth + 1) for item in part.items() for child in item)
        elif isinstance(part, list):
            stack.extend((child, depth + 1) for child in part)


def _fault(part: Any, depth: int) -> str | None:
    if depth > DEEPEST:
        return "too-deep"
    if isinstance(part, float) and not isfinite(part):
        return "number-not-finite"
    if isinstance(part, str) and not storable(part):
        return "unstorable-text"
    return None


def storable(text: str) -> bool:
    """Say whether a text holds neither NUL nor a lone surrogate."""
    try:
        refuse_unstorable(text)
    except InputRefused:
        return False
    return True
