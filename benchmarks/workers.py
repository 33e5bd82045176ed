"""What two processes reach of what two processes can."""

import statistics
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter

from benchmarks.corpus import texts
from benchmarks.ratio import Ratio
from curator.spacy_models.annotator import SpacyPipeline

_RULES = "configs/rules.cfg"
_REPEATED = 8
_PAIRS = 3


def two_workers_against_two_processes() -> Ratio:
    """Measure `--workers 2` against two processes that share nothing and annotate half of the texts each.

    Neither side's start is measured: the clock runs from the moment that every process has annotated something.
    """
    given = texts() * _REPEATED
    ratios, mine, theirs = [], [], []
    for _ in range(_PAIRS):
        mine.append(_together(given))
        theirs.append(_apart(given))
        ratios.append(theirs[-1] / mine[-1])
    return Ratio(
        "two workers",
        "two processes apart",
        "documents/s",
        len(given) / statistics.median(mine),
        len(given) / statistics.median(theirs),
        tuple(ratios),
        "at least 0.85",
    )


def _together(given: list[str]) -> float:
    warm = given[:320]
    marks: list[float] = []

    def source() -> Iterator[str]:
        yield from warm
        yield from given

    for number, _ in enumerate(SpacyPipeline(_RULES, workers=2).annotate(source()), start=1):
        if number == len(warm):
            marks.append(perf_counter())
    return perf_counter() - marks[0]


def _apart(given: list[str]) -> float:
    context = get_context("spawn")
    halves = (given[::2], given[1::2])
    ends = [context.Pipe() for _ in halves]
    processes = [
        context.Process(target=_annotate_half, args=(child, half))
        for (_, child), half in zip(ends, halves, strict=True)
    ]
    for process in processes:
        process.start()
    for parent, _ in ends:
        parent.recv()
    began = perf_counter()
    for parent, _ in ends:
        parent.send("go")
    for parent, _ in ends:
        parent.recv()
    taken = perf_counter() - began
    for process in processes:
        process.join()
    return taken


def _annotate_half(end: Connection, half: list[str]) -> None:
    pipeline = SpacyPipeline(_RULES)
    annotate: Callable[[list[str]], object] = lambda part: [None for _ in pipeline.annotate(part)]  # noqa: E731
    annotate(half[:160])
    end.send("warm")
    end.recv()
    annotate(half)
    end.send("done")
