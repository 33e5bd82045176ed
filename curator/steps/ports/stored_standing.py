"""The store's index of the decisions that hold."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from curator.domain.loss import Loss
from curator.steps.ports.stored_decisions import KeptDecision


class StandingDocument(NamedTuple):
    """A document with the decision that holds of it, as an export takes it.

    Without `holds` nobody knows which does, and nothing else but `split` and `reason`, those of its assignment, says
    anything. `decision` is the decision's number, None where the document has nothing to decide on, and `recorded`
    says whether that made a record.
    """

    document: str
    holds: bool
    decision: int | None
    recorded: bool
    split: str | None
    reason: str | None
    record: bytes | None
    counts: Mapping[str, Mapping[str, int]]
    losses: tuple[Loss, ...]


class Standing(Protocol):
    """The index of the decisions that hold, of all documents that ever were annotated or decided by a person.

    A decision holds in a `context`, the digest of all that shapes it beside the document, from the change of the
    document that it followed until the next one, be it an annotation, what a person decides, a source, what comes to be
    known of how an annotation began, or another name of who made it: whatever stores such a change ends it.
    """

    def documents(self, after: str, limit: int) -> list[str]:
        """Return the first of the documents after an id, at most so many, in order."""
        ...

    def undecided(self, context: str, as_of: int, after: str, limit: int) -> list[str]:
        """Return the first documents after an id of which no decision is known to hold at a sequence number."""
        ...

    def hold(self, context: str, as_of: int, decisions: Mapping[str, KeptDecision | None]) -> None:
        """Let decisions hold that were made as of a sequence number, None where there was nothing to decide on.

        Of documents that changed since, nothing is kept.
        """
        ...

    def page(self, context: str, as_of: int, after: str, limit: int) -> list[StandingDocument]:
        """Return the first documents after an id with what holds at a sequence number, at most so many, in order."""
        ...

    def lossy(self, context: str, as_of: int, after: str, limit: int) -> list[StandingDocument]:
        """Return as `page` does those that a version cannot hold whole, with a record where they have no split."""
        ...

    def records(self, context: str, as_of: int) -> Iterator[tuple[str, int]]:
        """Yield split and decision of every document that has both and a record, by the order of the documents."""
        ...

    def rebuild(self) -> int:
        """Make the index anew, with nothing decided; returns how many documents there are."""
        ...
