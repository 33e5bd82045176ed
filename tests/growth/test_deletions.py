"""What is deleted costs by itself, however much is there."""

import pytest

from tests.fakes.world import World
from tests.growth.desk import Desks


@pytest.fixture(autouse=True)
def _few_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small desk have more tasks than those that every sync looks at."""
    monkeypatch.setattr("curator.steps.desk.set_back._LATEST", 3)


def deliver(world: World) -> None:
    pending = world.inbox.counts()["pending"]
    world.receiver.drain()
    assert world.inbox.counts()["pending"] == 0 < pending


def put(world: World) -> None:
    for body in world.server.take_outbox():
        world.inbox.put(body)


def test_a_task_with_its_annotation(desks: Desks) -> None:
    def delete(world: World) -> None:
        world.server.delete_task(min(world.server.known_tasks(world.project)))
        put(world)

    small, large = desks.costs(delete, deliver)
    assert large.within(small), f"{small}; {large}"


def test_an_annotation(desks: Desks) -> None:
    def delete(world: World) -> None:
        world.server.delete(min(world.server.annotations(world.project)))
        put(world)

    small, large = desks.costs(delete, deliver)
    assert large.within(small), f"{small}; {large}"


def test_an_annotation_that_a_sync_finds_gone(desks: Desks) -> None:
    def delete(world: World) -> None:
        world.server.convert_to_draft(min(world.server.annotations(world.project)))

    def sync(world: World) -> None:
        assert world.sync().missed["deleted"] == 1

    small, large = desks.costs(delete, sync)
    assert large.within(small, counts=3), f"{small}; {large}"
