"""The store of annotations from elsewhere that wait for a reviewer, and of what of them was sent to Label Studio."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from curator.domain.annotation import Revision


@dataclass(frozen=True, slots=True)
class Attempt:
    """That a revision was about to be sent: to a task, and when that had changed last; neither with a new task."""

    task: int | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingReview:
    """A revision that is to be sent, the document's task in the project, if there is one, and the last attempt."""

    revision: Revision
    task: int | None
    attempt: Attempt | None


class Reviews(Protocol):
    """The store of what waits for a reviewer.

    An annotation from elsewhere waits while it is current, `for_review` and not skipped, until anybody in Label Studio
    submits one of its document after it.
    """

    def unsettled(self, server: str, project: int) -> list[str] | None:
        """Return the documents with what waits that came, or got a task, since the number last settled, by id.

        None where nothing waits, or nothing at all came since.
        """
        ...

    def waiting(self, server: str, project: int, documents: Iterable[str]) -> list[WaitingReview]:
        """Return what of the documents waits and was not sent to a project, by document, then identity; set-wise.

        An annotation that was sent with the same content before is left out.
        """
        ...

    def begin(self, server: str, project: int, attempts: Sequence[tuple[int, Attempt]]) -> None:
        """Remember, before it is done, that revisions, by number, are about to be sent."""
        ...

    def mark_sent(self, server: str, project: int, revisions: Iterable[int]) -> None:
        """Remember that revisions, by number, were sent. Idempotent."""
        ...

    def settle(self, server: str, project: int, seq: int) -> None:
        """Remember that nothing up to a sequence number is left to be sent. Idempotent."""
        ...
