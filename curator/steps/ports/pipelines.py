"""Pipelines that annotate texts, and their training."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from curator.domain.loss import Loss
from curator.domain.prediction import PipelineId
from curator.domain.span import Content
from curator.steps.ports.progress import Progress


class Pipeline(Protocol):
    """A pipeline that annotates texts."""

    @property
    def id(self) -> PipelineId:
        """The name of the pipeline, and the digest of all that shapes its output."""
        ...

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        """Yield one content per text, in order, taking texts some at a time as contents are asked for.

        Every span covers characters of its text, none of them blank at its edges, and has a score from 0 to 1 and a
        rule; spans come in `span_order`. Relations lie between them. The same text always has the same content.
        """
        ...


PipelineInForce = Callable[[float], Pipeline]
"""Returns the pipeline in force.

Raises PipelineNotReady where it is not loaded within so many seconds, CuratorError where it cannot be loaded.
"""


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A dataset version as models name it: its number, and the digest of all that it is."""

    name: str
    number: int
    digest: str

    def __str__(self) -> str:
        """Return NAME-vN."""
        return f"{self.name}-v{self.number}"


@dataclass(frozen=True, slots=True)
class Training:
    """What is trained from and where to: a configuration, a folder with train and dev records, a new folder.

    `dataset` is None for a folder that is no version. `replace` says that what lies at `out` may be replaced.
    """

    config: Path
    records: Path
    out: Path
    dataset: DatasetVersion | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained pipeline on disk and the scores its training reported on the dev split.

    `losses` are the spans of train and dev that it could not learn from or be measured on. `unchanged` where it was
    there already, trained from the same.
    """

    path: Path
    scores: Mapping[str, Any]
    losses: tuple[Loss, ...] = ()
    unchanged: bool = False


Trainer = Callable[[Training, Progress], Trained]
"""Trains a pipeline, or returns the one that an earlier training left whole where it may replace it.

What has its name is whole, however a training ended. Raises TooLittleData, and CuratorError where another process
trains to the same folder now, or where something lies there that may not be replaced.
"""
