"""The store of deletions that are held until somebody accepts them, and the counts that tell whether they are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from curator.domain.annotation import Identity, ProjectSource, annotation_name


@dataclass(frozen=True, slots=True)
class DeletedItem:
    """A task of a project, or where a key is given an annotation of it, that Label Studio no longer has."""

    task: int
    key: str = ""
    created_at: str = ""

    @property
    def is_task(self) -> bool:
        """Whether it is a task itself."""
        return not self.key

    @property
    def rank(self) -> tuple[int, int, str, str]:
        """The order within a project: by task, itself before its annotations."""
        return (self.task, len(self.key), self.key, self.created_at)

    def identity(self, source: str) -> Identity:
        """Return which annotation it is."""
        return Identity(source, self.key, self.created_at)


@dataclass(frozen=True, slots=True)
class HeldDeletion:
    """A deletion that waits to be accepted, since a time in the form of `instant`."""

    source: str
    item: DeletedItem
    document: str
    since: str

    @property
    def name(self) -> str:
        """What messages call it."""
        return annotation_name(self.item.task, self.item.key)


@dataclass(frozen=True, slots=True)
class HeldDeletions:
    """How many deletions wait to be accepted, and since when the first one, in the form of `instant`."""

    tasks: int
    annotations: int
    since: str | None


@dataclass(frozen=True, slots=True)
class DeletionTally:
    """Annotations and tasks of a project: those that are there, those deleted in a window, those held.

    What is held is there, too. `earlier` are the annotations that came before the window.
    """

    annotations: int
    deleted: int
    held: int
    earlier: int
    earlier_deleted: int
    earlier_held: int
    tasks: int
    tasks_deleted: int
    tasks_held: int


class Deletions(Protocol):
    """The store of deletions that are held."""

    def hold(self, source: str, items: Mapping[DeletedItem, str], since: str) -> None:
        """Remember deletions, each with its document; those that are held already stay as they are."""
        ...

    def release(self, source: str, items: Collection[DeletedItem]) -> None:
        """Forget deletions; those that are not held are passed over."""
        ...

    def among(self, source: str, items: Collection[DeletedItem]) -> set[DeletedItem]:
        """Return those of the items whose deletion is held."""
        ...

    def held(self, source: str | None = None) -> list[HeldDeletion]:
        """Return all that is held, of one source where given, by source, task and annotation."""
        ...

    def held_count(self, source: str | None = None) -> HeldDeletions:
        """Count all that is held, of one source where given."""
        ...

    def window_start(self, source: str, at: str) -> int:
        """Return after which sequence number deletions are counted: that of a time, or of the last acceptance since."""
        ...

    def open_window(self, source: str) -> None:
        """Let what was deleted up to this transaction count no more."""
        ...

    def tally(self, project: ProjectSource, start: int) -> DeletionTally:
        """Count what the guard goes by, in a window that starts after a sequence number."""
        ...
