"""`status` and the quarantine's summary cost the same whatever the store holds, and a change costs that change."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import curator.views.status as views
from curator.store import count_batch
from curator.store.views.status import SqlStatus
from curator.views.quarantine import quarantine, quarantine_summary
from tests.fakes.world import World
from tests.growth.counting import FACTOR, Cost, counted
from tests.growth.filled import SIZES, annotate, filled
from tests.growth.steps import counted_steps


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[World]]:
    folder = tmp_path_factory.mktemp("status")
    worlds = [filled(folder / str(size), size) for size in SIZES]
    yield worlds
    for world in worlds:
        world.close()


@pytest.fixture(autouse=True)
def _few_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "NAMED", 5)


def cost_of(world: World, work: Callable[[World], object]) -> Cost:
    with counted(world.sql.engine) as cost:
        work(world)
    return cost


def counts(world: World) -> dict[str, Any]:
    view = SqlStatus(world.sql.engine, world.sql_inbox.engine)
    if view.is_behind():
        world.readings.catch_up(8, wait=False)
    return views.status(view)


LOOKS: dict[str, Callable[[World], object]] = {
    "status": counts,
    "quarantine": lambda world: quarantine_summary(world.store, world.readings, 5),
    "held deletions": lambda world: held(world),
}


def held(world: World) -> object:
    with world.store.reading() as transaction:
        return transaction.deletions.held_count()


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_costs_the_same_at_any_size(worlds: list[World], look: str) -> None:
    small, large = (cost_of(world, LOOKS[look]) for world in worlds)
    assert small.statements
    assert large.within(small), f"{small} grew to {large}"


@pytest.mark.parametrize("misfit", [False, True], ids=["fits", "misfit"])
def test_a_look_after_one_more_annotation_reads_that_one(worlds: list[World], misfit: bool) -> None:
    number = 0 if misfit else 1
    for world, size in zip(worlds, SIZES, strict=True):
        annotate(world, size + number, misfit=misfit)
    small, large = (cost_of(world, counts) for world in worlds)
    assert small.rows_written
    assert large.within(small), f"{small} grew to {large}"


def test_what_is_counted_is_all_there_is(worlds: list[World]) -> None:
    for world in worlds:
        summary = counts(world)
        assert summary["unread"] == 0
        assert summary["in_quarantine"] == {"unknown-label": misfits(world)}
        assert len(summary["quarantine"]) == 5


def misfits(world: World) -> int:
    return len({entry.name for entry in quarantine(world.store, world.readings)})


def test_reading_everything_costs_as_much_an_annotation_however_many_wait(
    worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_batch, "BATCH", 2)
    costs = []
    for world in worlds:
        with counted_steps(world.sql.engine) as steps:
            world.readings.rebuild()
        costs.append(steps.count)
    small, large = costs
    assert large <= FACTOR * small, f"{small} grew to {large}"
