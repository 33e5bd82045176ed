"""What is wrong with a dataset version, by file and line."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a file of a version; `line` counts from 1, `item` names a span or what stands for one.

    Where all of the version is meant, `file` is empty.
    """

    file: str
    what: str
    line: int | None = None
    document: str | None = None
    item: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        named = ", ".join(part for part in (place, self.document, self.item) if part)
        return f"{named}: {self.what}" if named else self.what

    def value(self) -> dict[str, Any]:
        """Return the fault as a JSON object."""
        return {
            "file": self.file,
            "line": self.line,
            "document": self.document,
            "item": self.item,
            "what": self.what,
        }
