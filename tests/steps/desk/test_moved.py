"""Annotations whose task is given another document: a deletion of the old one's, however it is heard of."""

import pytest

from curator.domain.canonical import document_id
from tests.fakes.world import World
from tests.steps.desk.test_deletions import MARIE, held, texts

TEXTS = texts(20)


@pytest.fixture
def annotations(world: World) -> dict[int, int]:
    """The annotations of twenty documents, by task, all in the store."""
    annotations = {task: world.server.annotate(task, [MARIE]) for task in world.with_tasks(*TEXTS)}
    world.deliver()
    world.sync()
    return annotations


def move(world: World, tasks: list[int]) -> None:
    for task in tasks:
        world.server.patch_task(task, text=TEXTS[0], document=document_id(TEXTS[0]))


def annotated(world: World) -> int:
    """Return how many documents have an annotation."""
    return len({annotation["document"] for annotation in world.annotations()})


def accepted(world: World, moved: int) -> None:
    """Let one sync accept what is held of annotations that were moved to the first document."""
    world.sync(accepted=True)
    assert annotated(world) == 20 - moved
    assert held(world) == (0, 0)
    assert world.equals_server()
    revisions = world.revisions()
    assert world.sync(full=True).applied == 0
    assert world.revisions() == revisions


def test_changes_of_moved_annotations_are_held_from_the_share_on(world: World, annotations: dict[int, int]) -> None:
    for task in list(annotations)[1:]:
        move(world, [task])
        world.server.change(annotations[task], result=[])
        world.deliver()
    assert annotated(world) >= 20 - 7
    assert sum(held(world)) >= 12
    assert world.sync().stopped
    assert world.sync(full=True).stopped
    assert annotated(world) >= 20 - 7
    accepted(world, 19)


@pytest.mark.parametrize("full", [False, True])
def test_a_sync_holds_moved_annotations_changed_or_not(world: World, annotations: dict[int, int], full: bool) -> None:
    move(world, list(annotations)[1:])
    assert world.sync(full=full).stopped
    for number in list(annotations.values())[1:]:
        world.server.change(number, result=[])
    world.server.take_outbox()
    report = world.sync(full=full)
    assert report.stopped
    assert report.applied == 0
    assert annotated(world) == 20
    accepted(world, 19)


def test_a_few_move_at_once_and_leave_a_tombstone(world: World, annotations: dict[int, int]) -> None:
    tasks = list(annotations)[1:4]
    move(world, tasks)
    world.server.change(annotations[tasks[0]], result=[])
    world.deliver()
    assert annotated(world) == 19
    before = world.revisions()
    report = world.sync()
    assert (report.missed["updated"], report.missed["deleted"], report.stopped) == (2, 0, None)
    assert world.revisions() == before + 4
    accepted(world, 3)


def test_an_annotation_that_stayed_behind_follows_its_task(world: World, annotations: dict[int, int]) -> None:
    task = list(annotations)[1]
    move(world, [task])
    world.server.annotate(task, [])
    world.deliver()
    assert annotated(world) == 20
    assert world.sync().missed["updated"] == 1
    accepted(world, 1)


def test_few_tasks_with_many_annotations_are_judged_by_the_annotations(world: World) -> None:
    tasks = world.with_tasks(*TEXTS[:4])
    for task in tasks:
        for _ in range(5):
            world.server.annotate(task, [MARIE])
    world.deliver()
    world.sync()
    for task in tasks[1:]:
        move(world, [task])
        world.sync(full=True)
    assert annotated(world) == 3
    assert world.sync(full=True).stopped
    world.sync(full=True, accepted=True)
    assert annotated(world) == 1
    assert world.equals_server()
