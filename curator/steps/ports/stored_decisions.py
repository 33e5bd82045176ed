"""The store of decisions, dataset versions and models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it was made; `record` is None where the document stays undecided."""

    result: Mapping[str, Any]
    record: bytes | None


class Decisions(Protocol):
    def find(self, document: str, input_key: str) -> StoredDecision | None: ...

    def add(self, document: str, input_key: str, policy: str, decider: str, decision: StoredDecision) -> None: ...

    def add_version(self, dataset: str, number: int, digest: str, as_of: int) -> None:
        """Remember a version. Idempotent."""
        ...

    def add_model(self, name: str, dataset: str, version: int, path: str, scores: Mapping[str, Any]) -> None: ...

    def model_scores(self, name: str) -> dict[str, Any] | None:
        """Return the scores of the newest model of a name, or None where there is none."""
        ...
