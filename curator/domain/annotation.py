"""Annotations: what a person said of a text, revision by revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What tells one annotation from every other, also where a server re-uses ids."""

    server: str
    project: int
    annotation: int
    created_at: str


@dataclass(frozen=True, slots=True)
class AnnotationState:
    """An annotation as Label Studio held it at one moment; times are UTC in the form of `instant`.

    `result` is Label Studio's own list of result items, as it came.
    """

    identity: Identity
    task: int
    annotator: int | None
    updated_by: int | None
    updated_at: str
    skipped: bool
    ground_truth: bool
    lead_time: float | None
    parent_prediction: int | None
    result: list[Any]

    def value(self) -> dict[str, Any]:
        """Return the JSON value that is stored; `state_from_value` reads it back."""
        return {
            "task": self.task,
            "annotator": self.annotator,
            "updated_by": self.updated_by,
            "updated_at": self.updated_at,
            "skipped": self.skipped,
            "ground_truth": self.ground_truth,
            "lead_time": self.lead_time,
            "parent_prediction": self.parent_prediction,
            "result": self.result,
        }


def state_from_value(identity: Identity, value: Mapping[str, Any]) -> AnnotationState:
    """Return the state that `AnnotationState.value` wrote."""
    return AnnotationState(identity=identity, **value)


@dataclass(frozen=True, slots=True)
class Revision:
    """One accepted state of an annotation of a document, or its tombstone; `number` grows with every revision."""

    number: int
    identity: Identity
    document: str
    state: AnnotationState | None

    @property
    def deleted(self) -> bool:
        return self.state is None


@dataclass(frozen=True, slots=True)
class TaskRef:
    """A task as Label Studio told of it: its id, our own key in its data, and its text."""

    server: str
    project: int
    task: int
    document: str | None
    text: str | None


def instant(value: str | datetime) -> str:
    """Return a time as UTC with microseconds, in a form that sorts as text: 2026-11-22T01:49:00.000000Z.

    A time without a zone is taken as UTC. Raises ValueError for what is no ISO 8601 time.
    """
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{value} is out of range in UTC") from error
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
