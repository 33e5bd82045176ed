"""The store of dataset versions."""

from typing import Protocol


class Versions(Protocol):
    """The store of dataset versions."""

    def add(self, dataset: str, number: int, digest: str, as_of: int) -> None:
        """Remember a version and the sequence number it shows the store at. Idempotent."""
        ...
