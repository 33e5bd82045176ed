"""Checks that decide whether a text or a value can be taken in."""

from dataclasses import replace

from curator.domain.errors import InputRefused
from curator.domain.json_values import checked_text as checked_text
from curator.domain.json_values import refuse_unstorable_value as refuse_unstorable_value
from curator.steps.ports.documents import Refused


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
