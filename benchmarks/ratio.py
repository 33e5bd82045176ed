"""A figure and its baseline, measured in turn so that a machine's moods hit both."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

Input = TypeVar("Input")


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
        figures = (
            f"{self.name}: {self.rate:,.0f} {self.unit}; {self.baseline}: {self.baseline_rate:,.0f} {self.unit}; "
            f"ratio {middle:.3f} ({min(self.ratios):.3f} to {max(self.ratios):.3f} in {len(self.ratios)} pairs)"
        )
        return f"{figures}; aim: {self.aim}" if self.aim else figures


def paired(
    name: str,
    work: Callable[[Input], object],
    baseline: str,
    base: Callable[[Input], object],
    *,
    inputs: Sequence[Input],
    amount: Callable[[Input], int],
    unit: str,
    aim: str = "",
) -> Ratio:
    """Return the ratio of two rates in units a second, one pair for each input but the first, which warms both up."""
    work(inputs[0]), base(inputs[0])
    amounts = [amount(measured) for measured in inputs[1:]]
    times = [(timed(lambda: work(measured)), timed(lambda: base(measured))) for measured in inputs[1:]]  # noqa: B023
    return Ratio(
        name,
        baseline,
        unit,
        sum(amounts) / sum(seconds for seconds, _ in times),
        sum(amounts) / sum(base_seconds for _, base_seconds in times),
        tuple(base_seconds / seconds for seconds, base_seconds in times),
        aim,
    )


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds a piece of work takes."""
    began = perf_counter()
    work()
    return perf_counter() - began
