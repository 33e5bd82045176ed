"""Documents from outside: what reads them, detects their language and finds their near-duplicates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from curator.domain.document import RawDocument
from curator.domain.errors import CuratorError


@dataclass(frozen=True, slots=True)
class Refused:
    """An input that was refused, by name, with the reason."""

    name: str
    error: CuratorError


class Reader(Protocol):
    """Finds the documents in files, folders, globs and standard input."""

    def read(self, paths: Sequence[str]) -> Iterator[RawDocument | Refused]:
        """Yield every document, in the order of the paths and sorted within folders; refusals come as values."""
        ...


class Language(Protocol):
    """Detects the language of a text."""

    def __call__(self, text: str) -> str:
        """Return an ISO 639-1 code."""
        ...


class Nearness(Protocol):
    """Finds near-duplicates: a cheap signature to look candidates up by, and an exact measure."""

    def bands(self, text: str) -> list[int]:
        """Return the signature as one signed 64-bit integer per band; texts that share any are candidates."""
        ...

    def near(self, left: str, right: str) -> bool:
        """Say whether two texts are near-duplicates."""
        ...
