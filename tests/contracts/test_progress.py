"""What every Progress keeps to."""

from collections.abc import Iterator

import pytest

from curator.cli.output import progress as shown_progress
from curator.steps.ports.progress import Progress
from tests.fakes.parts import silent


@pytest.fixture(params=["terminal", "fake"])
def progress(request: pytest.FixtureRequest) -> Iterator[Progress]:
    if request.param == "fake":
        yield silent
        return
    with shown_progress("work") as tell:
        yield tell


@pytest.mark.parametrize(("done", "total"), [(0, None), (0, 0), (1, None), (2, 3), (1, 3), (3, 3), (4, 3)])
def test_any_number_of_steps_is_taken_in(progress: Progress, done: int, total: int | None) -> None:
    progress(done, total)
    progress(done, total)
