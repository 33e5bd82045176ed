"""Where annotations come from: what each started from, who worked on it, and what these people are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from curator.domain.annotation import Revision, fallback_name
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_lineage import StartingPrediction


@dataclass(frozen=True, slots=True)
class Origins:
    """What annotations started from and who worked on them, by the numbers of their revisions; names by key.

    `people` are the authors and all who ever changed an annotation; None stands for an author who is not known.
    """

    started_from: Mapping[int, StartingPrediction]
    people: Mapping[int, frozenset[str | None]]
    names: Mapping[str, str] = field(default_factory=dict)

    def pipeline(self, revision: int) -> str | None:
        """Return the pipeline (name@digest) that an annotation started from, None where that is nothing of ours."""
        start = self.started_from.get(revision)
        return None if start is None else str(start.pipeline)

    def people_of(self, revisions: Iterable[int]) -> set[str | None]:
        """Return all who worked on any of these annotations."""
        return {person for number in revisions for person in self.people[number]}

    def name(self, annotator: str) -> str:
        """Return what to call an annotator of this key."""
        return self.names.get(annotator, fallback_name(annotator))


def origins_of(transaction: Transaction, revisions: Iterable[Revision], as_of: int, *, named: bool) -> Origins:
    """Return the origins of annotations, each given by its newest revision, as of a sequence number; set-wise.

    The names are those known then, none unless they are asked for by `named`.
    """
    numbers = [revision.number for revision in revisions]
    names = transaction.revisions.annotators(as_of) if named else {}
    return Origins(transaction.lineage.started_from(numbers, as_of), transaction.revisions.people(numbers), names)
