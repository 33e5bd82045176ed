"""Where annotations come from: what each started from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from curator.domain.annotation import Revision
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_lineage import StartingPrediction


@dataclass(frozen=True, slots=True)
class Origins:
    """What annotations started from, by the numbers of their revisions; None where that is nothing of ours."""

    started_from: Mapping[int, StartingPrediction]

    def pipeline(self, revision: int) -> str | None:
        """Return the pipeline (name@digest) that an annotation started from."""
        start = self.started_from.get(revision)
        return None if start is None else str(start.pipeline)


def origins_of(transaction: Transaction, revisions: Iterable[Revision], as_of: int) -> Origins:
    """Return the origins of annotations, each given by its newest revision, as of a sequence number; set-wise."""
    numbers = [revision.number for revision in revisions]
    return Origins(transaction.lineage.started_from(numbers, as_of))
