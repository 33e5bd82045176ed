"""What the reading of tasks has to know of adopted projects."""

from collections.abc import Callable, Mapping
from typing import Protocol

from curator.domain.interface import Interface
from curator.steps.ports.stored_projects import StoredTask

InterfaceReader = Callable[[str], Interface]
"""Returns what a labelling interface, as Label Studio keeps it, shows and labels."""


class AdoptedTasks(Protocol):
    """The tasks of adopted projects of a Label Studio server, as the store knows them."""

    def is_adopted(self, project: int) -> bool:
        """Say whether a project was made by somebody else, and is read in place."""
        ...

    def known(self, project: int, created: Mapping[int, str]) -> Mapping[int, StoredTask]:
        """Return those of the tasks, given with when they were made, that are known."""
        ...


class NothingAdopted:
    """Implements `AdoptedTasks` where no store says that anything was."""

    def is_adopted(self, project: int) -> bool:
        """Say that it was not."""
        return False

    def known(self, project: int, created: Mapping[int, str]) -> Mapping[int, StoredTask]:
        """Return none."""
        return {}


NOTHING_ADOPTED = NothingAdopted()
