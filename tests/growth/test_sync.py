"""A quick reconciliation costs by what changed, however many tasks there are."""

import pytest

from tests.fakes.world import World
from tests.growth.desk import Desks, text


@pytest.fixture(autouse=True)
def _few_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small desk have more tasks than those that every sync looks at."""
    monkeypatch.setattr("curator.steps.desk.set_back._LATEST", 3)


def sync(world: World) -> None:
    assert world.sync().reread == ""


def annotate(world: World, number: int) -> None:
    for task in sorted(world.server.known_tasks(world.project))[:number]:
        world.server.annotate(task, [])


def test_nothing_changed(desks: Desks) -> None:
    small, large = desks.costs(sync, sync)
    assert large.within(small), f"{small}; {large}"


def test_ten_changes(desks: Desks) -> None:
    def change(world: World) -> None:
        sync(world)
        annotate(world, 10)

    small, large = desks.costs(change, sync)
    assert large.within(small), f"{small}; {large}"
    assert large.listed <= 10 + 2 * 3 + 1


def test_ten_changes_that_the_webhook_brought(desks: Desks) -> None:
    def change(world: World) -> None:
        sync(world)
        annotate(world, 10)
        world.deliver()

    small, large = desks.costs(change, sync)
    assert large.within(small), f"{small}; {large}"


def test_tasks_of_others_and_held_deletions_make_no_later_sync_list_everything(desks: Desks) -> None:
    def change(world: World) -> None:
        world.server.annotate(world.server.import_task(world.project, text="La tâche de quelqu'un"), [])
        sync(world)
        world.server.clock.pass_time(3600)
        annotate(world, 3)
        sync(world)

    small, large = desks.costs(change, sync)
    assert large.within(small), f"{small}; {large}"


def test_a_document_that_is_pushed_between_two_syncs(desks: Desks) -> None:
    def change(world: World) -> None:
        sync(world)
        world.ingest(text(7000))
        world.push()

    small, large = desks.costs(change, sync)
    assert large.within(small), f"{small}; {large}"
