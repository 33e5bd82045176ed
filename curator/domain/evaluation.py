"""How far predicted spans are those of gold: counts, precision, recall, F1 and their bootstrap intervals."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from operator import mul

from curator.domain.scoring import Fate, Match
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
    """What became of the spans of one label, or of several together.

    `exact`, `boundary`, `label` and `missed` add up to the gold spans: found as they are, found with this label at
    other offsets, found with another label, not found. `exact`, `boundary`, `mistaken` and `spurious` add up to the
    predicted ones: `mistaken` has this label where gold has another one, `spurious` has it where gold has nothing.
    """

    exact: int = 0
    boundary: int = 0
    label: int = 0
    missed: int = 0
    mistaken: int = 0
    spurious: int = 0

    @property
    def expected(self) -> int:
        return self.exact + self.boundary + self.label + self.missed

    @property
    def predicted(self) -> int:
        return self.exact + self.boundary + self.mistaken + self.spurious

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    def measures(self) -> Measures:
        """Return the measures of exact matches: offsets and label are both right."""
        return _measures(self.exact, self.predicted, self.expected)

    def partial(self) -> Measures:
        """Return the measures by which a right label at other offsets counts half.

        That is the scoring of MUC-5 (Chinchor and Sundheim, 1993), with a wrong label counted as wrong.
        """
        return _measures(self.exact + self.boundary / 2, self.predicted, self.expected)


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
    found: dict[tuple[str, str], Tally] = {}
    for one in matches:
        for span, counted in _counted(one):
            name = (span.layer, span.label)
            found[name] = found.get(name, Tally()) + counted
    return found


def _counted(one: Match) -> Iterator[tuple[Span, Tally]]:
    if one.fate is Fate.KEPT:
        yield one.span, Tally(exact=1)
    elif one.fate is Fate.MOVED:
        yield one.span, Tally(boundary=1)
    elif one.fate is Fate.REMOVED:
        yield one.span, Tally(spurious=1)
    elif one.fate is Fate.ADDED:
        yield one.span, Tally(missed=1)
    elif one.current is not None:
        yield one.current, Tally(label=1)
        yield one.span, Tally(mistaken=1)


def results(
    documents: Sequence[Mapping[tuple[str, str], Tally]], layers: Iterable[str], resamples: int = RESAMPLES
) -> dict[str, LayerResult]:
    """Return the result of each layer from its documents' tallies, micro-averaged.

    The intervals come from drawing as many documents with replacement, `resamples` times, by a fixed seed: the same
    documents in the same order give the same intervals (Efron and Tibshirani, 1993, chapter 13).
    """
    draws = _draws(len(documents), resamples)
    names = sorted({name for one in documents for name in one})
    found = {}
    for layer in layers:
        labels = {
            label: Result(*_pooled([one.get((layer, label), Tally()) for one in documents], draws))
            for owner, label in names
            if owner == layer
        }
        whole = [sum((counts for name, counts in one.items() if name[0] == layer), Tally()) for one in documents]
        found[layer] = LayerResult(*_pooled(whole, draws), labels)
    return found


def _draws(documents: int, resamples: int) -> list[list[int]]:
    """Return how often each document is drawn, for every resample."""
    source = random.Random(_SEED)
    draws = []
    for _ in range(resamples if documents else 0):
        weights = [0] * documents
        for drawn in source.choices(range(documents), k=documents):
            weights[drawn] += 1
        draws.append(weights)
    return draws


def _pooled(tallies: Sequence[Tally], draws: Sequence[Sequence[int]]) -> tuple[Tally, Interval]:
    exact, predicted, expected = (
        [getattr(one, name) for one in tallies] for name in ("exact", "predicted", "expected")
    )
    drawn = sorted(
        _measures(*(sum(map(mul, column, weights)) for column in (exact, predicted, expected))).f1 for weights in draws
    )
    if not drawn:
        return sum(tallies, Tally()), Interval(0.0, 0.0)
    last = len(drawn) - 1
    return sum(tallies, Tally()), Interval(drawn[round(_TAIL * last)], drawn[round((1 - _TAIL) * last)])


def _measures(right: float, predicted: int, expected: int) -> Measures:
    return Measures(
        right / predicted if predicted else 0.0,
        right / expected if expected else 0.0,
        2 * right / (predicted + expected) if predicted + expected else 0.0,
    )
