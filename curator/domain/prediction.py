"""Predictions: the content that a pipeline gives a text."""

from dataclasses import dataclass

from curator.domain.span import Content

GIVEN = "given"
"""The pipeline name under which spans that arrived with a document are kept."""


@dataclass(frozen=True, slots=True)
class PipelineId:
    """A pipeline's name and the digest of everything that shapes its output."""

    name: str
    digest: str

    def __str__(self) -> str:
        return f"{self.name}@{self.digest}"


@dataclass(frozen=True, slots=True)
class Prediction:
    """Immutable: one pipeline's content for one document.

    `score` orders the annotators' queue: minus the expected number of corrections, so lower comes first.
    """

    document: str
    pipeline: PipelineId
    content: Content

    @property
    def score(self) -> float:
        return -sum(1.0 - (0.5 if span.score is None else span.score) for span in self.content.spans)
