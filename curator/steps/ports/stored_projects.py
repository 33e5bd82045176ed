"""The store of all projects there ever were, and of what each of them holds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from curator.domain.annotation import Identity, ProjectSource
from curator.steps.ports.stored_tasks import ProjectRole


@dataclass(frozen=True, slots=True)
class TaskHolding:
    """What the store holds of a task: how many current annotations, and the newest of their times of change."""

    annotations: int
    updated_at: str


@dataclass(frozen=True, slots=True)
class KnownAnnotation:
    """A current annotation: which it is, its document, and when it was changed."""

    identity: Identity
    document: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task that is not gone: its document, and of adopted projects when it was made and the form of its raw text.

    The last two are None where nobody told.
    """

    document: str
    created_at: str | None = None
    raw_form: str | None = None


class Projects(Protocol):
    """The store of projects in Label Studio, those of the past too."""

    def of_server(self, server: str) -> list[int]:
        """Return the ids of all projects that are, or ever were, ours on a server, those first remembered first."""
        ...

    def adopted(self, server: str) -> set[int]:
        """Return the projects that were adopted from a server."""
        ...

    def role(self, server: str, project: int) -> ProjectRole | None:
        """Return what a project is for; None where it is none of ours."""
        ...

    def doubled(self, server: str, project: int) -> dict[str, list[int]]:
        """Return the documents that several tasks of a project hold that are not gone, each with these, ascending."""
        ...

    def documents(self, server: str, project: int, tasks: Iterable[int]) -> dict[int, str]:
        """Return the document of each of these tasks that is not gone."""
        ...

    def known(self, server: str, project: int, tasks: Iterable[int]) -> dict[int, StoredTask]:
        """Return those of the tasks that are not gone."""
        ...

    def take_away(self, server: str, project: int, tasks: Iterable[int]) -> None:
        """Remember that tasks are no longer there by our own doing: no deletion that counts. Idempotent."""
        ...

    def stored(self, documents: Iterable[str]) -> set[str]:
        """Return those of the documents that are in the store."""
        ...

    def annotations(self, source: str, tasks: Iterable[int]) -> dict[int, list[KnownAnnotation]]:
        """Return the current annotations of each of these tasks that has any."""
        ...

    def holdings(self, source: str) -> dict[int, TaskHolding]:
        """Return what is held of each task of a source that has current annotations."""
        ...

    def latest_tasks(self, project: ProjectSource, number: int, without: Collection[int]) -> list[int]:
        """Return the tasks whose annotations changed last, and those that came last, so many of each, by id.

        Tasks that are to be left out, or are gone, are passed over.
        """
        ...

    def note_seen(self, project: ProjectSource, seen: Mapping[int, int | None]) -> None:
        """Remember by how much the server's tasks differ from the store's.

        Each is given with the number of its annotations there, skipped and unreadable ones too, or None where it is
        not there. One of which a deletion is held is remembered even where the numbers are the same.
        """
        ...

    def uneven(self, project: ProjectSource) -> set[int]:
        """Return the tasks that are remembered to differ."""
        ...

    def expected(self, project: ProjectSource) -> tuple[int, int]:
        """Return how many tasks and annotations the server has if nothing is unknown: the store's, and what differs."""
        ...
