"""An adoption costs by pages, and by annotation what it takes to keep one; a new task costs the same ever after."""

from pathlib import Path

import pytest

from tests.contracts.conftest import OneAdopted
from tests.fakes.adoptable import ByHand, marked, project_by_hand
from tests.fakes.world import World
from tests.growth.counting import FACTOR
from tests.growth.desk import DAY, DeskCost, desk_cost

SMALL = 12
LARGE = SMALL * FACTOR
NEW = "Goma attend,\r\nBukavu aussi."
_OF_AN_ANNOTATION = 5
"""What is known around it, what was before it, its revision, its place in the index, its document's decision."""


def text(number: int) -> str:
    return f"Paris {number} annonce\r\nla nouvelle {number * 7919} à Lyon {number * 104_729}"


def made(folder: Path, tasks: int) -> ByHand:
    """Return a project made by hand with so many tasks, each with a prediction and an annotation."""
    folder.mkdir()
    world = World(folder)
    hand = project_by_hand(world, *map(text, range(tasks)))
    for raw, task in hand.tasks.items():
        world.server.import_prediction(task, "m1", [marked(raw, "Lyon")])
        world.server.annotate(task, [marked(raw, "Lyon")])
    return hand


def adopted(hand: ByHand) -> None:
    # A listing in memory asks the store about each task; the real one asks once for a page of them.
    hand.world.server.adopted = OneAdopted(hand.number)
    hand.world.adopt(hand.number)


def costs(tmp_path: Path) -> list[DeskCost]:
    measured = []
    for tasks in (SMALL, LARGE):
        hand = made(tmp_path / str(tasks), tasks)
        with desk_cost(hand.world) as cost:
            adopted(hand)
        assert hand.equals()
        hand.world.close()
        measured.append(cost)
    return measured


def test_an_adoption(tmp_path: Path) -> None:
    small, large = costs(tmp_path)
    assert (large.calls, large.store.commits) == (small.calls, small.store.commits), f"{small}; {large}"
    more = len(large.store.statements) - len(small.store.statements)
    assert more <= _OF_AN_ANNOTATION * (LARGE - SMALL) + FACTOR, f"{small}; {large}"


@pytest.mark.parametrize("annotated", [False, True])
def test_a_new_task_after_it(tmp_path: Path, annotated: bool) -> None:
    measured = []
    # More than what the store fetches at a time, also without those that were just read.
    for tasks in (2 * SMALL, 2 * LARGE):
        hand = made(tmp_path / str(tasks), tasks)
        world, server = hand.world, hand.world.server
        adopted(hand)
        server.clock.pass_time(DAY)
        # What is newest is not what is changed next.
        server.annotate(min(hand.tasks.values()), [])
        world.sync(full=True)
        server.clock.pass_time(DAY)
        task = server.import_task(hand.number, body=NEW)
        if annotated:
            server.annotate(task, [marked(NEW, "Goma")])
        with desk_cost(world) as cost:
            assert world.sync().taken_up.documents == 1
        assert hand.equals()
        world.close()
        measured.append(cost)
    small, large = measured
    # There are more of them here than what is allowed for counting all was meant for.
    assert large.within(small, counts=2), f"{small}; {large}"
