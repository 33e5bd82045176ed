"""The store of decisions, and of what people decided themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from curator.domain.loss import Loss
from curator.domain.span import Content


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it was made, for one set of inputs, with the name and the parameters of its policy.

    `revisions` are the numbers of the revisions it was made on, `contributors` those it was taken from; `counts` the
    spans by layer and label; `record` is the line of a dataset version, None where the document stays undecided;
    `person_decision` is the number of the person's decision that it carries out, if any.
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


@dataclass(frozen=True, slots=True)
class PersonDecision:
    """What a person, named by a key, decided of a document; `number` grows with every such decision."""

    number: int
    document: str
    person: str
    content: Content


class Decisions(Protocol):
    """The store of decisions."""

    def find(self, document: str, input_key: str) -> StoredDecision | None:
        """Return the decision on a document that was made on inputs with this digest, or None."""
        ...

    def add(self, document: str, input_key: str, decision: StoredDecision) -> None:
        """Keep a decision under the digest of its inputs. Idempotent."""
        ...

    def add_by_person(self, document: str, person: str, content: Content) -> None:
        """Append what a person decided; it takes the place of what was decided of the document before."""
        ...

    def by_person(self, document: str, as_of: int) -> PersonDecision | None:
        """Return the newest decision of a person for a document up to a sequence number."""
        ...

    def decided_by_person(self, as_of: int) -> list[str]:
        """Return the documents that a person had decided by a sequence number, by id."""
        ...
