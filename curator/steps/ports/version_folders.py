"""The folders that dataset versions are written to."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """The SHA-256 and the size in bytes of a file as it was written."""

    sha256: str
    size: int


class StagedVersion(Protocol):
    """A version that is written before it has a number. Every method raises CuratorError where the disk refuses."""

    def append(self, file: str, block: bytes) -> None:
        """Add to a file, which is made with its first block; it may lie in a folder of the version, named with `/`."""
        ...

    def seal(self) -> dict[str, WrittenFile]:
        """Wait until the disk has all that was added; returns the files by name. More may be added after."""
        ...

    def publish(self, number: int) -> Path:
        """Let this be the version of a number, at once and durably; returns its folder.

        Raises CuratorError where there is one of that number.
        """
        ...


class StagedFormat(Protocol):
    """A form of a version that is written before it has a name. Every method raises CuratorError as `StagedVersion`."""

    def append(self, file: str, block: bytes) -> None:
        """Add to a file, as `StagedVersion.append` does."""
        ...

    def write(self, file: str, content: bytes) -> None:
        """Make a file of its whole content, named as with `append`; there may be as many as there are documents."""
        ...

    def replace(self, name: str) -> Path:
        """Let this be the form of a name, durably, in the place of one that is there; returns its folder."""
        ...


class StagedFetch(Protocol):
    """A version that is fetched from elsewhere; what is there of it is kept until it is whole, or thrown away.

    Every method raises CuratorError as `StagedVersion`.
    """

    @property
    def storage(self) -> "VersionStorage":
        """The version as it is by now, by the name and the number that it has where it was made."""
        ...

    def size(self, file: str) -> int:
        """Return how many bytes of a file are there, 0 where none is; it may lie in a folder, named with `/`."""
        ...

    def blocks(self, file: str) -> Iterator[bytes]:
        """Yield the bytes that are there of a file, in blocks."""
        ...

    def append(self, file: str, blocks: Iterable[bytes]) -> None:
        """Add to a file; what was added by the time that `blocks` raises stays."""
        ...

    def discard(self, file: str = "") -> None:
        """Throw a file away, or all of the version where none is named; idempotent."""
        ...

    def publish(self) -> Path:
        """Let this be the version that it was staged for, at once and durably; returns its folder.

        Raises CuratorError where there is one of that number.
        """
        ...


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
        """Return the SHA-256 of every file of a version in its folder, in folders of it too, by name with `/`.

        Empty for what is no file; an empty folder's name ends with `/`. The forms that it was converted to are no part
        of it. None where there is no folder. Raises CuratorError where a file cannot be read.
        """
        ...

    def form_digests(self, name: str, number: int) -> dict[str, dict[str, str]]:
        """Return the SHA-256 of every file of every form that a version was converted to, by form and name with `/`.

        Raises CuratorError where a file cannot be read.
        """
        ...

    def stage(self, name: str) -> AbstractContextManager[StagedVersion]:
        """Give a version of a dataset without a number to write to; what was not published by the end is removed."""
        ...

    def stage_fetch(self, name: str, number: int, made_as: str, key: str) -> AbstractContextManager[StagedFetch]:
        """Give a version to fetch into, which is called `made_as` where it was made.

        What an interrupted fetching of the same `key` left behind is there. Another process that fetches it is waited
        for.
        """
        ...

    def write(self, name: str, number: int, files: Mapping[str, Iterable[bytes]]) -> Path:
        """Write a version, all or nothing. Raises CuratorError where it exists."""
        ...

    def lines(self, name: str, number: int, split: str) -> Iterator[bytes]:
        """Yield the records of a split of a version, a line each, in order. Raises CuratorError where it cannot."""
        ...

    def file_lines(self, name: str, number: int, file: str) -> Iterator[bytes]:
        """Yield the lines of a file of a version, named with `/`. Raises CuratorError where it cannot."""
        ...

    def file_blocks(self, name: str, number: int, file: str) -> Iterator[bytes]:
        """Yield the bytes of a file of a version, named with `/`, in blocks. Raises CuratorError where it cannot."""
        ...

    def lines_at(self, name: str, number: int, split: str, offsets: Iterable[int]) -> Iterator[bytes]:
        """Yield the records of a split that begin at these offsets in bytes. Raises CuratorError where it cannot."""
        ...

    def blocks(self, name: str, number: int, split: str) -> Iterator[bytes]:
        """Yield the bytes of the records of a split of a version in blocks. Raises CuratorError where it cannot."""
        ...

    def stage_format(self, name: str, number: int) -> AbstractContextManager[StagedFormat]:
        """Give a form of a version to write to; what was not published by the end is removed."""
        ...
