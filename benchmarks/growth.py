"""What one more document costs in a small corpus and in a large one."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.label_server_process import label_server_process
from benchmarks.sizes import sizes

_PLAN = (
    ("write_corpus", ""),
    ("ingest_corpus", "ingest"),
    ("predict", "store predictions"),
    ("push", "push"),
    ("annotate_all", ""),
    ("sync", ""),
    ("export", "export"),
    ("count", "status"),
    # All were annotated at once, and a quick sync looks at what changed since shortly before the last change it knows.
    ("change_some", ""),
    ("sync", ""),
    ("change_some", ""),
    ("sync", "sync of 10 changes"),
    ("export", "export after 10 changes"),
)


@dataclass(frozen=True, slots=True)
class StepCost:
    """What a step took: seconds of wall time and of processor time, and the peak memory of its process in bytes."""

    seconds: float
    processor: float
    peak: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The costs of every step by size."""

    costs: dict[int, dict[str, StepCost]]

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        least = min(self.costs)
        for step in self.costs[least]:
            for size, costs in self.costs.items():
                cost, base = costs[step], self.costs[least][step]
                each, base_each = cost.seconds / size, base.seconds / least
                yield (
                    f"{step}, {size:,} documents: {cost.seconds:.2f} s ({cost.seconds / base.seconds:.2f} times), "
                    f"{1000 * each:.3f} ms a document ({each / base_each:.2f} times), "
                    f"processor {cost.processor:.2f} s ({cost.processor / base.processor:.2f} times), "
                    f"peak {cost.peak / 1e6:.0f} MB ({cost.peak / base.peak:.2f} times)"
                )


def growth() -> Growth:
    """Measure each step at every size, each in a process of its own; ratios are against the smallest size."""
    return Growth({size: _costs(size) for size in sizes(1_000, 10_000, large=100_000)})


def _costs(size: int) -> dict[str, StepCost]:
    costs: dict[str, StepCost] = {}
    with tempfile.TemporaryDirectory() as name, label_server_process(Path(name)) as address:
        for step, title in _PLAN:
            command = [sys.executable, "-m", "benchmarks.growth_steps", step, name, address, str(size)]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            if title:
                costs[title] = StepCost(**json.loads(run.stdout))
                print(f"  {size:,}: {title} {costs[title].seconds:.2f} s", file=sys.stderr, flush=True)
    return costs
