"""How well the predictions of a pipeline match gold records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.calibration import Bin, brier_score, expected_calibration_error, reliability
from curator.domain.evaluation import LayerResult, Measures, Result, results, tally
from curator.domain.record import Record
from curator.domain.scoring import Match, MatchKind, match
from curator.domain.span import Span
from curator.steps.ports.pipelines import Pipeline


@dataclass(frozen=True, slots=True)
class EvaluatedDocument:
    """One document with the matches of its predicted spans with its gold ones, in text order."""

    id: str
    name: str
    text: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The matches of a pipeline's predictions with gold documents, in their order, and how reliable its scores are."""

    pipeline: str
    documents: tuple[EvaluatedDocument, ...]
    layers: Mapping[str, LayerResult]
    bins: tuple[Bin, ...] = field(default=())
    brier: float = 0.0

    @property
    def mean_f1(self) -> float:
        """The mean exact F1 over the layers, which is what a model is gated by."""
        scores = [result.tally.measures().f1 for result in self.layers.values()]
        return sum(scores) / len(scores) if scores else 0.0

    def value(self) -> dict[str, Any]:
        """Return the figures as one JSON value."""
        return {
            "pipeline": self.pipeline,
            "documents": len(self.documents),
            "layers": {
                layer: {**_value(whole), "labels": {label: _value(part) for label, part in whole.labels.items()}}
                for layer, whole in self.layers.items()
            },
            "calibration": {
                "expected_calibration_error": round(expected_calibration_error(self.bins), 4),
                "brier_score": round(self.brier, 4),
                "bins": [
                    {"spans": scored.count, "mean_score": round(scored.mean, 4), "exact": round(scored.exact, 4)}
                    for scored in self.bins
                ],
            },
        }


def evaluate(pipeline: Pipeline, records: Iterable[Record], layers: Sequence[str]) -> Evaluation:
    """Return how far a pipeline's spans are those of gold records, in these layers.

    Predicted spans are matched with gold one to one, as a reviewer's corrections are; the records' own order is kept.
    """
    gold = list(records)
    contents = pipeline.annotate(record.text for record in gold)
    documents = tuple(
        EvaluatedDocument(
            record.id,
            str(record.meta.get("title") or record.id),
            record.text,
            tuple(match(_within(content.spans, layers), _within(record.content.spans, layers))),
        )
        for record, content in zip(gold, contents, strict=True)
    )
    results_by_layer = results([tally(document.matches) for document in documents], layers)
    scored = [scored_span for document in documents for scored_span in _scored(document.matches)]
    return Evaluation(str(pipeline.id), documents, results_by_layer, tuple(reliability(scored)), brier_score(scored))


def _within(spans: Iterable[Span], layers: Sequence[str]) -> list[Span]:
    return [span for span in spans if span.layer in layers]


def _scored(matches: Iterable[Match]) -> Iterator[tuple[float, bool]]:
    """Yield the score of every predicted span, and whether it is exact."""
    for matched in matches:
        if matched.predicted is not None and matched.predicted.score is not None:
            yield matched.predicted.score, matched.kind is MatchKind.EXACT


def _value(result: Result) -> dict[str, Any]:
    counts = result.tally
    return {
        "gold": counts.gold,
        "predicted": counts.predicted,
        "exact": counts.exact,
        "boundary": counts.boundary,
        "label": counts.label,
        "missed": counts.missed,
        "spurious": counts.spurious,
        **_rounded(counts.measures()),
        "f1_interval": [round(result.interval.low, 4), round(result.interval.high, 4)],
        "partial": _rounded(counts.partial()),
    }


def _rounded(measures: Measures) -> dict[str, float]:
    return {
        "precision": round(measures.precision, 4),
        "recall": round(measures.recall, 4),
        "f1": round(measures.f1, 4),
    }
