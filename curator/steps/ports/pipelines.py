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
    def id(self) -> PipelineId: ...

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        """Yield one content per text, in order; every span has a score and a rule."""
        ...


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained pipeline on disk and the scores its training reported on the dev split."""

    path: Path
    scores: Mapping[str, Any]


Trainer = Callable[[Path, Path, Path, Progress], Trained]
"""Trains by a config, from a version's folder, into an output folder."""
