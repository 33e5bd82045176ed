"""How well a pipeline says what curated records say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curator.domain.span import Span
from curator.steps.ports import Pipeline


@dataclass(frozen=True, slots=True)
class Score:
    """Exact matches, of spans predicted and spans expected; offsets and label must both be right."""

    right: int = 0
    predicted: int = 0
    expected: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.predicted + self.expected
        return 2 * self.right / both if both else 0.0


def evaluate(pipeline: Pipeline, records: Sequence[Mapping[str, Any]], layers: Iterable[str]) -> dict[str, Score]:
    """Return the score of each layer over all records together."""
    predicted: list[set[tuple[str, int, int, str]]] = [
        {span.key for span in content.spans} for content in pipeline.annotate(record["text"] for record in records)
    ]
    expected = [set(_keys(record)) for record in records]
    scores = {}
    for layer in layers:
        mine = [{key for key in keys if key[0] == layer} for keys in predicted]
        theirs = [{key for key in keys if key[0] == layer} for keys in expected]
        scores[layer] = Score(
            right=sum(len(one & other) for one, other in zip(mine, theirs, strict=True)),
            predicted=sum(map(len, mine)),
            expected=sum(map(len, theirs)),
        )
    return scores


def mean_f1(scores: Mapping[str, Score]) -> float:
    """Return the mean F1 over the layers, which is what a model is gated by."""
    return sum(score.f1 for score in scores.values()) / len(scores) if scores else 0.0


def _keys(record: Mapping[str, Any]) -> Iterable[tuple[str, int, int, str]]:
    for layer, spans in record["spans"].items():
        for span in spans:
            yield Span(layer, span["start"], span["end"], span["label"]).key
