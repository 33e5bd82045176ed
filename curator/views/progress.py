"""How far documents and annotators have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DocumentState(StrEnum):
    """How far a document has come; every document is in exactly one state.

    Reviewed ones have a decision of the policy in force on their current annotations, or one of a person; undecided
    ones have been submitted and have none; of skipped ones nobody has submitted anything.
    """

    NO_TASK = "no-task"
    WAITING = "waiting"
    REVIEWED = "reviewed"
    SKIPPED = "skipped"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class AnnotatorProgress:
    """What a person's current annotations amount to; `seconds` is the lead time of the `timed` ones together."""

    name: str
    reviewed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    timed: int = 0
    last_activity: str | None = None

    @property
    def mean_lead_time(self) -> float | None:
        return self.seconds / self.timed if self.timed else None


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """How far the documents have come; `days` are the dates with submitted annotations and their number, ascending."""

    documents: Mapping[DocumentState, int]
    annotators: tuple[AnnotatorProgress, ...]
    days: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(self.documents.values())
