"""The index of how current annotations read, and of what became of the predictions that they started from."""

from typing import Protocol


class Readings(Protocol):
    """The index of readings; it follows what the store holds in short transactions, oldest change first."""

    def catch_up(self, batches: int | None = None, *, wait: bool = True) -> int:
        """Take in what changed since the last time; returns how many changes are left.

        All of them, or where `batches` is given so many transactions' worth at most. Where `wait` is false, nothing is
        done while others write. Idempotent. Raises StoreUnavailable.
        """
        ...

    def waiting(self) -> int:
        """Return how many predictions and annotations are not taken in yet, 0 before there is a schema."""
        ...

    def rebuild(self) -> None:
        """Make the index anew from all that the store holds."""
        ...
