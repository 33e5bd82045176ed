"""The store of dataset versions: what they are, and what their folders are written from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VersionFile:
    """A file of a version: its SHA-256, its size in bytes, and its content; None where records give its lines."""

    sha256: str
    size: int
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A dataset version as the store has it.

    `as_of` is the sequence number at which it shows the store, `retrospective` says that somebody asked for that past;
    `files` are all files of its folder, by name. A version without any was exported before the store kept them: its
    number and its digest count, and its folder cannot be written again. One that was `fetched_from` an address is of
    another store: it shows this one at no moment, its files are known by hash and size alone, and the address can give
    them again. `created_at` is when the store had it, in the form of `instant`.
    """

    dataset: str
    number: int
    digest: str
    as_of: int
    retrospective: bool = False
    files: Mapping[str, VersionFile] = field(default_factory=dict)
    fetched_from: str = ""
    created_at: str = field(default="", compare=False)

    @property
    def reproducible(self) -> bool:
        """Whether the folder can be written again from the store."""
        return bool(self.files) and not self.fetched_from

    def __str__(self) -> str:
        """Return the name that a version is cited by."""
        return f"{self.dataset}@{self.number}"


@dataclass(frozen=True, slots=True)
class StoredTag:
    """A version, by its number, that a tag of its dataset was set to, and when, in the form of `instant`."""

    dataset: str
    name: str
    number: int
    at: str


class Versions(Protocol):
    """The store of dataset versions; none ever changes. Tags, which do, keep all that they were set to."""

    def all(self, dataset: str | None = None) -> list[StoredVersion]:
        """Return the versions, of one dataset where given, by dataset and number, without the contents of files."""
        ...

    def find(self, dataset: str, number: int) -> StoredVersion | None:
        """Return a version, as `all` does, or None where there is none of this number."""
        ...

    def add(self, version: StoredVersion, records: Iterable[tuple[str, int]]) -> None:
        """Add a version with the splits and the numbers of its decisions, in the order of its records.

        Raises CuratorError where the dataset has a version of this number.
        """
        ...

    def tag(self, dataset: str, name: str, number: int) -> None:
        """Set a tag of a dataset to a version; where it is set to that already nothing is written."""
        ...

    def tags(self, dataset: str | None = None) -> list[StoredTag]:
        """Return what the tags, of one dataset where given, are set to, by dataset and name."""
        ...

    def tagged(self, dataset: str, name: str) -> int | None:
        """Return the number of the version that a tag of a dataset is set to, None where there is no such tag."""
        ...

    def tag_history(self, dataset: str | None = None) -> list[StoredTag]:
        """Return all that the tags, of one dataset where given, were ever set to, oldest first."""
        ...

    def content(self, version: StoredVersion, file: str) -> bytes:
        """Return the content of a file of a version, empty where records give its lines."""
        ...

    def decisions(self, version: StoredVersion, split: str) -> Iterator[int]:
        """Yield the numbers of the decisions of a split of a version, in the order of its records."""
        ...

    def lines(self, version: StoredVersion, split: str) -> Iterator[Sequence[bytes]]:
        """Yield the records of a split of a version, some at a time, in order, as they were decided then."""
        ...
