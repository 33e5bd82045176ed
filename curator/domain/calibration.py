"""Whether scores are chances: equal-mass reliability bins and the expected calibration error."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LEAST_IN_BIN = 100


@dataclass(frozen=True, slots=True)
class Bin:
    """Spans of neighbouring scores: how many, their mean score, and the share of them that was kept as it was."""

    count: int
    low: float
    high: float
    mean: float
    kept: float


def reliability(scored: Sequence[tuple[float, bool]], least: int = LEAST_IN_BIN) -> list[Bin]:
    """Return equal-mass bins of (score, kept), lowest scores first: as many as hold at least `least` spans each.

    Spans of one score stay in their order. Fewer than `least` spans are one bin, none are no bin.
    """
    ordered = sorted(scored, key=lambda one: one[0])
    bins = max(1, len(ordered) // least)
    edges = [len(ordered) * number // bins for number in range(bins + 1)]
    return [_bin(ordered[low:high]) for low, high in pairwise(edges) if high > low]


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean distance between mean score and kept share, weighted by the bins' counts; 0 for no bins.

    After Naeini, Cooper and Hauskrecht (2015), with bins of equal mass instead of equal width.
    """
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.mean - one.kept) for one in bins) / total if total else 0.0


def brier_score(scored: Sequence[tuple[float, bool]]) -> float:
    """Return the mean squared distance between score and outcome, 0 to 1; 0 for no scores.

    Unlike the calibration error it also rewards scores that tell right spans from wrong ones (Brier, 1950).
    """
    return sum((score - kept) ** 2 for score, kept in scored) / len(scored) if scored else 0.0


def _bin(part: Sequence[tuple[float, bool]]) -> Bin:
    count = len(part)
    mean = sum(score for score, _ in part) / count
    return Bin(count, part[0][0], part[-1][0], mean, sum(kept for _, kept in part) / count)
