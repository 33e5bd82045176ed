"""The store of near-duplicate signatures: which documents have a key, and which documents still wait."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WaitingDocument:
    """A document whose signature is not stored: with the split it was given at ingest, if any.

    `assigned` is the sequence number at which it got its split, None where it has none yet.
    """

    document: str
    given: str | None
    assigned: int | None = None


class Signatures(Protocol):
    """The store of signatures; every document waits from when it is added until its signature is."""

    def waiting(self, documents: Sequence[str] | None = None) -> list[WaitingDocument]:
        """Return the documents, of these where given, that wait, by id."""
        ...

    def holders(self, keys: Iterable[int]) -> dict[int, list[str]]:
        """Return the documents that were added with each key, earliest first; keys that none has are left out."""
        ...

    def add(self, kept: Mapping[str, Sequence[int]]) -> None:
        """Add documents, in order, each with the keys that it is to be found by; they wait no longer.

        Raises CuratorError for a document that is there already.
        """
        ...

    def forget(self) -> None:
        """Forget every signature: all documents wait."""
        ...
