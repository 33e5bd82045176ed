"""Checks that decide whether a text or a value can be taken in."""

import math
from dataclasses import replace
from typing import Any

from curator.domain.canonical import refuse_oversized, refuse_unstorable
from curator.domain.errors import InputRefused
from curator.steps.ports.documents import Refused

_INTEGERS = range(-(2**63), 2**64)


def refusal(name: str, error: InputRefused) -> Refused:
    """Return a refusal as the value that readers yield; its place becomes the name and the error's own place."""
    where = f"{name}, {error.where}" if error.where else name
    return Refused(name, replace(error, where=where))


def unreadable_file(name: str, error: OSError) -> Refused:
    """Return the refusal of what the operating system would not open or read."""
    if isinstance(error, FileNotFoundError):
        return refusal(name, InputRefused("no such file or folder", remedy="check the path"))
    if isinstance(error, PermissionError):
        return refusal(name, InputRefused("no permission to read it", remedy="give yourself the right to read it"))
    reason = error.strerror or type(error).__name__
    return refusal(name, InputRefused(f"cannot be read: {reason}", remedy="check the file and its disk"))


def checked_text(text: Any, limit: int) -> str:
    """Return a text that can be a document; `limit` is in bytes of its canonical form in UTF-8.

    Raises InputRefused for what is no string, is blank, is too large, or holds NUL or a lone surrogate.
    """
    if not isinstance(text, str):
        raise InputRefused("text is not a string", f"a {_kind(text)}", "write the text as a JSON string")
    if not text.strip().strip("\ufeff"):
        raise InputRefused("text is empty", remedy="remove it or fill it in")
    refuse_unstorable(text)
    refuse_oversized(text, limit)
    return text


def refuse_unstorable_value(value: Any, where: str) -> None:
    """Raise InputRefused where a JSON value holds something that no database or JSON writer keeps as it is.

    That is NUL, lone surrogates, numbers that are not finite, and integers beyond 64 bits; keys count too.
    """
    waiting = [(where, value)]
    while waiting:
        place, item = waiting.pop()
        if isinstance(item, str):
            _refuse_unstorable_string(item, place)
        elif isinstance(item, dict):
            for key, inner in item.items():
                _refuse_unstorable_string(key, f"a key of {place}")
                waiting.append((f"{place}.{key}", inner))
        elif isinstance(item, list):
            waiting.extend((f"{place}[{index}]", inner) for index, inner in enumerate(item))
        elif isinstance(item, float) and not math.isfinite(item):
            raise InputRefused("number is not finite", place, "write null or a string instead")
        elif isinstance(item, int) and item not in _INTEGERS:
            raise InputRefused("integer is beyond 64 bits", place, "write it as a string")


def _refuse_unstorable_string(text: str, place: str) -> None:
    try:
        refuse_unstorable(text)
    except InputRefused as error:
        raise InputRefused(error.what, f"{place}, {error.where}", error.remedy) from None


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}.get(type(value), "value")
