"""A desk with so many tasks, and what a piece of work on it costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.parts import region
from tests.fakes.world import World
from tests.growth.counting import FACTOR, Cost, counted

SMALL = 12
LARGE = SMALL * FACTOR
DAY = 86_400


@dataclass(slots=True)
class DeskCost:
    """What a piece of work asked of the store, and of Label Studio: calls, and tasks that its listings held."""

    calls: int = 0
    listed: int = 0
    store: Cost = field(default_factory=Cost)

    def within(self, other: "DeskCost") -> bool:
        return self.calls <= other.calls and self.listed <= other.listed and self.store.within(other.store)

    def __str__(self) -> str:
        return f"{self.calls} calls, {self.listed} tasks listed, {self.store}"


@contextmanager
def desk_cost(world: World) -> Iterator[DeskCost]:
    cost = DeskCost()
    calls, listed = world.server.calls.total(), world.server.listed
    with counted(world.sql.engine) as cost.store:
        yield cost
    cost.calls, cost.listed = world.server.calls.total() - calls, world.server.listed - listed


def filled(folder: Path, tasks: int) -> World:
    """Return a world with so many predicted documents as tasks, a third of them annotated, all of it reconciled."""
    folder.mkdir()
    world = World(folder)
    texts = [text(number) for number in range(tasks)]
    world.ingest(*texts)
    world.preannotate()
    world.push()
    for task in sorted(world.server.known_tasks(world.project))[::3]:
        world.server.annotate(task, [region(0, 5, "PER")])
    world.deliver()
    world.server.clock.pass_time(DAY)
    # What is newest is not what is changed next.
    world.server.annotate(min(world.server.known_tasks(world.project)), [])
    world.deliver()
    world.sync(full=True)
    world.server.clock.pass_time(DAY)
    return world


def text(number: int) -> str:
    return f"Paris {number} annonce la nouvelle {number * 7919} à Lyon {number * 104_729}"


def costs(folder: Path, prepare: Callable[[World], Any], work: Callable[[World], Any]) -> tuple[DeskCost, DeskCost]:
    """Return what a piece of work costs on a small desk and on a large one."""
    measured = []
    for tasks in (SMALL, LARGE):
        world = filled(folder / str(tasks), tasks)
        try:
            prepare(world)
            with desk_cost(world) as cost:
                work(world)
            measured.append(cost)
        finally:
            world.close()
    return measured[0], measured[1]
