"""Folders elsewhere: on a share, in an object store, wherever an address leads."""

from collections.abc import Iterable, Iterator
from typing import Protocol


class RemoteFolder(Protocol):
    """A folder by its address. Every method raises CuratorError, in one line, where it cannot be reached or refuses."""

    @property
    def address(self) -> str:
        """Where it is, without what a log-in needs."""
        ...

    def inner(self, name: str) -> "RemoteFolder":
        """Return a folder within, named with `/`, whether it is there or not."""
        ...

    def folders(self) -> list[str]:
        """Return the names of the folders within; none where there is no such folder."""
        ...

    def sizes(self) -> dict[str, int]:
        """Return the size in bytes of every file, in folders of it too, by name with `/`; none where there is none.

        Raises CuratorError for what is no file, such as a pipe.
        """
        ...

    def size(self, file: str) -> int | None:
        """Return the size of a file in bytes, None where it is not there. Raises CuratorError for what is no file."""
        ...

    def blocks(self, file: str, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a file from one on, in blocks."""
        ...

    def write(self, file: str, blocks: Iterable[bytes]) -> None:
        """Write a file, in the place of one that may be there; the folders above are made.

        What was cut short may be there in part.
        """
        ...

    def remove(self, file: str) -> None:
        """Remove a file; idempotent."""
        ...
