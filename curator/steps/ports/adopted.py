"""What the reading of tasks has to know of adopted projects."""

from collections.abc import Callable, Mapping
from typing import Protocol

from curator.domain.interface import Interface

InterfaceReader = Callable[[str], Interface]
"""Returns what a labelling interface, as Label Studio keeps it, shows and labels."""


class AdoptedTasks(Protocol):
    """The tasks of adopted projects of a Label Studio server, as the store knows them."""

    def is_adopted(self, project: int) -> bool:
        """Say whether a project was made by somebody else, and is read in place."""
        ...

    def documents(self, project: int, created: Mapping[int, str]) -> Mapping[int, str]:
        """Return the documents of those of the tasks, given with when they were made, that are known."""
        ...


class NothingAdopted:
    """Implements `AdoptedTasks` where no store says that anything was."""

    def is_adopted(self, project: int) -> bool:
        """Say that it was not."""
        return False

    def documents(self, project: int, created: Mapping[int, str]) -> Mapping[int, str]:
        """Return none."""
        return {}


NOTHING_ADOPTED = NothingAdopted()
