"""Spreading work over processes: order, laziness, and every way a run can end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest

from curator.domain.errors import CuratorError
from curator.spacy_models.processes import spread
from tests.waiting import HANG_SECONDS, wait_until

ROOT = Path(__file__).parents[2]
_factor = 0


def learn(factor: int) -> None:
    global _factor
    _factor = factor


def fail_to_learn(factor: int) -> None:
    raise OSError("no memory left")


def multiplied(batch: list[int]) -> list[int]:
    # Batches end in another order than they begin.
    time.sleep(0.03 if batch[0] % 4 else 0.0)
    return [number * _factor for number in batch]


def who(batch: list[int]) -> list[int]:
    time.sleep(0.05)
    return [os.getpid()] * len(batch)


def refusing(batch: list[int]) -> list[int]:
    if 13 in batch:
        raise CuratorError("unlucky number", "13", "count on")
    return batch


def raising_by_name(batch: list[int]) -> list[int]:
    raise CuratorError(what="unlucky number", remedy="count on")


def suicide(batch: list[int]) -> list[int]:
    if 13 in batch:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch


def run(work: Callable[[list[int]], list[int]], items: Any, workers: int = 2, batch_size: int = 4) -> Iterator[int]:
    return spread(work, items, workers, batch_size, learn, (10,))


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for_the_end_of(pids: set[int]) -> None:
    wait_until(lambda: not any(map(runs, pids)))


def workers_here() -> set[int]:
    """Return the worker processes of this one; the tracker that Python starts beside them is none."""
    return {child.pid for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())}


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("batch_size", [1, 7])
def test_the_order_is_kept_for_any_number_of_workers(workers: int, batch_size: int) -> None:
    products = list(run(multiplied, range(30), workers, batch_size))
    assert products == [number * 10 for number in range(30)]


def test_nothing_in_is_nothing_out() -> None:
    assert list(run(multiplied, [])) == []


def test_an_endless_source_is_read_no_farther_than_the_processes_need() -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    products = run(multiplied, endless())
    for number in range(1, 41):
        assert next(products) == number * 10
        assert taken <= number + 7 * 4
    products.close()  # type: ignore[attr-defined]


def test_a_run_that_is_left_early_leaves_no_process() -> None:
    before = workers_here()
    running = run(who, count())
    pids = {next(running) for _ in range(40)}
    started = workers_here() - before
    assert pids <= started
    running.close()  # type: ignore[attr-defined]
    wait_for_the_end_of(started)
    assert workers_here() == before


def test_what_work_raises_reaches_the_caller_after_what_came_before() -> None:
    before = workers_here()
    answers: list[int] = []
    with pytest.raises(CuratorError) as raised:
        answers.extend(run(refusing, count()))
    assert str(raised.value) == "unlucky number (13): count on"
    with pytest.raises(CuratorError, match="unlucky number: count on"):
        list(run(raising_by_name, range(9)))
    assert workers_here() == before


def test_what_the_source_raises_reaches_the_caller() -> None:
    def broken() -> Iterator[int]:
        yield from range(5)
        raise LookupError("no more")

    before = workers_here()
    with pytest.raises(LookupError, match="no more"):
        list(run(multiplied, broken()))
    assert workers_here() == before


@pytest.mark.parametrize("workers", [1, 2])
def test_a_process_that_is_killed_is_reported(workers: int) -> None:
    before = workers_here()
    with pytest.raises(CuratorError, match=rf"a worker process died \(one of {workers}\): try --workers 1"):
        list(run(suicide, count(), workers))
    wait_for_the_end_of(workers_here() - before)


def test_a_process_that_cannot_start_is_reported(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CuratorError, match="a worker process died"):
        list(spread(multiplied, range(9), 2, 4, fail_to_learn, (10,)))


# A runner in the background hands on that SIGINT is ignored; and a signal that another thread takes wakes no pause.
SCRIPT = """
import signal
import time
from itertools import count
from tests.spacy_models.test_processes import run, who
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    running = run(who, count())
    pids = set()
    while len(pids) < 2:
        pids.add(next(running))
    print(*pids, flush=True)
    while True:
        time.sleep(0.05)
"""


def started(folder: Path) -> tuple[subprocess.Popen[str], set[int]]:
    """Start a run in a process of its own; returns it, with the processes it started."""
    script = folder / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    return child, {int(pid) for pid in child.stdout.readline().split()}


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    child, pids = started(tmp_path)
    assert pids
    with child:
        child.kill()
    wait_for_the_end_of(pids)


def test_an_interrupt_is_the_parents_alone(tmp_path: Path) -> None:
    child, pids = started(tmp_path)
    with child:
        # As a terminal does: every process of the group gets it.
        os.killpg(child.pid, signal.SIGINT)
        _, errors = child.communicate(timeout=HANG_SECONDS)
    assert errors.count("Traceback") == 1
    wait_for_the_end_of(pids)
