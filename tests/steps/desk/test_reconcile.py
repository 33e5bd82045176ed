"""The store made equal to what the API says, with a guard before much is deleted."""

import json

import pytest

from curator.domain.errors import CuratorError, DeletionsNotAccepted, ServerRefused, ServerUnreachable
from curator.steps.desk.deletions import DeletionGuard
from tests.fakes.parts import region
from tests.fakes.world import World

TEXTS = [f"Texte {word} de la dépêche" for word in ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit")]


@pytest.fixture
def tasks(world: World) -> list[int]:
    """The tasks of eight documents, each annotated, all in the store."""
    tasks = world.with_tasks(*TEXTS)
    for task in tasks:
        world.server.annotate(task, [region(0, 5, "PER")])
    world.deliver()
    world.sync()
    return tasks


def annotations(world: World) -> list[int]:
    return sorted(world.server.annotations(world.project))


def test_without_a_project_there_is_nothing_to_reconcile(world: World) -> None:
    with pytest.raises(CuratorError, match="curator push"):
        world.sync()


def test_what_webhooks_delivered_is_not_missed(world: World, tasks: list[int]) -> None:
    report = world.sync()
    assert report.missed == {"created": 0, "updated": 0, "deleted": 0, "tasks_deleted": 0}
    assert world.equals_server()


def test_what_waits_in_the_inbox_is_not_missed_either(world: World, tasks: list[int]) -> None:
    world.server.annotate(tasks[0], [])
    for body in world.server.take_outbox():
        world.inbox.put(body)
    report = world.sync()
    assert report.applied == 0
    assert report.drained == {"applied": 1}


def test_what_was_lost_is_made_good_and_counted_by_kind(world: World, tasks: list[int]) -> None:
    server = world.server
    server.annotate(tasks[0], [])
    server.annotate(tasks[1], [], was_cancelled=True)
    server.change(annotations(world)[2], result=[])
    server.delete(annotations(world)[3])
    server.delete_task(tasks[4])
    report = world.sync()
    assert report.missed == {"created": 2, "updated": 1, "deleted": 2, "tasks_deleted": 1}
    assert world.equals_server()
    assert world.sync().applied == 0


def test_only_what_changed_is_read_unless_all_is_asked_for(world: World, tasks: list[int]) -> None:
    world.server.clock.pass_time(86_400)
    world.server.annotate(tasks[0], [])
    world.sync()
    world.server.annotate(tasks[1], [])
    read: list[str] = []
    world.server.on_call = read.append
    world.sync()
    assert read.count("tasks.next") == 2
    read.clear()
    world.sync(full=True)
    assert read.count("tasks.next") == len(tasks)


def test_annotations_of_foreign_tasks_are_counted_by_cause(world: World, tasks: list[int]) -> None:
    task = world.server.import_task(world.project, text="La tâche de quelqu'un")
    world.server.annotate(task, [])
    report = world.sync()
    assert report.foreign == {"unknown-task": 1}
    assert report.applied == 0


def test_much_that_is_gone_stops_the_sync_before_anything_is_deleted(world: World, tasks: list[int]) -> None:
    world.server.annotate(tasks[7], [])
    for task in tasks[:4]:
        world.server.delete_task(task)
    before = world.current_states()
    stopped = world.sync().stopped
    assert isinstance(stopped, DeletionsNotAccepted)
    assert "4 of 8 tasks and 4 of 9 annotations" in str(stopped)
    assert "--accept-deletions" in str(stopped)
    assert (stopped.project, stopped.tasks_going, stopped.tasks_known) == (world.project, 4, 8)
    assert (stopped.annotations_going, stopped.annotations_known) == (4, 9)
    assert before.items() <= world.current_states().items()
    report = world.sync(accepted=True)
    assert report.stopped is None
    assert (report.missed["deleted"], report.missed["tasks_deleted"]) == (4, 4)
    assert world.equals_server()


def test_a_sync_that_was_stopped_looks_at_the_same_again(world: World, tasks: list[int]) -> None:
    for annotation in annotations(world)[:4]:
        world.server.convert_to_draft(annotation)
    for _ in range(2):
        world.server.clock.pass_time(86_400)
        world.server.annotate(tasks[7], [])
        assert world.sync().stopped
    assert world.sync(accepted=True).missed["deleted"] == 4
    assert world.equals_server()


def test_an_emptied_project_is_not_followed_unasked(world: World, tasks: list[int]) -> None:
    world.server.delete_all_tasks(world.project)
    assert world.sync().stopped
    assert len(world.current_states()) == 8
    world.sync(accepted=True)
    assert world.current_states() == {}


def test_nor_is_a_project_that_is_gone(world: World, tasks: list[int]) -> None:
    world.server.delete_project(world.project)
    assert world.sync().stopped
    assert len(world.current_states()) == 8
    report = world.sync(accepted=True)
    assert (report.missed["deleted"], report.missed["tasks_deleted"]) == (8, 8)
    assert world.current_states() == {}


@pytest.mark.parametrize(
    ("going", "known", "stops"),
    [(3, 3, False), (4, 4, True), (4, 16, False), (5, 16, True), (0, 0, False), (26, 100, True), (25, 100, False)],
)
def test_the_guard_lets_a_few_and_a_share_go(going: int, known: int, stops: bool) -> None:
    assert DeletionGuard(share=0.25, free=3).stops(going, known) is stops
    assert not DeletionGuard(share=0.25, free=3, accepted=True).stops(going, known)


def test_a_webhook_that_was_found_switched_off_is_armed_again(world: World, tasks: list[int]) -> None:
    (hook,) = world.server.webhooks(world.project)
    world.server.disable(hook.id)
    assert world.sync().webhook == "rearmed"
    assert world.sync().webhook == "kept"
    world.server.delete_webhook(hook.id)
    assert world.sync().webhook == "created"


def test_a_refused_webhook_is_reported_after_the_rest_is_done(world: World, tasks: list[int]) -> None:
    world.server.delete_webhook(world.server.webhooks(world.project)[0].id)
    world.server.failing["save_webhook"] = ServerRefused("reserved network address")
    world.server.annotate(tasks[0], [])
    report = world.sync()
    assert (report.webhook, report.missed["created"]) == ("refused", 1)
    assert "reserved network address" in report.reason


def test_a_restored_backup_is_followed_back_in_time(world: World, tasks: list[int]) -> None:
    backup = world.server.backup()
    world.server.clock.pass_time(86_400)
    world.server.change(annotations(world)[0], result=[])
    world.server.annotate(tasks[1], [])
    world.deliver()
    world.sync()
    world.server.restore(backup)
    report = world.sync()
    assert world.equals_server()
    assert report.missed == {"created": 0, "updated": 1, "deleted": 1, "tasks_deleted": 0}
    assert world.sync().applied == 0


def test_an_unreachable_server_changes_nothing_and_the_next_sync_makes_good(world: World, tasks: list[int]) -> None:
    world.server.annotate(tasks[0], [])
    world.server.down = True
    with pytest.raises(ServerUnreachable):
        world.sync()
    world.server.down = False
    assert world.sync().missed["created"] == 1
    assert world.equals_server()


def test_a_sync_that_broke_off_in_the_middle_starts_over(world: World, tasks: list[int]) -> None:
    world.server.clock.pass_time(86_400)
    for task in tasks[:4]:
        world.server.annotate(task, [])
    world.server.delete_task(tasks[5])
    world.server.failing["task_index"] = ServerUnreachable("the connection broke")
    with pytest.raises(ServerUnreachable):
        world.sync()
    world.server.failing.clear()
    world.server.clock.pass_time(86_400)
    world.sync()
    assert world.equals_server()


def test_a_delivery_the_server_fails_on_does_not_keep_the_rest_from_being_reconciled(
    world: World, tasks: list[int]
) -> None:
    lie = {"action": "ANNOTATIONS_DELETED", "project": {"id": world.project}, "annotations": [{"id": 999}]}
    world.inbox.put(json.dumps(lie).encode())
    world.server.failing["annotation"] = ServerUnreachable("HTTP 500")
    world.server.annotate(tasks[0], [])
    assert world.sync().missed["created"] == 1
    assert world.inbox.counts()["pending"] == 1


def test_a_task_whose_number_went_to_another_text_is_reported_as_deleted(world: World, tasks: list[int]) -> None:
    last = max(tasks)
    world.server.delete_task(last)
    assert world.server.import_task(world.project, text="Autre chose") == last
    report = world.sync()
    assert (report.missed["deleted"], report.missed["tasks_deleted"]) == (1, 1)
    with world.store.reading() as transaction:
        assert last not in transaction.tasks.live(world.server.name, world.project)
    assert world.sync().applied == 0


def test_a_late_delivery_of_something_long_gone_stays_out(world: World, tasks: list[int]) -> None:
    number = world.server.annotate(tasks[0], [])
    (late,) = world.server.take_outbox()
    world.server.delete(number)
    world.sync()
    world.server.clock.pass_time(86_400)
    world.deliver(late)
    assert world.equals_server()


def test_the_sync_waits_for_who_applies_now(world: World, tasks: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.store.lease("applier", "somebody else", 60)
    monkeypatch.setattr("curator.steps.desk.reconcile._LEASE_WAIT", 0.0)
    with pytest.raises(CuratorError, match="another curator"):
        world.sync()
    world.store.release("applier", "somebody else")
    world.sync()


def test_users_are_known_by_their_address_after_a_sync(world: World, tasks: list[int]) -> None:
    assert {annotation["annotator"] for annotation in world.annotations()} == {"admin@example.org"}
