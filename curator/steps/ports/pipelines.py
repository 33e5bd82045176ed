"""Pipelines that annotate texts, and their training."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

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
class Trained:
    """A trained pipeline on disk and the scores its training reported on the dev split."""

    path: Path
    scores: Mapping[str, Any]


Trainer = Callable[[Path, Path, Path, Progress], Trained]
"""Trains by a config, from a version's folder, into an output folder. Raises TooLittleData and CuratorError."""
