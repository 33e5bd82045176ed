"""Deliveries that fail: each by itself, again and again for a while, and never for what is not its own fault."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from curator.domain.errors import (
    AnswerNotUnderstood,
    CuratorError,
    ServerFailed,
    ServerRefused,
    ServerUnreachable,
    StoreUnavailable,
)
from tests.fakes.parts import region
from tests.fakes.world import World

TEXTS = tuple(f"Marie vit à Paris, dit le témoin {number}." for number in range(20))
MARIE = region(0, 5, "PER")
FAILURES: list[CuratorError] = [
    ServerFailed("Label Studio failed: HTTP 500", "fake", status=500),
    AnswerNotUnderstood("what answers is not Label Studio"),
    ServerRefused("Label Studio refuses: no", status=400),
    ServerUnreachable("Label Studio did not answer in time"),
]


def deletion(world: World, *annotations: int) -> bytes:
    body = {"action": "ANNOTATIONS_DELETED", "project": {"id": world.project}}
    return json.dumps({**body, "annotations": [{"id": number} for number in annotations]}).encode()


@pytest.fixture(params=FAILURES, ids=lambda error: type(error).__name__)
def failure(request: pytest.FixtureRequest) -> CuratorError:
    error: CuratorError = request.param
    return error


@pytest.fixture
def poisoned(world: World) -> int:
    """An annotation whose deletion is the first of twenty deliveries; all but it and the last need no question."""
    tasks = world.with_tasks(*TEXTS)
    number = world.server.annotate(tasks[0], [MARIE])
    world.deliver()
    world.server.delete(number)
    for task in tasks[1:]:
        world.server.annotate(task, [MARIE])
    # The id is given out again at once; that annotation's own delivery is lost.
    bodies = [body for body in world.server.take_outbox() if json.loads(body).get("annotation", {}).get("id") != number]
    for body in bodies:
        world.inbox.put(body)
    world.inbox.put(deletion(world, 999))
    assert world.inbox.counts()["pending"] == 20
    return number


def due_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let every pause be over at once; returns the list that they are noted in."""
    pauses: list[float] = []
    put_off = world.inbox.put_off

    def noted(delivery: str, seconds: float, cause: str) -> None:
        pauses.append(seconds)
        put_off(delivery, -1, cause)

    monkeypatch.setattr(world.inbox, "put_off", noted)
    return pauses


def test_one_that_the_server_fails_on_holds_up_none_of_the_others(
    world: World, poisoned: int, failure: CuratorError
) -> None:
    world.server.spoilt[poisoned] = failure
    assert world.receiver.drain() == {"pending": 1, "applied": 19}
    (waiting,) = world.inbox.recent(9, "pending")
    assert (waiting.attempts, waiting.cause) == (1, failure.what)
    assert waiting.next_attempt_at
    assert waiting.next_attempt_at > waiting.received_at


def test_one_that_was_put_off_is_tried_again_when_it_is_due_and_at_once_by_a_sync(world: World, poisoned: int) -> None:
    world.server.spoilt[poisoned] = FAILURES[0]
    world.receiver.drain()
    asked = world.server.calls["annotation"]
    assert world.receiver.drain() == {}
    assert world.server.calls["annotation"] == asked
    world.server.spoilt.clear()
    report = world.sync()
    assert report.drained == {"applied": 1}
    assert world.inbox.counts() == {"pending": 0, "applied": 21, "stale": 0, "dead": 0}


def test_syncs_in_a_row_use_up_no_attempts(world: World, poisoned: int, monkeypatch: pytest.MonkeyPatch) -> None:
    put_off = world.inbox.put_off
    # However slow the machine is, it is not due while they run.
    monkeypatch.setattr(world.inbox, "put_off", lambda delivery, _seconds, cause: put_off(delivery, 3600, cause))
    world.server.spoilt[poisoned] = FAILURES[0]
    world.receiver.drain()
    (waiting,) = world.inbox.recent(9, "pending")
    for _ in range(12):
        assert world.sync().drained == {"pending": 1}
    assert world.inbox.recent(9, "pending") == [waiting]
    world.server.spoilt.clear()
    assert world.sync().drained == {"applied": 1}


def test_pauses_double_up_to_a_bound_and_the_last_attempt_leaves_a_dead_letter(
    world: World, poisoned: int, failure: CuratorError, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.server.spoilt[poisoned] = failure
    pauses = due_at_once(world, monkeypatch)
    for _ in range(12):
        world.receiver.drain()
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
    (letter,) = world.inbox.recent(9, "dead")
    assert (letter.attempts, letter.next_attempt_at) == (10, None)
    assert letter.cause == f"given up after 10 attempts: {failure.what}"
    assert world.inbox.counts()["pending"] == 0


def test_a_replayed_dead_letter_has_all_its_attempts_again(
    world: World, poisoned: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.server.spoilt[poisoned] = FAILURES[0]
    due_at_once(world, monkeypatch)
    for _ in range(10):
        world.receiver.drain()
    assert world.inbox.replay(None) == 1
    assert world.receiver.drain() == {"pending": 1}
    assert [waiting.attempts for waiting in world.inbox.recent(9, "pending")] == [1]
    world.server.spoilt.clear()
    world.receiver.drain()
    assert world.inbox.counts() == {"pending": 0, "applied": 21, "stale": 0, "dead": 0}
    world.sync()
    assert world.equals_server()


def test_an_error_that_neither_server_nor_store_explains_counts_too(world: World, poisoned: int) -> None:
    right = world.receiver.read_delivery

    def refusing(body: bytes, server: str) -> Any:
        if b"DELETED" in body:
            raise CuratorError("the store failed: value too long")
        return right(body, server)

    world.receiver.read_delivery = refusing
    assert world.receiver.drain() == {"pending": 2, "applied": 18}
    assert {waiting.attempts for waiting in world.inbox.recent(9, "pending")} == {1}


def everything_fails(world: World, error: CuratorError) -> None:
    world.server.failing = dict.fromkeys(("annotation", "task", "project", "tasks", "task_ids", "users"), error)


def test_an_outage_of_days_is_held_against_no_delivery(
    world: World, poisoned: int, failure: CuratorError, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_at_once(world, monkeypatch)
    everything_fails(world, failure)
    waited = world.inbox.counts()["pending"]
    for _ in range(200):
        with pytest.raises(type(failure)):
            world.receiver.drain()
    # Both deletions wait for an answer; what needs none went on.
    assert world.inbox.counts() == {"pending": 2, "applied": waited - 2 + 1, "stale": 0, "dead": 0}
    assert {delivery.attempts for delivery in world.inbox.recent(99)} == {0}
    world.server.failing.clear()
    assert world.receiver.drain() == {"applied": 2}
    assert world.equals_server()


def test_in_an_outage_the_server_is_asked_once_or_twice_and_new_deliveries_go_on(world: World, poisoned: int) -> None:
    for number in range(100, 400):
        world.inbox.put(deletion(world, number))
    world.server.down = True
    for _ in range(3):
        before = world.server.calls.total()
        task = next(iter(world.server.known_tasks(world.project)))
        world.server.annotate(task, [])
        for body in world.server.take_outbox():
            world.inbox.put(body)
        with pytest.raises(ServerUnreachable):
            world.receiver.drain()
        assert world.server.calls.total() - before <= 2
    assert world.inbox.counts()["pending"] == 302
    assert world.inbox.counts()["applied"] == 1 + 18 + 3
    world.server.down = False
    world.receiver.drain()
    assert world.inbox.counts()["pending"] == 0


def test_what_could_not_be_read_is_not_a_dead_letter_while_the_server_is_away(world: World) -> None:
    (task,) = world.with_tasks(TEXTS[0])
    number = world.server.annotate(task, [MARIE])
    world.deliver()
    world.server.damage(number, result="no list")
    world.server.change(number)
    (body,) = world.server.take_outbox()
    world.server.damage(number, result=[])
    world.inbox.put(body)
    everything_fails(world, FAILURES[0])
    with pytest.raises(ServerFailed):
        world.receiver.drain()
    assert world.inbox.counts()["dead"] == 0
    world.server.failing.clear()
    world.receiver.drain()
    assert world.inbox.counts() == {"pending": 0, "applied": 2, "stale": 0, "dead": 0}
    assert world.equals_server()


@pytest.mark.parametrize("method", ["reading", "writing"])
def test_a_store_that_is_away_is_held_against_no_delivery(
    world: World, poisoned: int, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise StoreUnavailable("the store failed: no space left")

    original: Callable[..., Any] = getattr(world.store, method)
    monkeypatch.setattr(world.store, method, away)
    for _ in range(20):
        with pytest.raises(StoreUnavailable):
            world.receiver.drain()
    monkeypatch.setattr(world.store, method, original)
    assert {(delivery.attempts, delivery.cause) for delivery in world.inbox.recent(99)} == {(0, "")}
    assert world.receiver.drain() == {"applied": 20}
