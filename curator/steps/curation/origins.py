"""Where annotations come from: what each started from, who worked on it, and what these people are called."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from curator.domain.annotation import fallback_name
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_lineage import StartingPrediction


@dataclass(frozen=True, slots=True)
class Origins:
    """What annotations started from and who worked on them, by the numbers of their revisions; names by key.

    `people` are the authors and all who ever changed an annotation; None stands for an author who is not known.
    """

    started_from: Mapping[int, StartingPrediction]
    people: Mapping[int, frozenset[str | None]]
    names: Mapping[str, str]

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


def origins_of(transaction: Transaction, revisions: Collection[int], as_of: int, names: Mapping[str, str]) -> Origins:
    """Return the origins of annotations, each given by its newest revision, as of a sequence number; set-wise."""
    return Origins(transaction.lineage.started_from(revisions, as_of), transaction.revisions.people(revisions), names)
