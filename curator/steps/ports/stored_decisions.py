"""The store of decisions, and of what people decided themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from curator.domain.loss import Loss
from curator.domain.span import Content


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it was made, for one set of inputs, with the name and the parameters of its policy.

    `revisions` are the numbers of the revisions it was made on, `contributors` those it was taken from; `counts` the
    spans by layer and label; `record` is the line of a dataset version, None where the document stays undecided;
    `person_decision` is the number of the person's decision that it carries out, if any; `filters` are those that
    shaped it, as a JSON value. Where each annotation has a record, `record` is the lines of all.
    """

    policy: str
    parameters: Mapping[str, Any]
    decider: str
    revisions: tuple[int, ...]
    contributors: tuple[int, ...]
    losses: tuple[Loss, ...]
    counts: Mapping[str, Mapping[str, int]]
    record: bytes | None
    person_decision: int | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision with the number that it has in the store."""

    number: int
    decision: StoredDecision


@dataclass(frozen=True, slots=True)
class PersonDecision:
    """What a person, named by a key, decided of a document; `number` grows with every such decision."""

    number: int
    document: str
    person: str
    content: Content


class Decisions(Protocol):
    """The store of decisions."""

    def find(self, keys: Mapping[str, str]) -> dict[str, KeptDecision]:
        """Return the decisions made on inputs with these digests, by document; where there is none it is left out."""
        ...

    def add(self, decisions: Mapping[str, tuple[str, StoredDecision]]) -> dict[str, KeptDecision]:
        """Keep decisions by document, each with the digest of its inputs, and return them as they are kept.

        Idempotent: what was decided before on the same inputs holds and is returned.
        """
        ...

    def record_digests(self, numbers: Iterable[int]) -> dict[str, bytes]:
        """Return the SHA-256 of the record of each of some decisions that has one, by document."""
        ...

    def add_by_person(self, document: str, person: str, content: Content) -> None:
        """Append what a person decided; it takes the place of what was decided of the document before."""
        ...

    def by_person(self, document: str, as_of: int) -> PersonDecision | None:
        """Return the newest decision of a person for a document up to a sequence number."""
        ...

    def by_people(self, documents: Iterable[str], as_of: int) -> dict[str, PersonDecision]:
        """Return the newest decision of a person for each of the documents that has one up to a sequence number."""
        ...
