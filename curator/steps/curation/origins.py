"""Where annotations come from: what each started from, and what to call the people who made them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from curator.domain.annotation import Revision, fallback_name
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_lineage import StartingPrediction


@dataclass(frozen=True, slots=True)
class Origins:
    """What annotations started from, by the numbers of their revisions, and the names of annotators by key."""

    started_from: Mapping[int, StartingPrediction]
    names: Mapping[str, str] = field(default_factory=dict)

    def pipeline(self, revision: int) -> str | None:
        """Return the pipeline (name@digest) that an annotation started from, None where that is nothing of ours."""
        start = self.started_from.get(revision)
        return None if start is None else str(start.pipeline)

    def name(self, annotator: str) -> str:
        """Return what to call an annotator of this key."""
        return self.names.get(annotator, fallback_name(annotator))


def origins_of(transaction: Transaction, revisions: Iterable[Revision], as_of: int, *, named: bool) -> Origins:
    """Return the origins of annotations, each given by its newest revision, as of a sequence number; set-wise.

    The names are those known then, none unless they are asked for by `named`.
    """
    numbers = [revision.number for revision in revisions]
    names = transaction.revisions.annotators(as_of) if named else {}
    return Origins(transaction.lineage.started_from(numbers, as_of), names)
