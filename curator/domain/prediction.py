"""Predictions: the content that a pipeline gives a text."""

from dataclasses import dataclass

from curator.domain.canonical import digest
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


def adopted_pipeline(source: str, model_version: str) -> PipelineId:
    """Return the pipeline of the predictions that an adopted project has of a model version: never one of ours."""
    name = model_version or "undefined"
    return PipelineId(f"{name} (Label Studio)" if name == GIVEN else name, digest([source, model_version])[:12])


@dataclass(frozen=True, slots=True)
class Prediction:
    """Immutable: one pipeline's content for one document."""

    document: str
    pipeline: PipelineId
    content: Content

    @property
    def expected_corrections(self) -> float:
        return expected_corrections(self.content)


def expected_corrections(content: Content) -> float:
    """Return the number of spans, 0 or more, that a reviewer is expected to correct; half a span without a score."""
    return sum(1.0 - (0.5 if span.score is None else span.score) for span in content.spans)


def queue_score(expected_corrections: float) -> float:
    """Return the score that orders the annotators' queue, in which the lowest comes first: 1 / (1 + corrections).

    It falls strictly, from 1 where no correction is expected towards 0; Label Studio shows it as a percentage.
    """
    return 1.0 / (1.0 + expected_corrections)
