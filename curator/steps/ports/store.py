"""The store as a whole: transactions, sequenced settings, leases."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from curator.steps.ports.stored_decisions import Decisions
from curator.steps.ports.stored_deletions import Deletions
from curator.steps.ports.stored_documents import Documents
from curator.steps.ports.stored_lineage import Lineage
from curator.steps.ports.stored_models import Models
from curator.steps.ports.stored_projects import Projects
from curator.steps.ports.stored_quarantine import Quarantine
from curator.steps.ports.stored_reviews import Reviews
from curator.steps.ports.stored_revisions import Revisions
from curator.steps.ports.stored_signatures import Signatures
from curator.steps.ports.stored_standing import Standing
from curator.steps.ports.stored_tasks import Tasks
from curator.steps.ports.stored_tokens import Tokens
from curator.steps.ports.stored_versions import Versions


class SequencedSettings(Protocol):
    """The store of settings, any JSON, sequenced, so that every past value can be read again."""

    def get(self, name: str, as_of: int | None = None) -> Any:
        """Return the value of a setting, now or at a sequence number, or None where it had none."""
        ...

    def first(self, name: str) -> Any:
        """Return the first value that a setting had, or None where it never had any."""
        ...

    def put(self, name: str, value: Any) -> None:
        """Set a value; where it has this value already nothing is written."""
        ...


class Transaction(Protocol):
    """One consistent view of the store; in a writing one, all or nothing, `seq` is its number."""

    @property
    def seq(self) -> int:
        """The number of this writing transaction; in a reading one that of the last one it sees, 0 before the first."""
        ...

    @property
    def documents(self) -> Documents:
        """The documents."""
        ...

    @property
    def signatures(self) -> Signatures:
        """The signatures that near-duplicates are found by."""
        ...

    @property
    def tasks(self) -> Tasks:
        """The projects and tasks in Label Studio."""
        ...

    @property
    def projects(self) -> Projects:
        """All projects in Label Studio, and what is held of each."""
        ...

    @property
    def revisions(self) -> Revisions:
        """The annotations."""
        ...

    @property
    def reviews(self) -> Reviews:
        """What waits for a reviewer, and what of it was sent."""
        ...

    @property
    def deletions(self) -> Deletions:
        """The deletions that are held."""
        ...

    @property
    def lineage(self) -> Lineage:
        """What was shown in Label Studio, and what annotations started from."""
        ...

    @property
    def quarantine(self) -> Quarantine:
        """What does not fit."""
        ...

    @property
    def decisions(self) -> Decisions:
        """The decisions."""
        ...

    @property
    def standing(self) -> Standing:
        """The index of the decisions that hold."""
        ...

    @property
    def versions(self) -> Versions:
        """The dataset versions."""
        ...

    @property
    def models(self) -> Models:
        """The trained models."""
        ...

    @property
    def settings(self) -> SequencedSettings:
        """The settings."""
        ...

    @property
    def tokens(self) -> Tokens:
        """The tokens."""
        ...

    def seq_at(self, at: str) -> int:
        """Return the last sequence number at or before a time in the form of `instant`; 0 before the first.

        A writing transaction sees its own too: for a time before that one the answer is the same ever after.
        """
        ...

    def receipts(self, deliveries: Collection[str]) -> dict[str, str]:
        """Return what came of those of the deliveries that were applied, by id."""
        ...

    def add_receipts(self, outcomes: Mapping[str, str]) -> None:
        """Keep what came of deliveries, by id; the first outcome of each holds."""
        ...

    def counts(self) -> dict[str, Any]:
        """Return the number of rows of each kind, by name."""
        ...


@dataclass(frozen=True, slots=True)
class Fence:
    """A lease as a holder took it; `epoch` grows by one with every taking, not with a renewal."""

    name: str
    holder: str
    epoch: int


class Store(Protocol):
    """The store. Every method raises CuratorError where the database fails."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """Open one consistent view, which no writer delays or changes."""
        ...

    def writing(self, fence: Fence | None = None) -> AbstractContextManager[Transaction]:
        """Open the only writing transaction there is at a time; others wait.

        Its `seq` is one more than that of the one before, and its time is later. It is committed at the end; any
        exception rolls it back and goes on, and its number is given out again. With a fence, LeaseLost is raised where
        the lease was given back or taken by another since, and until the end nobody can take it.
        """
        ...

    def writing_if_free(self, lease: str) -> AbstractContextManager[Transaction | None]:
        """Open a writing transaction as `writing` does while nobody has a lease, which nobody can take until its end.

        Where somebody has it there is None instead, and nothing is written.
        """
        ...

    def lease(self, name: str, holder: str, seconds: float) -> Fence | None:
        """Take or renew a lease for so many seconds on the clock of the database; None where another has it.

        Of several holders one has it, until it releases it or its time is over and another takes it.
        """
        ...

    def lease_holder(self, name: str) -> str:
        """Return who has a lease now, empty where nobody has."""
        ...

    def release(self, name: str, holder: str) -> None:
        """Give a lease back; nothing happens where the holder does not have it."""
        ...


StoreOpener = Callable[[], Store]
"""Returns the store, opened when it is first asked for. Raises CuratorError where it cannot be opened."""
