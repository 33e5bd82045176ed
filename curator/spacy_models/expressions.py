"""Regular expressions as numbers: making one from what the compiler made of it before takes a hundredth of the time."""

import importlib
import re
import sys
from array import array
from typing import Any

Parts = tuple[str, int, bytes, int, dict[str, int]]
"""A compiled expression: its text, flags, code as native numbers of 32 bits, number of groups, and names of groups."""

_sre: Any = importlib.import_module("_sre")

FORM = (sys.version, str(getattr(_sre, "MAGIC", None)), sys.byteorder, array("I").itemsize)
"""What must be the same for parts to mean the same."""


def parts_of(pattern: str, flags: int = 0) -> Parts | None:
    """Return what an expression is made from, or None where this interpreter does not tell."""
    try:
        from re import _compiler, _parser  # type: ignore[attr-defined]

        parsed = _parser.parse(pattern, flags)
        code = array("I", _compiler._code(parsed, flags)).tobytes()
        return pattern, int(flags | parsed.state.flags), code, parsed.state.groups - 1, dict(parsed.state.groupdict)
    except (ImportError, AttributeError, TypeError, OverflowError):
        return None


def made_of(parts: Parts) -> re.Pattern[str]:
    """Return the expression that `re.compile` would make anew; the interpreter checks the code before it takes it."""
    pattern, flags, data, groups, names = parts
    code = array("I")
    code.frombytes(data)
    by_number: list[str | None] = [None] * (groups + 1)
    for name, number in names.items():
        by_number[number] = name
    made: re.Pattern[str] = _sre.compile(pattern, flags, code.tolist(), groups, names, tuple(by_number))
    return made
