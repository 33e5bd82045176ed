"""The store as a whole: transactions, sequenced settings, leases."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from curator.steps.ports.stored_decisions import Decisions
from curator.steps.ports.stored_documents import Documents
from curator.steps.ports.stored_models import Models
from curator.steps.ports.stored_quarantine import Quarantine
from curator.steps.ports.stored_revisions import Revisions
from curator.steps.ports.stored_tasks import Tasks
from curator.steps.ports.stored_versions import Versions


class SequencedSettings(Protocol):
    """Settings that are sequenced, so that any past value can be read again."""

    def get(self, name: str, as_of: int | None = None) -> Any:
        """Return the value a setting had, or None where it had none."""
        ...

    def put(self, name: str, value: Any) -> None:
        """Set a value; where it has this value already nothing is written."""
        ...


class Transaction(Protocol):
    """One consistent view of the store; in a writing one, all or nothing, `seq` is its number."""

    @property
    def seq(self) -> int: ...

    @property
    def documents(self) -> Documents: ...

    @property
    def tasks(self) -> Tasks: ...

    @property
    def revisions(self) -> Revisions: ...

    @property
    def quarantine(self) -> Quarantine: ...

    @property
    def decisions(self) -> Decisions: ...

    @property
    def versions(self) -> Versions: ...

    @property
    def models(self) -> Models: ...

    @property
    def settings(self) -> SequencedSettings: ...

    def seq_at(self, at: str) -> int:
        """Return the last sequence number at or before a time in the form of `instant`; 0 before the first."""
        ...

    def receipt(self, delivery: str) -> str | None:
        """Return what came of a delivery that was applied, None for any other."""
        ...

    def add_receipt(self, delivery: str, outcome: str) -> None: ...

    def counts(self) -> dict[str, Any]: ...


class Store(Protocol):
    def reading(self) -> AbstractContextManager[Transaction]: ...

    def writing(self) -> AbstractContextManager[Transaction]: ...

    def lease(self, name: str, holder: str, seconds: float) -> bool:
        """Take or renew a lease; returns whether the holder has it now."""
        ...

    def release(self, name: str, holder: str) -> None: ...
