"""What cannot be read is quarantined by name, at the hook and in a sync, and stops nothing else."""

import json
from typing import Any

import pytest

from curator.domain.annotation import UnreadableAnnotation
from curator.domain.errors import CuratorError
from tests.fakes.parts import region
from tests.fakes.world import World

TEXTS = ("Marie vit à Paris", "Rien de neuf à Lyon", "Paul dort")
MARIE = region(0, 5, "PER")


@pytest.fixture
def tasks(world: World) -> list[int]:
    return world.with_tasks(*TEXTS)


def unreadable(world: World) -> list[UnreadableAnnotation]:
    with world.store.reading() as transaction:
        return transaction.quarantine.unreadable()


def named(world: World) -> list[str]:
    return [annotation.name for annotation in unreadable(world)]


def at_rest(world: World) -> None:
    revisions = world.revisions()
    report = world.sync(full=True)
    assert report.applied == 0
    assert world.revisions() == revisions


def test_a_skip_without_a_result_is_a_skip(world: World, tasks: list[int]) -> None:
    world.server.annotate(tasks[0], result=None, was_cancelled=True)
    world.server.annotate(tasks[1], [MARIE])
    world.deliver()
    assert world.causes() == []
    assert world.sync().applied == 0
    assert world.equals_server()
    assert {annotation["task"]: annotation["skipped"] for annotation in world.annotations()} == {
        tasks[0]: True,
        tasks[1]: False,
    }


def test_a_skip_without_a_result_that_no_webhook_brought_is_reconciled(world: World, tasks: list[int]) -> None:
    world.server.annotate(tasks[0], result=None, was_cancelled=True)
    assert world.sync().missed["created"] == 1
    assert world.equals_server()


def test_an_annotation_without_a_project_belongs_to_that_of_its_task(world: World, tasks: list[int]) -> None:
    number = world.server.annotate(tasks[0], [MARIE])
    world.server.damage(number, project=None)
    assert world.sync(full=True).missed["created"] == 1
    assert world.equals_server()
    assert unreadable(world) == []


@pytest.mark.parametrize("damage", [{"result": "x"}, {"updated_at": None}, {"completed_by": "zoe"}])
def test_a_sync_names_what_it_cannot_read_and_takes_in_the_rest(
    world: World, tasks: list[int], damage: dict[str, Any]
) -> None:
    bad = world.server.annotate(tasks[0], [MARIE])
    world.server.damage(bad, **damage)
    world.server.annotate(tasks[0], [])
    world.server.annotate(tasks[1], [])
    world.server.take_outbox()
    report = world.sync()
    assert report.missed["created"] == 2
    assert [annotation.name for annotation in report.unreadable] == [f"task {tasks[0]}, annotation {bad}"]
    assert unreadable(world) == world.server.unreadable(world.project) == report.unreadable
    assert world.equals_server()
    at_rest(world)


def test_what_was_known_before_it_became_unreadable_stays(world: World, tasks: list[int]) -> None:
    number = world.server.annotate(tasks[0], [MARIE])
    world.deliver()
    world.server.damage(number, result={})
    report = world.sync()
    assert report.applied == 0
    assert [state.body for state in world.current_states().values()] == [[MARIE]]
    assert named(world) == [f"task {tasks[0]}, annotation {number}"]


def test_what_can_be_read_again_leaves_the_quarantine(world: World, tasks: list[int]) -> None:
    number = world.server.annotate(tasks[0], [MARIE])
    world.server.damage(number, result="x")
    world.sync()
    # Nothing moves the time of the task: what cannot be read is looked at by every sync.
    world.server.clock.pass_time(86_400)
    world.server.damage(number, touch=False, result=[MARIE])
    world.server.annotate(tasks[1], [])
    assert world.sync().missed["created"] == 2
    assert unreadable(world) == []
    assert world.equals_server()


def test_what_is_deleted_leaves_the_quarantine(world: World, tasks: list[int]) -> None:
    first, second = (world.server.annotate(task, [MARIE]) for task in tasks[:2])
    for number in (first, second):
        world.server.damage(number, result="x")
    world.sync()
    assert len(unreadable(world)) == 2
    world.server.delete(first)
    world.server.delete_task(tasks[1])
    world.sync()
    assert unreadable(world) == []
    at_rest(world)


def test_a_task_that_the_server_fails_on_is_named_and_the_others_are_reconciled(world: World, tasks: list[int]) -> None:
    world.server.annotate(tasks[0], [MARIE])
    world.server.annotate(tasks[1], [MARIE])
    world.server.take_outbox()
    world.server.broken.add(tasks[0])
    report = world.sync()
    assert report.missed["created"] == 1
    assert named(world) == [f"task {tasks[0]}"]
    world.server.clock.pass_time(86_400)
    world.server.annotate(tasks[2], [])
    world.sync()
    assert named(world) == [f"task {tasks[0]}"]
    world.server.broken.clear()
    assert world.sync().missed["created"] == 1
    assert unreadable(world) == []
    assert world.equals_server()


def bulk(world: World, tasks: list[int]) -> tuple[int, bytes]:
    """Return an annotation and the delivery of two, in which it cannot be read."""
    first, _ = world.server.accept_predictions(tasks[:2], [MARIE])
    (body,) = world.server.take_outbox()
    value = json.loads(body)
    value["annotation"][0]["result"] = "x"
    return first, json.dumps(value).encode()


def test_the_hook_names_what_it_cannot_read_and_applies_what_came_with_it(world: World, tasks: list[int]) -> None:
    first, body = bulk(world, tasks)
    world.server.damage(first, result="x")
    world.deliver(body)
    assert world.causes() == [f"unreadable: task {tasks[0]}, annotation {first}: result is no list"]
    assert named(world) == [f"task {tasks[0]}, annotation {first}"]
    assert world.equals_server()
    assert len(world.current_states()) == 1


def test_the_hook_reads_again_what_was_mended_since(world: World, tasks: list[int]) -> None:
    _, body = bulk(world, tasks)
    world.deliver(body)
    assert world.causes() == []
    assert unreadable(world) == []
    assert world.equals_server()
    assert len(world.current_states()) == 2


def test_the_hook_names_what_the_server_fails_on_too(world: World, tasks: list[int]) -> None:
    first, body = bulk(world, tasks)
    world.server.failing["annotation"] = world.server.failure
    world.deliver(body)
    assert world.inbox.counts()["pending"] == 0
    assert named(world) == [f"task {tasks[0]}, annotation {first}"]
    world.server.failing.clear()
    world.sync()
    assert unreadable(world) == []
    assert world.equals_server()


def test_unreadable_annotations_of_other_projects_are_dead_letters_alone(world: World, tasks: list[int]) -> None:
    world.server.annotate(tasks[0], [])
    (body,) = world.server.take_outbox()
    value = json.loads(body)
    value["annotation"] |= {"result": "x", "project": 99}
    value["task"]["project"] = 99
    world.deliver(json.dumps(value).encode())
    assert world.causes() == ["unknown-project"]
    assert unreadable(world) == []


def test_an_annotation_that_the_server_fails_on_when_it_is_looked_up_is_named(world: World, tasks: list[int]) -> None:
    number = world.server.annotate(tasks[0], [MARIE])
    world.deliver()
    world.sync()
    world.server.convert_to_draft(number)
    again = world.server.annotate(tasks[0], [])
    assert again == number
    world.server.take_outbox()
    world.server.failing["annotation"] = world.server.failure
    report = world.sync()
    assert [annotation.name for annotation in report.unreadable] == [f"task {tasks[0]}, annotation {number}"]
    world.server.failing.clear()
    world.sync()
    assert unreadable(world) == []
    assert world.equals_server()


def test_a_push_does_not_double_what_it_cannot_read(world: World, tasks: list[int]) -> None:
    world.server.broken.add(tasks[0])
    world.ingest("Oslo lit")
    assert world.push().tasks == 1
    world.ingest("Rome va")
    stray = world.server.import_task(world.project, text="Rome va")
    world.server.broken.add(stray)
    with pytest.raises(CuratorError, match=f"task {stray} cannot be read"):
        world.push()
