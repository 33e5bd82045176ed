"""The files of dataset versions, one by one, as they are on the disk."""

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from curator.steps.ports.version_folders import WrittenFile


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file at its beginning, with its size in bytes and the SHA-256 of what it holds; closed by who is given it."""

    stream: BinaryIO
    size: int
    sha256: str


class VersionFiles(Protocol):
    """Reads files of versions and of the forms that they were converted to; no link in a version is followed.

    What a file holds is hashed once for as long as the file is not written to. Every method raises CuratorError where
    the disk refuses.
    """

    def open(self, name: str, number: int, file: str, size: int | None = None) -> OpenFile | None:
        """Open a file of a version, named with `/`; those of a form lie under `formats/FORM/`.

        None where there is none, where its name is no plain one, and where it has not the size that is given.
        """
        ...

    def forms(self, name: str, number: int) -> list[str]:
        """Return the forms that a version was converted to, by name."""
        ...

    def form_files(self, name: str, number: int, form: str, after: str, most: int) -> dict[str, WrittenFile]:
        """Return so many files of a form of a version at most, by name, named with `/`, that come after a name.

        None where there is no such form.
        """
        ...
