"""A figure and its baseline, measured in turn so that a machine's moods hit both."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the baseline's rate something reaches: the median over paired runs, with the extremes."""

    name: str
    baseline: str
    unit: str
    rate: float
    baseline_rate: float
    ratios: tuple[float, ...]
    aim: str = ""

    def __str__(self) -> str:
        middle = statistics.median(self.ratios)
        told = (
            f"{self.name}: {self.rate:,.0f} {self.unit}; {self.baseline}: {self.baseline_rate:,.0f} {self.unit}; "
            f"ratio {middle:.3f} ({min(self.ratios):.3f} to {max(self.ratios):.3f} in {len(self.ratios)} pairs)"
        )
        return f"{told}; aim: {self.aim}" if self.aim else told


def paired(
    name: str,
    work: Callable[[], object],
    baseline: str,
    base: Callable[[], object],
    amount: int,
    unit: str,
    aim: str = "",
    pairs: int = 5,
) -> Ratio:
    """Return the ratio of two rates, each over `amount` units of the same input, after one warm-up of both."""
    work(), base()
    times = [(timed(work), timed(base)) for _ in range(pairs)]
    return Ratio(
        name,
        baseline,
        unit,
        amount / statistics.median(mine for mine, _ in times),
        amount / statistics.median(other for _, other in times),
        tuple(other / mine for mine, other in times),
        aim,
    )


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds a piece of work takes."""
    began = perf_counter()
    work()
    return perf_counter() - began
