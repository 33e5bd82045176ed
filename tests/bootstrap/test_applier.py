"""The applier as it runs: a process beside the hook's workers, one at a time, for as long as they run."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from curator.bootstrap.bell import Bell
from tests.waiting import HANG_SECONDS, wait_until
from tests.web.serving import Serving

UNKNOWN = b'{"action": "LABEL_LINK_CREATED"}'


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(tmp_path_factory.mktemp("applier"), HOOK__WORKERS="2", ML__CONNECT="false")
    try:
        serving.start()
        yield serving
    finally:
        serving.kill()


def beside(serving: Serving) -> list[psutil.Process]:
    """Return the processes that the server began and that do not listen."""
    assert serving.process is not None
    listening = {connection.laddr.port for connection in psutil.Process(serving.process.pid).net_connections()}
    assert listening == {serving.port}
    children = psutil.Process(serving.process.pid).children()
    return [child for child in children if child.is_running() and not child.net_connections()]


def applied(serving: Serving) -> None:
    delivery = serving.post(UNKNOWN)[1]
    wait_until(lambda: serving.deliveries()[delivery][0] == "dead")


def test_there_is_one_whatever_the_number_of_workers(serving: Serving) -> None:
    applied(serving)
    assert len(beside(serving)) == 1


def test_one_that_is_killed_is_replaced_and_what_came_meanwhile_is_applied(serving: Serving) -> None:
    wait_until(lambda: beside(serving))
    (before,) = beside(serving)
    before.kill()
    applied(serving)
    (after,) = beside(serving)
    assert after.pid != before.pid


def test_one_that_is_stopped_delays_no_answer(serving: Serving) -> None:
    wait_until(lambda: beside(serving))
    (stopped,) = beside(serving)
    stopped.suspend()
    deliveries = {serving.post(UNKNOWN)[1] for _ in range(10)}
    assert {serving.deliveries()[delivery][0] for delivery in deliveries} == {"pending"}
    stopped.resume()
    wait_until(lambda: {serving.deliveries()[delivery][0] for delivery in deliveries} == {"dead"})


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    serving = Serving(tmp_path, ML__CONNECT="false")
    serving.start()
    try:
        wait_until(lambda: beside(serving))
        (orphan,) = beside(serving)
        assert serving.process is not None
        os.kill(serving.process.pid, signal.SIGKILL)
        serving.process.wait()
        wait_until(lambda: not orphan.is_running())
    finally:
        serving.kill()


def test_it_ends_with_a_server_that_is_told_to_stop_and_gives_its_lease_back(tmp_path: Path) -> None:
    serving = Serving(tmp_path, ML__CONNECT="false")
    serving.start()
    try:
        wait_until(lambda: beside(serving))
        (companion,) = beside(serving)
        assert serving.process is not None
        serving.process.terminate()
        serving.process.wait(HANG_SECONDS)
        assert not companion.is_running()
        assert "Traceback" not in serving.log.read_text()
    finally:
        serving.kill()


def test_a_bell_is_heard_once_also_where_it_was_rung_before_and_often() -> None:
    with Bell() as bell:
        assert not bell.wait(0)
        for _ in range(100_000):
            bell.ring()
        assert bell.wait(HANG_SECONDS)
        assert not bell.wait(0)
        ringing = threading.Thread(target=bell.ring)
        ringing.start()
        assert bell.wait(HANG_SECONDS)
        ringing.join()
