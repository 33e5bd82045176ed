"""How far predicted spans are those of gold: counts, precision, recall, F1 and their bootstrap intervals."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from operator import mul

from curator.domain.scoring import Match, MatchKind
from curator.domain.span import Span

RESAMPLES = 1000
_SEED = 7
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Measures:
    """Precision, recall and their harmonic mean, each 0 to 1; 0 where there is nothing to divide by."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Tally:
    """The matches of one label's spans, or of several labels' together, by kind; and how many spans were predicted.

    `exact`, `boundary`, `label` and `missed` add up to the gold spans: predicted as they are, with this label at other
    offsets, with another label, not at all. `spurious` ones are predicted where gold has nothing. What `predicted`
    counts beyond `exact`, `boundary` and `spurious` has this label where gold has another one.
    """

    predicted: int = 0
    exact: int = 0
    boundary: int = 0
    label: int = 0
    missed: int = 0
    spurious: int = 0

    @property
    def gold(self) -> int:
        return self.exact + self.boundary + self.label + self.missed

    def __add__(self, addend: "Tally") -> "Tally":
        return Tally(*map(sum, zip(astuple(self), astuple(addend), strict=True)))

    def measures(self) -> Measures:
        """Return the measures of exact matches: offsets and label are both right."""
        return _measures(self.exact, self.predicted, self.gold)

    def partial(self) -> Measures:
        """Return the measures by which a right label at other offsets counts half.

        That is the scoring of MUC-5 (Chinchor and Sundheim, 1993), with a wrong label counted as wrong.
        """
        return _measures(self.exact + self.boundary / 2, self.predicted, self.gold)


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % percentile bootstrap interval over documents."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """The tally of a label or a layer, with the interval of its exact F1."""

    tally: Tally
    interval: Interval


@dataclass(frozen=True, slots=True)
class LayerResult(Result):
    """A layer's result over all its labels, and that of each label, in the order of their names."""

    labels: Mapping[str, Result] = field(default_factory=dict)


def tally(matches: Iterable[Match]) -> dict[tuple[str, str], Tally]:
    """Return the tally of each layer and label that occurs in one document's matches (gold is `current`)."""
    tallies: dict[tuple[str, str], Tally] = {}
    for match in matches:
        for span, counts in _counts(match):
            name = (span.layer, span.label)
            tallies[name] = tallies.get(name, Tally()) + counts
    return tallies


def _counts(match: Match) -> Iterator[tuple[Span, Tally]]:
    """Yield the spans of a match with what each adds to the tally of its label."""
    if match.kind is MatchKind.LABEL and match.current is not None:
        yield match.current, Tally(label=1)
        yield match.span, Tally(predicted=1)
    else:
        yield match.span, Tally(predicted=int(match.predicted is not None), **{match.kind.value: 1})


def results(
    documents: Sequence[Mapping[tuple[str, str], Tally]], layers: Iterable[str], resamples: int = RESAMPLES
) -> dict[str, LayerResult]:
    """Return the result of each layer from its documents' tallies, micro-averaged.

    The intervals come from drawing as many documents with replacement, `resamples` times, by a fixed seed: the same
    documents in the same order give the same intervals (Efron and Tibshirani, 1993, chapter 13).
    """
    draws = _draws(len(documents), resamples)
    names = sorted({name for tallies in documents for name in tallies})
    results_by_layer = {}
    for layer in layers:
        labels = {
            label: Result(*_pooled([tallies.get((layer, label), Tally()) for tallies in documents], draws))
            for owner, label in names
            if owner == layer
        }
        whole = [
            sum((counts for (owner, _), counts in tallies.items() if owner == layer), Tally()) for tallies in documents
        ]
        results_by_layer[layer] = LayerResult(*_pooled(whole, draws), labels)
    return results_by_layer


def _draws(documents: int, resamples: int) -> list[list[int]]:
    """Return how often each document is drawn, for every resample."""
    source = random.Random(_SEED)  # noqa: S311 - a resample to be repeated, no secret
    draws = []
    for _ in range(resamples if documents else 0):
        weights = [0] * documents
        for drawn in source.choices(range(documents), k=documents):
            weights[drawn] += 1
        draws.append(weights)
    return draws


def _pooled(tallies: Sequence[Tally], draws: Sequence[Sequence[int]]) -> tuple[Tally, Interval]:
    columns = [[getattr(tally, name) for tally in tallies] for name in ("exact", "predicted", "gold")]
    drawn = sorted(_measures(*(sum(map(mul, column, weights)) for column in columns)).f1 for weights in draws)
    if not drawn:
        return sum(tallies, Tally()), Interval(0.0, 0.0)
    last = len(drawn) - 1
    return sum(tallies, Tally()), Interval(drawn[round(_TAIL * last)], drawn[round((1 - _TAIL) * last)])


def _measures(right: float, predicted: int, gold: int) -> Measures:
    return Measures(
        right / predicted if predicted else 0.0,
        right / gold if gold else 0.0,
        2 * right / (predicted + gold) if predicted + gold else 0.0,
    )
