"""The store of trained models."""

from collections.abc import Mapping
from typing import Any, Protocol


class Models(Protocol):
    """The store of trained models."""

    def add(self, name: str, dataset: str, version: int, path: str, scores: Mapping[str, Any]) -> None:
        """Register a model that was trained from a dataset version; the newest one of a name holds. Idempotent."""
        ...

    def scores(self, name: str) -> dict[str, Any] | None:
        """Return the scores of the newest model of a name, or None where there is none."""
        ...
