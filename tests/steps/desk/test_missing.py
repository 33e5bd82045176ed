"""What a reconciliation asks for one by one: failures of the server stop nothing, and nothing is held for ever."""

from curator.domain.canonical import document_id
from curator.steps.ports.stored_deletions import DeletedItem
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.steps.desk.test_deletions import MARIE, held, texts


def test_an_annotation_of_a_replaced_task_that_the_server_fails_on_stops_no_sync(world: World) -> None:
    paul = "Paul vit à Lyon"
    first, _, third = world.with_tasks("Marie vit à Paris", paul, "Rien de neuf")
    number = world.server.annotate(first, [MARIE])
    world.deliver()
    world.sync()
    world.server.patch_task(first, text=paul, document=document_id(paul))
    world.server.spoilt[number] = world.server.failure
    world.server.annotate(third, [])
    world.server.take_outbox()
    report = world.sync(full=True)
    assert report.missed["created"] == 1
    assert [annotation.name for annotation in report.unreadable] == [f"task {first}, annotation {number}"]
    world.server.spoilt.clear()
    assert world.sync().unreadable == []


def test_a_held_task_that_the_server_fails_on_stops_no_acceptance(world: World) -> None:
    tasks = world.with_tasks(*texts(20))
    for task in tasks:
        world.server.annotate(task, [region(0, 5, "PER")])
    world.deliver()
    world.server.delete_task(*tasks[:10])
    world.deliver()
    assert held(world) == (10, 10)
    world.server.broken.add(tasks[0])
    report = world.sync(accepted=True)
    assert report.missed["tasks_deleted"] == 9
    assert [annotation.name for annotation in report.unreadable] == [f"task {tasks[0]}"]
    assert held(world) == (1, 1)
    world.server.broken.clear()
    world.sync(accepted=True)
    assert held(world) == (0, 0)
    assert world.equals_server()


def test_a_quick_sync_takes_what_is_there_again_for_there(world: World) -> None:
    """A backup leaves the times of its tasks as they were, before the last sync."""
    tasks = world.with_tasks(*texts(20))
    numbers = [world.server.annotate(task, [MARIE]) for task in tasks]
    world.deliver()
    world.sync()
    world.server.clock.pass_time(4000)
    world.server.change(numbers[19], result=[])
    world.deliver()
    world.sync()
    backup = world.server.backup()
    for delete, counts in ((world.server.delete_task, (10, 10)), (world.server.delete, (0, 10))):
        delete(*(tasks if counts[0] else numbers)[:10])
        world.deliver()
        assert held(world) == counts
        world.server.restore(backup)
        report = world.sync()
        assert (report.stopped, report.reread, report.applied) == (None, "", 0)
        assert held(world) == (0, 0)
        assert world.equals_server()


def test_a_held_task_that_the_store_has_let_go_is_held_no_longer(world: World) -> None:
    tasks = world.with_tasks(*texts(8))
    world.server.delete_task(*tasks)
    world.deliver()
    assert held(world) == (8, 0)
    with world.store.writing() as transaction:
        transaction.projects.take_away(world.server.name, world.project, tasks[:2])
    world.deliver(b'{"action": "TASKS_DELETED", "project": {"id": 1}, "tasks": [{"id": %d}]}' % tasks[0])
    assert held(world) == (7, 0)
    assert world.sync(accepted=True).stopped is None
    assert held(world) == (0, 0)


def test_an_acceptance_leaves_nothing_held_that_it_asked_for(world: World) -> None:
    tasks = world.with_tasks(*texts(8))
    number = world.server.annotate(tasks[0], [MARIE])
    world.deliver()
    identity = world.server.annotations(world.project)[number][0].identity
    world.server.delete(number)
    world.deliver()
    item = DeletedItem(tasks[0], identity.key, identity.created_at)
    with world.store.writing() as transaction:
        transaction.deletions.hold(identity.source, {item: document_id(texts(1)[0])}, "")
    assert held(world) == (0, 1)
    assert world.sync(accepted=True).stopped is None
    assert held(world) == (0, 0)
