"""What predicts the tasks that Label Studio asks about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from curator.domain.errors import CuratorError
from curator.steps.ports.label_server import NewPrediction

Labels = Mapping[str, frozenset[str]]
"""The labels of each layer that a labelling interface takes."""


class PipelineNotReady(CuratorError):
    """The pipeline is not loaded yet; asking again in some seconds helps."""


@dataclass(frozen=True, slots=True)
class AskedTask:
    """A task that a prediction is asked for: its text as Label Studio holds it and our key, where it has them."""

    text: str | None
    document: str | None


class Predictor(Protocol):
    """Predicts tasks. Every method raises CuratorError where it cannot, now."""

    def version(self) -> str:
        """Return the pipeline as Label Studio names it, soon or not at all."""
        ...

    def predict(self, task: AskedTask, labels: Labels | None = None) -> NewPrediction:
        """Return the prediction of a task, its offsets those of the text as it was asked for."""
        ...
