"""The store of what arrived and does not fit: items within readable annotations, and annotations nobody can read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from curator.domain.annotation import UnreadableAnnotation, annotation_name
from curator.domain.span import Problem


class Quarantine(Protocol):
    """The store of what does not fit."""

    def add(self, origin: str, document: str | None, problems: Iterable[Problem], revision: int | None = None) -> None:
        """Keep items with their causes; `revision` is the number of the revision they are part of. Idempotent."""
        ...

    def documents(self, origins: str) -> set[str]:
        """Return the documents of which anything ever came, under an origin that starts so, that did not fit."""
        ...

    def of_current(self, source: str | None = None) -> list["QuarantinedItem"]:
        """Return the items that are part of current annotations, of one source where given, by source and task."""
        ...

    def misfits(
        self, schema_hash: str, document: str | None = None, *, once: bool = False, limit: int | None = None
    ) -> list["Misfit"]:
        """Return what of current annotations does not fit, as the index of readings has it by a schema.

        By source, task, revision and place; of one document where given, the first item alone of each annotation and
        cause if `once`, and so many where limited.
        """
        ...

    def causes(self, schema_hash: str) -> dict[str, int]:
        """Return how many annotations and tasks are in quarantine by cause, by the names of the causes.

        Each counts once a cause; what cannot be read counts by its cause up to a colon, and before what does not fit.
        """
        ...

    def history(self, document: str | None = None) -> list["QuarantinedRow"]:
        """Return every item that was ever quarantined, of one document where given, oldest first."""
        ...

    def put_unreadable(self, annotation: UnreadableAnnotation) -> None:
        """Remember an annotation, or a task, that cannot be read, with its newest cause."""
        ...

    def drop_unreadable(self, source: str, task: int, key: str | None = None) -> None:
        """Forget what could not be read of a task: one annotation, or where no key is given all of it."""
        ...

    def unreadable(
        self, source: str | None = None, *, causes: Collection[str] | None = None, limit: int | None = None
    ) -> list[UnreadableAnnotation]:
        """Return what cannot be read now, by source, task and annotation.

        Of one source where given, for one of some causes, named up to a colon, where given; so many where limited.
        """
        ...


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """An item as it was quarantined: the annotation or file it was part of, and `at`, in the form of `instant`."""

    at: str
    origin: str
    document: str | None
    cause: str
    item: Any


@dataclass(frozen=True, slots=True)
class Misfit:
    """An item of a current annotation that does not fit, as it came."""

    source: str
    task: int | None
    key: str
    document: str
    cause: str
    item: Any


@dataclass(frozen=True, slots=True)
class QuarantinedItem:
    """An item of a current annotation that does not fit."""

    source: str
    task: int | None
    key: str
    document: str
    revision: int
    cause: str

    @property
    def name(self) -> str:
        """What messages call it."""
        return annotation_name(self.task, self.key)
