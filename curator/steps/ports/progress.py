"""How long work reports its progress."""

from typing import Protocol


class Progress(Protocol):
    """Told of every step of long work."""

    def __call__(self, done: int, total: int | None) -> None:
        """Take in how many steps are done, of how many where that is known; never raises."""
        ...
