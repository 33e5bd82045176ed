"""The store of all projects there ever were, and of what each of them holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TaskHolding:
    """What the store holds of a task: how many current annotations, and the newest of their times of change."""

    annotations: int
    updated_at: str


class Projects(Protocol):
    """The store of projects in Label Studio, those of the past too."""

    def of_server(self, server: str) -> list[int]:
        """Return the ids of all projects that are, or ever were, ours on a server, those first remembered first."""
        ...

    def doubled(self, server: str, project: int) -> dict[str, list[int]]:
        """Return the documents that several tasks of a project hold that are not gone, each with these, ascending."""
        ...

    def documents(self, server: str, project: int, tasks: Iterable[int]) -> dict[int, str]:
        """Return the document of each of these tasks that is not gone."""
        ...

    def take_away(self, server: str, project: int, tasks: Iterable[int]) -> None:
        """Remember that tasks are no longer there by our own doing: no deletion that counts. Idempotent."""
        ...

    def holdings(self, source: str) -> dict[int, TaskHolding]:
        """Return what is held of each task of a source that has current annotations."""
        ...
