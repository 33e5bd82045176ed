"""A server that is cut off, gone or busy: asked again, waited for, gone on from."""

import hashlib
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import pytest

from curator_client import ServerGone, attempts
from curator_client.attempts import ATTEMPTS, BUSY_SECONDS
from tests.client.faulty_server import FaultyServer, serving
from tests.client.loads import Load, ranges, whole
from tests.steps.datasets.copies import content


@pytest.mark.parametrize("gives_ranges", [True, False])
def test_a_file_that_is_cut_off_goes_on_within_the_call(server: FaultyServer, load: Load, gives_ranges: bool) -> None:
    server.gives_ranges = gives_ranges
    server.faults["/files/train.jsonl"] = [1000, 500]
    assert content(load()) == whole(server)
    asked = ranges(server, "train.jsonl")
    assert asked == ["", "bytes=1000-", "bytes=1500-" if gives_ranges else "bytes=500-"]
    assert load.waits == ([0.5, 0.5] if gives_ranges else [0.5, 1.0])


def test_a_server_that_goes_away_is_named_with_file_and_bytes_and_the_next_call_goes_on(
    server: FaultyServer, load: Load
) -> None:
    server.faults["/files/train.jsonl"] = [1000] + [0] * (ATTEMPTS - 1)
    with pytest.raises(ServerGone) as caught:
        load()
    assert (caught.value.file, caught.value.received) == ("train.jsonl", 1000)
    size = len(whole(server)["train.jsonl"])
    assert f"in the middle of train.jsonl, after {1000} of {size} bytes" in str(caught.value)
    assert not list(load.cache.glob("versions/*"))
    server.asked.clear()
    assert content(load()) == whole(server)
    assert ranges(server, "train.jsonl") == [f"bytes={1000}-"]
    (asked,) = [asked for asked in server.asked if asked.path.endswith("train.jsonl")]
    assert asked.headers["If-Range"] == f'"{hashlib.sha256(whole(server)["train.jsonl"]).hexdigest()}"'
    # What is there whole is not asked for.
    assert ranges(server, "dev.jsonl") == []


def test_a_server_that_is_gone_is_told_and_the_next_call_goes_on(server: FaultyServer, tmp_path: Path) -> None:
    server.faults["/files/train.jsonl"] = [1000] + [0] * (ATTEMPTS - 1)
    load = Load(server, tmp_path / "cache")
    with pytest.raises(ServerGone):
        load()
    gone = server.url
    with serving(FaultyServer()) as other:
        port_of_nobody = other.url
    server.url = port_of_nobody
    with pytest.raises(ServerGone, match="server does not answer"):
        load()
    assert len(load.waits) == 2 * (ATTEMPTS - 1)
    server.url = gone
    assert content(load()) == whole(server)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("path", ["/versions/1", "/files/train.jsonl"])
def test_a_server_that_is_busy_is_waited_for(
    server: FaultyServer, load: Load, monkeypatch: pytest.MonkeyPatch, status: int, path: str
) -> None:
    now = 1_800_000_000
    monkeypatch.setattr(attempts, "time", SimpleNamespace(time=lambda: float(now)))
    in_a_minute = formatdate(now + 60, usegmt=True)
    server.faults[path] = [(status, {"Retry-After": "7"}), (status, {}), (status, {"Retry-After": in_a_minute})]
    assert content(load()) == whole(server)
    # What the server asks for, and a step on top that is longer each time.
    assert load.waits == [7.5, 1.0, 62.0]


@pytest.mark.parametrize("path", ["/versions/1", "/files/train.jsonl"])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}])
def test_a_server_that_stays_busy_is_waited_for_two_minutes_in_all(
    server: FaultyServer, load: Load, path: str, headers: dict[str, str]
) -> None:
    server.faults[path] = [(503, headers)] * 50
    with pytest.raises(ServerGone, match="server is busy: not now") as caught:
        load()
    assert "went away" not in str(caught.value)
    assert BUSY_SECONDS <= sum(load.waits) < BUSY_SECONDS + 20
    assert sum(asked.endswith(path) for asked in server.paths()) == len(load.waits) + 1 > ATTEMPTS
    waited = len(load.waits)
    server.faults[path] = [(503, {"Retry-After": "86400"})]
    with pytest.raises(ServerGone, match="server is busy: not now"):
        load()
    assert len(load.waits) == waited
    assert content(load()) == whole(server)


def test_those_that_are_refused_together_do_not_come_back_together(server: FaultyServer, load: Load) -> None:
    for load.jitter in (0.0, 0.25, 0.9):
        server.faults["/versions/1"] = [(429, {"Retry-After": "1"})] * 2
        load()
    assert load.waits == [1.5, 2.0, 1.625, 2.25, 1.95, 2.9]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_that_fails_is_asked_some_times(server: FaultyServer, load: Load, status: int) -> None:
    server.faults["/versions/1"] = [(status, {})] * 50
    with pytest.raises(ServerGone, match="not now") as caught:
        load()
    assert "busy" not in str(caught.value)
    assert load.waits == [0.5, 1, 2, 4]


def test_a_server_that_closes_after_each_piece_gives_all_of_a_file_in_one_call(
    server: FaultyServer, load: Load
) -> None:
    size = len(whole(server)["train.jsonl"])
    pieces = 3 * ATTEMPTS
    server.faults["/files/train.jsonl"] = [size // pieces] * pieces
    assert content(load()) == whole(server)
    assert len(ranges(server, "train.jsonl")) == pieces + 1


def test_a_server_that_gives_the_same_piece_each_time_makes_no_progress(server: FaultyServer, load: Load) -> None:
    server.gives_ranges = False
    server.faults["/files/train.jsonl"] = [1000, 500] * 50
    with pytest.raises(ServerGone, match="in the middle of train"):
        load()
    assert len(ranges(server, "train.jsonl")) == ATTEMPTS
