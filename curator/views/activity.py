"""Deliveries, dataset versions and models, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery, without its body; `applied_at` is unknown where it was not applied."""

    number: int
    received_at: str
    state: str
    cause: str
    size: int
    applied_at: str | None

    @property
    def lag(self) -> float | None:
        """The seconds from received to applied."""
        if self.applied_at is None:
            return None
        passed = datetime.fromisoformat(self.applied_at) - datetime.fromisoformat(self.received_at)
        return max(passed.total_seconds(), 0.0)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The number of deliveries by state, and the last ones and the last dead ones, newest first."""

    counts: Mapping[str, int]
    last: tuple[DeliveryView, ...]
    dead: tuple[DeliveryView, ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """A dataset version."""

    dataset: str
    number: int
    digest: str
    made_at: str


@dataclass(frozen=True, slots=True)
class ModelView:
    """A trained model with the scores its training reported on the dev split."""

    name: str
    dataset: str
    version: int
    made_at: str
    scores: Mapping[str, Any]
