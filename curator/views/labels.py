"""What became of predicted spans, label by label."""

from dataclasses import dataclass

from curator.domain.scoring import MatchCounts


@dataclass(frozen=True, slots=True)
class LabelMatches:
    """One label of a pipeline: how often it was predicted in all, and what became of the spans that were shown."""

    layer: str
    label: str
    predicted: int
    matches: MatchCounts


@dataclass(frozen=True, slots=True)
class PipelineMatches:
    """One pipeline: how many documents it predicted, how many annotations started from it, and its labels."""

    pipeline: str
    documents: int
    annotations: int
    labels: tuple[LabelMatches, ...]


@dataclass(frozen=True, slots=True)
class LabelReport:
    """The pipelines, newest first; `waiting` predictions and annotations are left to count while `counting` goes on."""

    pipelines: tuple[PipelineMatches, ...]
    counting: bool
    waiting: int
