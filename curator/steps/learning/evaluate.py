"""How well a pipeline says what gold records say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.calibration import Bin, brier_score, expected_calibration_error, reliability
from curator.domain.errors import CuratorError
from curator.domain.evaluation import LayerResult, Measures, Result, results, tally
from curator.domain.scoring import Match, MatchKind, match
from curator.domain.span import Span, misfit
from curator.steps.ports.pipelines import Pipeline

UNSCORED = 0.5


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One document with the matches of its predicted spans with its gold ones, in text order."""

    id: str
    name: str
    text: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a pipeline made of gold documents, in their order, and how reliable its scores are."""

    pipeline: str
    documents: tuple[Evaluated, ...]
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
                layer: {**_value(whole), "labels": {label: _value(result) for label, result in whole.labels.items()}}
                for layer, whole in self.layers.items()
            },
            "calibration": {
                "expected_calibration_error": round(expected_calibration_error(self.bins), 4),
                "brier_score": round(self.brier, 4),
                "bins": [
                    {
                        "spans": score_bin.count,
                        "mean_score": round(score_bin.mean, 4),
                        "exact": round(score_bin.exact, 4),
                    }
                    for score_bin in self.bins
                ],
            },
        }


def evaluate(pipeline: Pipeline, records: Iterable[Mapping[str, Any]], layers: Sequence[str]) -> Evaluation:
    """Return how far a pipeline's spans are those of the records, in these layers.

    Predicted spans are matched with gold one to one, as a reviewer's corrections are; the records' own order is kept.
    Raises CuratorError for a record that is none, before anything is predicted.
    """
    known = [(record, gold_spans(record)) for record in records]
    contents = pipeline.annotate(record["text"] for record, _ in known)
    documents = tuple(
        Evaluated(
            record["id"],
            str((record.get("meta") or {}).get("title") or record["id"]),
            record["text"],
            tuple(match(_within(content.spans, layers), _within(gold, layers))),
        )
        for (record, gold), content in zip(known, contents, strict=True)
    )
    by_layer = results([tally(document.matches) for document in documents], layers)
    scored = [score_and_outcome for document in documents for score_and_outcome in _scored(document.matches)]
    return Evaluation(str(pipeline.id), documents, by_layer, tuple(reliability(scored)), brier_score(scored))


def gold_spans(record: Mapping[str, Any]) -> tuple[Span, ...]:
    """Return the spans of a record. Raises CuratorError where it is none, or a span is not where its text says."""
    known = str(record.get("id"))
    try:
        text, _ = record["text"], record["id"]
        items = [(layer, item) for layer, some in record["spans"].items() for item in some]
        spans = [Span(layer, item["start"], item["end"], item["label"]) for layer, item in items]
        words = [item.get("text") for _, item in items]
        if not isinstance(text, str) or not all(isinstance(one.label, str) for one in spans):
            raise TypeError
    except (KeyError, TypeError, AttributeError):
        remedy = "take records of an export: id, text and spans by layer, each with start, end and label"
        raise CuratorError("not a gold record", known, remedy) from None
    for span, covered in zip(spans, words, strict=True):
        if misfit(span.start, span.end, text) or covered not in (None, text[span.start : span.end]):
            raise CuratorError("gold span does not fit its text", f"{known}, {span.id}", "mend its offsets")
    return tuple(spans)


def _within(spans: Iterable[Span], layers: Sequence[str]) -> list[Span]:
    return [span for span in spans if span.layer in layers]


def _scored(matches: Iterable[Match]) -> Iterator[tuple[float, bool]]:
    """Yield the score of every predicted span, and whether it is exact."""
    for pair in matches:
        if pair.predicted is not None:
            score = UNSCORED if pair.predicted.score is None else pair.predicted.score
            yield score, pair.kind is MatchKind.EXACT


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
