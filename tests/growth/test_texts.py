"""What a text costs grows with its length, whatever it is made of."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from benchmarks.generated import own_text
from curator.spacy_models.annotator import SpacyPipeline
from tests.conftest import ROOT
from tests.growth.counting import FACTOR
from tests.growth.repeated import UNITS, repeated

RULES = "configs/rules.cfg"
SMALL = 1_000
# What a text costs whatever its length.
ONCE = 5_000


@pytest.fixture(scope="module")
def pipeline() -> SpacyPipeline:
    return SpacyPipeline(ROOT / RULES)


@contextmanager
def lines_of_curator() -> Iterator[list[int]]:
    """Count the lines of curator that run."""
    count = [0]

    def line(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        count[0] += event == "line"
        return line

    def call(frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        return line if "/curator/" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield count
    finally:
        sys.settrace(before)


def lines(pipeline: SpacyPipeline, text: str) -> int:
    pipeline.annotate_batch([text])
    with lines_of_curator() as count:
        pipeline.annotate_batch([text])
    return count[0]


@pytest.mark.parametrize("name", UNITS)
def test_lines_that_run_grow_with_the_length(pipeline: SpacyPipeline, name: str) -> None:
    unit = UNITS[name]
    few, many = (lines(pipeline, repeated(unit, length)) for length in (SMALL, SMALL * FACTOR))
    assert many <= FACTOR * few * 1.2 + ONCE


def test_articles_with_names_of_their_own_cost_by_their_length(pipeline: SpacyPipeline) -> None:
    few, many = (lines(pipeline, own_text(1, sentences=count)) for count in (30, 30 * FACTOR))
    assert many <= FACTOR * few * 1.2 + ONCE


def test_no_expression_runs_away_on_any_kind_of_text() -> None:
    # Far more than a text of this length takes, and far less than an expression that goes through it from each place.
    command = [sys.executable, "-m", "tests.growth.repeated", RULES, "40000", "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
