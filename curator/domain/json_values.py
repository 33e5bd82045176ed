"""JSON as we read, keep and write it: what no database or file of ours can hold, and lines that nobody breaks."""

import json
from collections import Counter
from collections.abc import Iterator
from math import isfinite
from typing import Any

from curator.domain.canonical import refuse_oversized, refuse_unstorable
from curator.domain.errors import InputRefused

DEEPEST = 64
"""The levels of nesting up to which a value is taken; Label Studio's own results have five."""

_INTEGERS = range(-(2**63), 2**64)
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


def strict_decoder() -> json.JSONDecoder:
    """Return a decoder of JSON whose decoding raises InputRefused for keys given twice and for numbers of no JSON."""
    # The standard library's parser keeps large integers and tells of keys given twice; faster ones round and drop.
    return json.JSONDecoder(object_pairs_hook=_object, parse_constant=_not_finite)


def json_fault(error: ValueError | RecursionError) -> str:
    """Say why something is no JSON, given the error of decoding it."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def refuse_too_deep(value: Any) -> None:
    """Raise InputRefused for a value that is nested deeper than any is kept."""
    level = [value]
    for _ in range(DEEPEST):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [part for parts in inner for part in parts]
        if not level:
            return
    if any(isinstance(item, dict | list) for item in level):
        raise InputRefused("nested too deeply", remedy="write flatter values")


def refuse_unstorable_value(value: Any, where: str) -> None:
    """Raise InputRefused where a JSON value holds something that no database or JSON writer keeps as it is.

    That is NUL, lone surrogates, numbers that are not finite, and integers beyond 64 bits; keys count too.
    """
    if _is_storable(value):
        return
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
        elif isinstance(item, float) and not isfinite(item):
            raise InputRefused("number is not finite", place, "write null or a string instead")
        elif isinstance(item, int) and item not in _INTEGERS:
            raise InputRefused("integer is beyond 64 bits", place, "write it as a string")


def _is_storable(value: Any) -> bool:
    """Say whether nothing in a value is unstorable, in a fraction of the time that it takes to say where it is."""
    waiting = [value]
    texts: list[str] = []
    keys: set[str] = set()
    for item in waiting:
        kind = type(item)
        if kind is str:
            texts.append(item)
        elif kind is dict:
            keys.update(item)
            waiting.extend(item.values())
        elif kind is list:
            waiting.extend(item)
        elif (kind is float and not isfinite(item)) or (kind is int and item not in _INTEGERS):
            return False
    return storable("".join((*keys, *texts)))


def checked_text(text: Any, limit: int) -> str:
    """Return a text that can be a document; `limit` is in bytes of its canonical form in UTF-8.

    Raises InputRefused for what is no string, is blank, is too large, or holds NUL or a lone surrogate.
    """
    if not isinstance(text, str):
        raise InputRefused("text is not a string", f"a {kind_of(text)}", "write the text as a JSON string")
    if not text.strip().strip("\ufeff"):
        raise InputRefused("text is empty", remedy="remove it or fill it in")
    refuse_unstorable(text)
    refuse_oversized(text, limit)
    return text


def kind_of(value: Any) -> str:
    """Return what JSON calls a value: an object, a list …, without its article."""
    if value is None:
        return "null"
    kinds = {bool: "boolean", int: "number", float: "number", list: "list", dict: "object", str: "string"}
    return kinds.get(type(value), "value")


def _refuse_unstorable_string(text: str, place: str) -> None:
    try:
        refuse_unstorable(text)
    except InputRefused as error:
        raise InputRefused(error.what, f"{place}, {error.where}", error.remedy) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        doubled = next(key for key, count in counts.items() if count > 1)
        raise InputRefused(f"key {doubled!r} is given twice", remedy="keep one of them")
    return value


def _not_finite(constant: str) -> Any:
    raise InputRefused(f"{constant} is no JSON number", remedy="write null instead")
