"""A delivery costs three commits, and the same however many documents, annotations and deliveries there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from curator.store.inbox_file import DROPPABLE
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.growth.counting import FACTOR, Cost, counted

SMALL = 12
NEW = 6
MARIE = region(0, 5, "PER")


@dataclass
class Sized:
    """A world with so many annotated documents, whose deliveries were applied, and some documents that nobody did."""

    world: World
    size: int
    fresh: list[int]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Sized]]:
    """Two worlds, of which the second is larger."""
    made = []
    for size in (SMALL, SMALL * FACTOR):
        world = World(tmp_path_factory.mktemp(f"size-{size}"))
        tasks = world.with_tasks(*(f"Marie vit à Paris, dit le témoin {number}." for number in range(size + 4 * NEW)))
        for task in tasks[:size]:
            world.server.annotate(task, [MARIE])
        world.deliver()
        made.append(Sized(world, size, tasks[size:]))
    yield made
    for sized in made:
        sized.world.close()


@contextmanager
def both(world: World) -> Iterator[tuple[Cost, Cost]]:
    with counted(world.sql.engine) as store, counted(world.sql_inbox.engine) as inbox:
        yield store, inbox


def bodies(sized: Sized, count: int = NEW) -> list[bytes]:
    """Return the deliveries of annotations of documents that nobody annotated yet."""
    for _ in range(count):
        sized.world.server.annotate(sized.fresh.pop(), [MARIE])
    return sized.world.server.take_outbox()


def costs(worlds: list[Sized], work: Callable[[Sized], None]) -> list[tuple[Cost, Cost]]:
    """Return what some work asks of store and inbox in the smaller and in the larger world."""
    measured = []
    for sized in worlds:
        with both(sized.world) as cost:
            work(sized)
        measured.append(cost)
    return measured


def test_a_delivery_takes_three_commits_and_the_same_at_any_size(worlds: list[Sized]) -> None:
    each = {sized.size: bodies(sized, 2) for sized in worlds}

    def deliver(sized: Sized) -> None:
        for body in each[sized.size]:
            sized.world.inbox.put(body)
            assert sized.world.receiver.drain() == {"applied": 1}

    small, large = costs(worlds, deliver)
    assert [cost.commits for cost in (*small, *large)] == [2, 4, 2, 4]
    for before, after in zip(small, large, strict=True):
        assert (str(after), len(after.statements)) == (str(before), len(before.statements))
    assert len(small[0].statements) <= 2 * 13


def test_deliveries_that_wait_share_a_commit_in_the_store_and_one_in_the_inbox(worlds: list[Sized]) -> None:
    for sized in worlds:
        for body in bodies(sized):
            sized.world.inbox.put(body)

    def drain(sized: Sized) -> None:
        assert sized.world.receiver.drain() == {"applied": NEW}

    small, large = costs(worlds, drain)
    assert [cost.commits for cost in (*small, *large)] == [1, 1, 1, 1]
    for before, after in zip(small, large, strict=True):
        assert str(after) == str(before)


def test_a_repeated_delivery_costs_the_same_at_any_size(worlds: list[Sized]) -> None:
    repeated = {sized.size: bodies(sized, 1) for sized in worlds}
    for sized in worlds:
        sized.world.deliver(*repeated[sized.size])

    def again(sized: Sized) -> None:
        sized.world.deliver(*repeated[sized.size])

    small, large = costs(worlds, again)
    assert [cost.commits for cost in (*small, *large)] == [1, 2, 1, 2]
    for before, after in zip(small, large, strict=True):
        assert str(after) == str(before)


@pytest.mark.parametrize(
    "work",
    [
        lambda sized: sized.world.inbox.pending(1),
        lambda sized: sized.world.inbox.recent(1),
        lambda sized: sized.world.inbox.drop_bodies(3600, 100),
    ],
    ids=["pending", "recent", "drop_bodies"],
)
def test_a_look_at_the_inbox_reads_the_same_at_any_size(worlds: list[Sized], work: Callable[[Sized], None]) -> None:
    small, large = costs(worlds, work)
    assert str(large[1]) == str(small[1])


def test_dead_letters_are_not_gone_through_for_bodies_to_drop(tmp_path: Path) -> None:
    world = World(tmp_path)
    for number in range(3):
        world.inbox.settle(world.inbox.put(b"%d" % number), "dead", "why")
    with world.sql_inbox.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {DROPPABLE}", ("9999", 100)).all()
        index = "SELECT sql FROM sqlite_master WHERE name = 'ix_delivery_kept'"
        assert "state IN" in str(connection.exec_driver_sql(index).scalar())
    assert [row[3] for row in plan] == ["SEARCH delivery USING INDEX ix_delivery_kept (settled_at<?)"]
    world.close()
