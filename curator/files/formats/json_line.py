"""A value as a line of JSON, as the formats of lines write it."""

import json
from typing import Any

import orjson

_BREAKS = {char.encode(): f"\\u{ord(char):04x}".encode() for char in "\u0085\u2028\u2029"}


def json_line(value: Any) -> bytes:
    """Return a value as one line in UTF-8, ended by LF, to any reader. Raises ValueError where it is no JSON."""
    try:
        line = orjson.dumps(value)
    except TypeError:
        # Integers of more than 64 bits.
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    for char, escape in _BREAKS.items():
        if char in line:
            line = line.replace(char, escape)
    return line + b"\n"
