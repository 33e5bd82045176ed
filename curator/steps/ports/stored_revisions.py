"""The store of annotations, revision by revision."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from curator.domain.annotation import Identity, Revision
from curator.domain.span import Problem


class Revisions(Protocol):
    def current(self, server: str, project: int, annotation: int) -> list[Revision]:
        """Return the newest revision of every annotation that ever had this id, tombstones among them."""
        ...

    def alive(
        self,
        server: str | None = None,
        project: int | None = None,
        as_of: int | None = None,
        document: str | None = None,
    ) -> Iterator[Revision]:
        """Yield the newest revision of every annotation that is not deleted, by document, then identity."""
        ...

    def of_task(self, server: str, project: int, task: int) -> list[Revision]:
        """Return the newest revision of every annotation of a task that is not deleted."""
        ...

    def first_seq(self, identity: Identity) -> int:
        """Return the sequence number at which an annotation first came, 0 where it never did."""
        ...

    def append(self, identity: Identity, document: str, value: Mapping[str, Any] | None) -> None:
        """Add a revision, or a tombstone where the value is None."""
        ...

    def quarantine(self, origin: str, document: str | None, problems: Iterable[Problem]) -> None: ...

    def note_gone(self, server: str, project: int, annotation: int) -> None:
        """Remember the deletion of an annotation that is not known."""
        ...

    def was_noted_gone(self, server: str, project: int, annotation: int) -> bool: ...

    def annotators(self, server: str | None = None) -> dict[tuple[str, int], str]:
        """Return the e-mail address of each known user, by server and user id."""
        ...

    def save_annotators(self, server: str, users: Mapping[int, str]) -> None: ...

    def watermark(self, server: str, project: int) -> str | None: ...

    def save_watermark(self, server: str, project: int, updated_at: str) -> None: ...
