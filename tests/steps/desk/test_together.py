"""Deliveries that wait are applied in one transaction, and none takes another with it."""

from typing import Any

import pytest
from sqlalchemy import QueuePool

from curator.domain.annotation import AnnotationState
from curator.domain.errors import StoreUnavailable
from curator.steps.desk.receive import applier_lease
from tests.fakes.parts import region
from tests.fakes.world import World

TEXTS = tuple(f"Marie vit à Paris, dit le témoin {number}." for number in range(6))
MARIE = region(0, 5, "PER")


@pytest.fixture
def waiting(world: World) -> list[str]:
    """The ids of five deliveries that leave nothing to ask, of an annotator whose name is known."""
    tasks = world.with_tasks(*TEXTS)
    world.server.take_outbox()
    world.server.annotate(tasks[0], [])
    world.deliver()
    for task in tasks[1:]:
        world.server.annotate(task, [MARIE])
    return [world.inbox.put(body) for body in world.server.take_outbox()]


def seq(world: World) -> int:
    with world.store.reading() as transaction:
        return transaction.seq


def test_all_that_wait_share_one_sequence_number_and_have_a_receipt_each(world: World, waiting: list[str]) -> None:
    before = seq(world)
    assert world.receiver.drain() == {"applied": 5}
    assert seq(world) == before + 1
    with world.store.reading() as transaction:
        assert transaction.receipts(waiting) == dict.fromkeys(waiting, "applied")
    assert world.equals_server()
    assert world.server.calls["users"] == 1


@pytest.mark.parametrize("at", range(5))
def test_one_that_shows_a_defect_is_a_dead_letter_and_all_others_are_applied(
    world: World, waiting: list[str], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    read = world.receiver.acceptor.read_content

    def defective(state: AnnotationState, text: str, schema: Any) -> Any:
        if text == TEXTS[at + 1]:
            raise KeyError("secret words of a document")
        return read(state, text, schema)

    monkeypatch.setattr(world.receiver.acceptor, "read_content", defective)
    assert world.receiver.drain() == {"applied": 4, "dead": 1}
    (letter,) = world.inbox.recent(9, "dead")
    assert letter.id == waiting[at]
    assert letter.cause.startswith("defect: KeyError in defective")
    assert len(world.current_states()) == 5


def test_one_in_the_middle_that_asks_does_so_outside_of_any_transaction(world: World, waiting: list[str]) -> None:
    world.server.annotate(1, [MARIE], user=2)
    first = world.server.take_outbox()
    for body in first:
        world.inbox.put(body)
    asked = []
    pool = world.sql.engine.pool
    assert isinstance(pool, QueuePool)

    def on_call(method: str) -> None:
        asked.append((method, pool.checkedout()))

    world.server.on_call = on_call
    assert world.receiver.drain() == {"applied": 6}
    assert asked == [("users", 0)]
    assert world.equals_server()


def test_where_another_has_the_lease_nothing_is_applied_and_nothing_written(world: World, waiting: list[str]) -> None:
    other = applier_lease(world.store)
    assert other.take()
    before = seq(world)
    assert world.receiver.drain() == {}
    assert seq(world) == before
    assert world.inbox.counts()["pending"] == 5
    other.release()
    assert world.receiver.drain() == {"applied": 5}


def test_what_the_store_has_a_receipt_of_is_settled_and_uses_up_no_number(world: World, waiting: list[str]) -> None:
    world.receiver.drain()
    before = seq(world), world.revisions()
    world.inbox.replay(waiting)
    assert world.receiver.drain() == {"applied": 5}
    assert (seq(world), world.revisions()) == before


def test_a_store_that_goes_away_leaves_all_of_them_waiting(
    world: World, waiting: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("the store failed: away")

    acceptor = world.receiver.acceptor
    read = acceptor.read_content
    monkeypatch.setattr(acceptor, "read_content", away)
    before = seq(world)
    with pytest.raises(StoreUnavailable):
        world.receiver.drain()
    assert (seq(world), world.inbox.counts()["pending"]) == (before, 5)
    monkeypatch.setattr(acceptor, "read_content", read)
    assert world.receiver.drain() == {"applied": 5}
