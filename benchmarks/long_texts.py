"""What a text costs by its length, in processor time for every character, and in memory."""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import cycle

from benchmarks.corpus import texts
from curator.spacy_models.annotator import SpacyPipeline

RULES = "configs/rules.cfg"
LENGTHS = (10_000, 100_000, 1_000_000)
_AIM = 1.5


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds that a text of so many characters takes, and the peak memory of the process in bytes."""

    length: int
    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs by length, the shortest first."""

    pipeline: str
    by_length: tuple[Cost, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """What a character of each text costs against one of the shortest."""
        first = self.by_length[0]
        return tuple(cost.seconds * first.length / (first.seconds * cost.length) for cost in self.by_length)

    def __str__(self) -> str:
        figures = (
            f"{cost.length:,} characters {cost.seconds:.2f} s, {cost.peak / 1e6:.0f} MB, ratio {ratio:.2f}"
            for cost, ratio in zip(self.by_length, self.ratios, strict=True)
        )
        return f"{self.pipeline}, processor time a character: {'; '.join(figures)}; aim: at most {_AIM}"


def by_length(pipeline: str = RULES) -> Costs:
    """Measure a pipeline on texts made of the seed corpus' articles, each length in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.long_texts", pipeline]
    runs = (subprocess.check_output([*command, str(length)], text=True) for length in LENGTHS)
    return Costs(pipeline, tuple(Cost(**json.loads(run)) for run in runs))


def long_text(length: int) -> str:
    """Return a text of so many characters: the corpus' articles one after the other, over and over."""
    parts, size = [], 0
    for text in cycle(texts()):
        parts.append(text)
        size += len(text) + 2
        if size >= length:
            return "\n\n".join(parts)[:length]
    raise ValueError("the corpus is empty")


def main() -> None:
    name, length = sys.argv[1], int(sys.argv[2])
    pipeline = SpacyPipeline(name)
    text = long_text(length)
    # What is loaded with the first words is no cost of the length; a short text is taken often, to be measured at all.
    pipeline.annotate_batch(texts())
    times = max(1, LENGTHS[1] // length)
    began = time.process_time()
    for _ in range(times):
        pipeline.annotate_batch([text])
    seconds = (time.process_time() - began) / times
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"length": length, "seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main()
