"""A desk with so many tasks, and what a piece of work on it costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.fakes.parts import region
from tests.fakes.world import Kept, World
from tests.growth.counting import FACTOR, Cost, counted

SMALL = 16
LARGE = SMALL * FACTOR
DAY = 86_400
_FETCHED = 2
# To count tasks and annotations by their indexes takes so many steps a task; to look at each takes many more.
_STEPS_OF_COUNTING = 9


@dataclass(slots=True)
class DeskCost:
    """What a piece of work asked of the store, and of Label Studio: calls, and tasks that its listings held.

    `steps` are those of SQLite's own machine: what it looks through without answering with it counts there.
    """

    calls: int = 0
    listed: int = 0
    steps: int = 0
    store: Cost = field(default_factory=Cost)

    def within(self, other: "DeskCost", counts: int = 1) -> bool:
        """Say whether this is no more than another cost, where all that there is may be counted so many times.

        The store fetches some rows at a time, so a row or two do not matter.
        """
        counted = self.steps <= other.steps + counts * _STEPS_OF_COUNTING * (LARGE - SMALL)
        requests = self.calls <= other.calls and self.listed <= other.listed
        return counted and requests and self.store.within(other.store, _FETCHED)

    def __str__(self) -> str:
        return f"{self.calls} calls, {self.listed} tasks listed, {self.steps} steps, {self.store}"


@contextmanager
def desk_cost(world: World) -> Iterator[DeskCost]:
    cost = DeskCost()
    calls, listed = world.server.calls.total(), world.server.listed

    def step() -> int:
        cost.steps += 1
        return 0

    def connect(connection: Any, _record: Any) -> None:
        connection.set_progress_handler(step, 1)

    event.listen(world.sql.engine, "connect", connect)
    try:
        with counted(world.sql.engine) as cost.store:
            yield cost
    finally:
        event.remove(world.sql.engine, "connect", connect)
    cost.calls, cost.listed = world.server.calls.total() - calls, world.server.listed - listed


def filled(folder: Path, tasks: int) -> World:
    """Return a world with so many predicted documents as tasks, half of them annotated, all of it reconciled."""
    folder.mkdir()
    world = World(folder)
    texts = [text(number) for number in range(tasks)]
    world.ingest(*texts)
    world.preannotate()
    world.push()
    for task in sorted(world.server.known_tasks(world.project))[::2]:
        world.server.annotate(task, [region(0, 5, "PER")])
    world.deliver()
    world.server.clock.pass_time(DAY)
    # What is newest is not what is changed next.
    world.server.annotate(min(world.server.known_tasks(world.project)), [])
    world.deliver()
    world.sync(full=True)
    world.push()
    world.server.clock.pass_time(DAY)
    return world


def text(number: int) -> str:
    return f"Paris {number} annonce la nouvelle {number * 7919} à Lyon {number * 104_729}"


class Desks:
    """A small desk and a large one, made once, and as they were before each piece of work."""

    def __init__(self, folder: Path) -> None:
        self._desks: list[tuple[World, Kept]] = []
        for tasks in (SMALL, LARGE):
            world = filled(folder / str(tasks), tasks)
            self._desks.append((world, world.keep()))

    def close(self) -> None:
        for world, _ in self._desks:
            world.close()

    def costs(self, prepare: Callable[[World], Any], work: Callable[[World], Any]) -> tuple[DeskCost, DeskCost]:
        """Return what a piece of work costs on the small desk and on the large one."""
        measured = []
        for world, kept in self._desks:
            world.back_to(kept)
            prepare(world)
            with desk_cost(world) as cost:
                work(world)
            measured.append(cost)
        return measured[0], measured[1]
