"""Whether scores are chances: equal-mass reliability bins and the expected calibration error."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

LEAST_IN_BIN = 100


@dataclass(frozen=True, slots=True)
class Bin:
    """Spans of neighbouring scores: how many, their mean score, and the share of them that is exact."""

    count: int
    low: float
    high: float
    mean: float
    exact: float


def reliability(scored: Sequence[tuple[float, bool]], least: int = LEAST_IN_BIN) -> list[Bin]:
    """Return equal-mass bins of (score, exact), lowest scores first: as many as hold at least `least` spans each.

    Spans of one score stay in their order. Fewer than `least` spans are one bin, none are no bin.
    """
    ordered = sorted(scored, key=itemgetter(0))
    bins = max(1, len(ordered) // least)
    edges = [len(ordered) * number // bins for number in range(bins + 1)]
    return [_bin(ordered[low:high]) for low, high in pairwise(edges) if high > low]


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean distance between mean score and exact share, weighted by the bins' counts; 0 for no bins.

    After Naeini, Cooper and Hauskrecht (2015), with bins of equal mass instead of equal width.
    """
    total = sum(score_bin.count for score_bin in bins)
    return sum(score_bin.count * abs(score_bin.mean - score_bin.exact) for score_bin in bins) / total if total else 0.0


def brier_score(scored: Sequence[tuple[float, bool]]) -> float:
    """Return the mean squared distance between score and outcome, 0 to 1; 0 for no scores.

    Unlike the calibration error it also rewards scores that tell right spans from wrong ones (Brier, 1950).
    """
    return sum((score - exact) ** 2 for score, exact in scored) / len(scored) if scored else 0.0


def _bin(part: Sequence[tuple[float, bool]]) -> Bin:
    count = len(part)
    mean = sum(score for score, _ in part) / count
    return Bin(count, part[0][0], part[-1][0], mean, sum(exact for _, exact in part) / count)
