"""The folders that dataset versions are written to."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol


class VersionStorage(Protocol):
    """Where dataset versions are kept, each written once."""

    def versions(self, name: str) -> list[int]:
        """Return the numbers of a dataset's versions, ascending; none where there is no such dataset."""
        ...

    def manifest(self, name: str, number: int) -> dict[str, Any]:
        """Return the manifest of a version. Raises CuratorError where there is none to be read."""
        ...

    def ledger(self, name: str, number: int) -> dict[str, Any]:
        """Return the ledger of what a version leaves out. Raises CuratorError where there is none to be read."""
        ...

    def path(self, name: str, number: int) -> Path:
        """Return where a version is or would be."""
        ...

    def digests(self, name: str, number: int) -> dict[str, str] | None:
        """Return the SHA-256 of every file in the folder of a version, in folders of it too, by name with `/`.

        None where there is no folder. Raises CuratorError where a file cannot be read.
        """
        ...

    def write(self, name: str, number: int, files: Mapping[str, Iterable[bytes]]) -> Path:
        """Write a version, all or nothing. Raises CuratorError where it exists."""
        ...
