"""The store of what Label Studio shows its annotators, and of what each annotation started from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from curator.domain.prediction import PipelineId


@dataclass(frozen=True, slots=True)
class StartingPrediction:
    """A prediction that an annotator began from: its number in the store, and the pipeline that made it."""

    number: int
    pipeline: PipelineId


class Lineage(Protocol):
    """The store of what was shown, and of what came of it."""

    def shown(self, server: str, project: int) -> str | None:
        """Return the pipeline whose predictions a project shows, as Label Studio names it; None where nobody looked."""
        ...

    def save_shown(self, server: str, project: int, pipeline: str) -> None:
        """Remember which pipeline's predictions a project shows from now on, empty for none. Idempotent."""
        ...

    def numbered(self, server: str, project: int, task: int, number: int) -> str | None:
        """Return the pipeline of the prediction that Label Studio knows by a number, None where nobody asked yet."""
        ...

    def save_numbered(self, server: str, project: int, task: int, number: int, pipeline: str) -> None:
        """Remember which pipeline made the prediction that Label Studio knows by a number. Idempotent."""
        ...

    def started_from(self, revisions: Iterable[int], as_of: int | None = None) -> dict[int, StartingPrediction]:
        """Return the prediction that each annotation started from, by the number of one of its revisions.

        That is the one that Label Studio reported with the annotation; where it reported none that could be looked up,
        the one of the pipeline that the project showed when the annotation first came, if the task had been given it.
        Annotations that started from none of ours, or of which nobody knows, are left out. As of a sequence number
        nothing counts that came to be known later.
        """
        ...
