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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A document that its tool says to leave out: its answer is none."""

    name: str
    cause: str


class Reader(Protocol):
    """Finds the documents in files, folders, globs and standard input."""

    def read(self, paths: Sequence[str]) -> Iterator[RawDocument | LeftOut | Refused]:
        """Yield every document, in the order of the paths and sorted within folders; never raises for an input.

        What cannot be taken in, a path with nothing there too, comes as a refusal in its place; without paths nothing
        comes. No text is blank, and the digest is that of the bytes it was read from.
        """
        ...


@dataclass(frozen=True, slots=True)
class Detected:
    """A text's most likely language, and others that it may as well be in; ISO 639-1 codes, `und` for none."""

    code: str
    rivals: frozenset[str] = frozenset()


class Language(Protocol):
    """Detects the language of a text."""

    def __call__(self, text: str) -> Detected:
        """Return the language of most of a text; `und` without rivals where it has no letter.

        The shorter a text, the more rivals it has; a paragraph of news has none, or next relatives only. The same text
        always has the same languages.
        """
        ...


class Nearness(Protocol):
    """Finds near-duplicates: a small signature to look candidates up by, and an exact measure."""

    @property
    def scheme(self) -> str:
        """What signatures are made by; those of different schemes have nothing to do with each other."""
        ...

    def signature(self, text: str) -> list[int]:
        """Return the keys that a text is found by: distinct signed 32-bit integers, one at least.

        The number of keys is bounded, however long the text. Near-duplicates all but always share a sixteenth of
        theirs. The same text always has the same signature.
        """
        ...

    def near(self, left: str, right: str) -> bool:
        """Say whether two texts are near-duplicates, in whichever order; every text is one of itself."""
        ...
