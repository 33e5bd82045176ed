"""How much a caller of the pull API may take, and what one who takes more is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from curator.domain.token import Scope
from curator.steps.in_force.tokens import issue
from curator.web.api import answers
from curator.web.api.limits import ApiLimits, Meter
from curator.web.api.problem import ApiProblem
from tests.fakes.world import World
from tests.waiting import HANG_SECONDS, wait_until
from tests.web.pulled import V1, pull_application, pulled_world

TRAIN = f"{V1}/files/train.jsonl"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    folder = tmp_path_factory.mktemp("limits")
    world = pulled_world(folder)
    yield world, folder
    world.close()


class Clock:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def wait_of(refusal: "pytest.ExceptionInfo[ApiProblem]") -> int:
    assert refusal.value.code == 429
    return int(refusal.value.headers["Retry-After"])


def test_requests_come_back_with_time_and_each_token_has_its_own() -> None:
    clock = Clock()
    meter = Meter(ApiLimits(60, 1 << 30, 8), clock)
    for token in (1, 2, None):
        for _ in range(60):
            meter.request(token)
        with pytest.raises(ApiProblem) as refusal:
            meter.request(token)
        assert wait_of(refusal) == 1
    clock.now = 1.0
    meter.request(1)
    with pytest.raises(ApiProblem):
        meter.request(1)
    clock.now = 1e6
    for _ in range(60):
        meter.request(1)
    with pytest.raises(ApiProblem):
        meter.request(1)


def test_what_is_sent_beyond_the_bytes_of_a_minute_is_owed() -> None:
    clock = Clock()
    meter = Meter(ApiLimits(60, 600, 8), clock)

    def download(token: int) -> None:
        meter.begin_download(token)
        assert b"".join(meter.counted(token, [b"a" * 400] * 3)) == b"a" * 1200
        meter.end_download(token)

    download(1)
    with pytest.raises(ApiProblem) as refusal:
        download(1)
    assert wait_of(refusal) == 61
    download(2)
    clock.now = 61.0
    download(1)


def test_a_download_that_is_broken_off_costs_what_was_sent() -> None:
    meter = Meter(ApiLimits(60, 600, 8), Clock())
    blocks = meter.counted(1, [b"a" * 100] * 100)
    next(blocks)
    blocks.close()  # type: ignore[attr-defined]
    meter.begin_download(1)


@pytest.mark.parametrize(("downloads", "own"), [(1, 1), (2, 1), (8, 4)])
def test_a_token_has_at_most_half_of_the_downloads_that_go_on_at_once(downloads: int, own: int) -> None:
    meter = Meter(ApiLimits(60, 600, downloads), Clock(), patience=0)
    for _ in range(own):
        meter.begin_download(1)
    with pytest.raises(ApiProblem, match="too many downloads at once") as refusal:
        meter.begin_download(1)
    assert wait_of(refusal) == 1
    for _ in range(downloads - own):
        meter.begin_download(2)
    with pytest.raises(ApiProblem):
        meter.begin_download(3)
    meter.end_download(1)
    meter.begin_download(3)


def test_whoever_is_over_a_limit_is_told_when_to_ask_again(site: tuple[World, Path]) -> None:
    client = pull_application(*site, limits=ApiLimits(3, 1 << 40, 8), open_to_this_machine=False).test_client()
    bearing = [{"Authorization": f"Bearer {issue(site[0].store, name, Scope.API, 1)[1]}"} for name in ("ada", "bob")]
    statuses = [client.get("/api/v1/datasets", headers=bearing[0]).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = client.get(TRAIN, headers=bearing[0])
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "20")
    assert answer.get_json().keys() == {"error", "remedy"}
    assert client.get("/api/v1/datasets", headers=bearing[1]).status_code == 200
    assert client.get("/api/v1/openapi.json").status_code == 200


def test_a_download_waits_for_its_place_until_one_gets_free() -> None:
    meter = Meter(ApiLimits(60, 600, 2), Clock(), patience=HANG_SECONDS)
    meter.begin_download(1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(meter.begin_download, 1)
        meter.begin_download(2)
        meter.end_download(2)
        assert not waiting.done()
        meter.end_download(1)
        waiting.result(HANG_SECONDS)


def test_a_small_answer_holds_no_place_while_it_is_sent(site: tuple[World, Path]) -> None:
    client = pull_application(*site, limits=ApiLimits(1000, 1 << 40, 2)).test_client()
    held = [client.get(TRAIN) for _ in range(5)]
    assert {answer.status_code for answer in held} == {200}
    assert {len(answer.data) for answer in held} == {held[0].content_length}


def test_those_that_wait_for_a_place_are_bounded() -> None:
    meter = Meter(ApiLimits(60, 600, 2), Clock(), patience=HANG_SECONDS)
    meter.begin_download(1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(meter.begin_download, 1)
        wait_until(lambda: meter.waiting == 1)
        with pytest.raises(ApiProblem, match="too many downloads at once"):
            meter.begin_download(1)
        meter.begin_download(2)
        meter.end_download(1)
        waiting.result(HANG_SECONDS)


def test_places_of_downloads_are_given_back_however_they_end(
    site: tuple[World, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "SMALL", 0)
    client = pull_application(*site, limits=ApiLimits(1000, 1 << 40, 2)).test_client()
    endings: list[tuple[int, dict[str, Any]]] = [
        (200, {}),
        (206, {"headers": {"Range": "bytes=0-9"}}),
        (416, {"headers": {"Range": "bytes=9999999-"}}),
        (304, {"headers": {"If-None-Match": "*"}}),
        (412, {"headers": {"If-Match": '"other"'}}),
        (200, {"method": "HEAD"}),
    ]
    for status, request in endings:
        for _ in range(3):
            assert client.open(TRAIN, buffered=True, **request).status_code == status
    for path in (f"{V1}/files/none", f"{V1}/formats/none/none"):
        for _ in range(3):
            assert client.get(path).status_code == 404
    held = client.get(TRAIN)
    assert client.get(TRAIN, buffered=True).status_code == 429
    assert client.get(V1).status_code == 200
    held.close()
    assert client.get(TRAIN, buffered=True).status_code == 200
    # Nobody holds more than they sent: three bytes a minute are used up by one file, of however many.
    client = pull_application(*site, limits=ApiLimits(1000, 3, 2)).test_client()
    assert [client.get(TRAIN, buffered=True).status_code for _ in range(2)] == [200, 429]
    assert client.get(V1).status_code == 200
