"""What a parsed JSON value holds that no database or file of ours can."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

from curator.domain.canonical import refuse_unstorable
from curator.domain.errors import InputRefused

DEEPEST = 64
"""The levels of nesting up to which a value is taken; Label Studio's own results have five."""


def faults(value: Any) -> set[str]:
    """Return the names of what is wrong: `too-deep`, `number-not-finite`, `unstorable-text`; empty for a good value."""
    return {fault for one, depth in _walk(value) if (fault := _fault(one, depth)) is not None}


def _walk(value: Any) -> Iterator[tuple[Any, int]]:
    """Yield every part of a value with its depth, without recursion and no deeper than the limit."""
    left = [(value, 1)]
    while left:
        one, depth = left.pop()
        yield one, depth
        if depth > DEEPEST:
            continue
        if isinstance(one, dict):
            left.extend((part, depth + 1) for pair in one.items() for part in pair)
        elif isinstance(one, list):
            left.extend((part, depth + 1) for part in one)


def _fault(one: Any, depth: int) -> str | None:
    if depth > DEEPEST:
        return "too-deep"
    if isinstance(one, float) and not isfinite(one):
        return "number-not-finite"
    if isinstance(one, str) and not storable(one):
        return "unstorable-text"
    return None


def storable(text: str) -> bool:
    """Say whether a text holds neither NUL nor a lone surrogate."""
    try:
        refuse_unstorable(text)
    except InputRefused:
        return False
    return True
