"""Deliveries applied: each bad one by name, none twice, none in the way of the others."""

import json
from typing import Any

import pytest

from curator.domain.errors import ServerUnreachable
from curator.domain.event import Event
from curator.steps.desk.receive import applier_lease
from tests.fakes.parts import region
from tests.fakes.world import World

TEXT, OTHER = "Marie vit à Paris", "Rien de neuf"
MARIE = region(0, 5, "PER")


def changed(body: bytes, **changes: Any) -> bytes:
    """Return a delivery with some of its parts replaced, by path: `task__data={...}`."""
    value = json.loads(body)
    for path, new in changes.items():
        *way, last = path.split("__")
        at = value
        for key in way:
            at = at[key]
        at[last] = new
    return json.dumps(value).encode()


def defective(body: bytes, server: str) -> list[Event]:
    raise KeyError("secret words of a document")


@pytest.fixture
def submitted(world: World) -> bytes:
    (task,) = world.with_tasks(TEXT)
    world.server.take_outbox()
    world.server.annotate(task, [MARIE])
    (body,) = world.server.take_outbox()
    return body


def dead(world: World) -> list[str]:
    return world.causes()


def test_a_submission_is_in_the_store_as_the_server_has_it(world: World, submitted: bytes) -> None:
    world.deliver(submitted)
    assert world.equals_server()
    assert world.inbox.counts() == {"pending": 0, "applied": 1, "stale": 0, "dead": 0}
    assert world.server.calls["annotation"] == 0


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"action": "ANNOTATION_PRAISED"}, "unknown-action"),
        ({"annotation": 7}, "unknown-shape"),
        ({"annotation__project": 99, "task__project": 99}, "unknown-project"),
        ({"task__data": {"text": TEXT}}, "unknown-task: task 1: its data has no key of a document"),
        (
            {"task__data": {"text": TEXT, "document": "\x1b" + "f" * 24}},
            f"unknown-task: task 1: there is no document '\\x1b{'f' * 23}'",
        ),
    ],
)
def test_what_is_not_ours_is_a_dead_letter_with_its_cause(
    world: World, submitted: bytes, changes: dict[str, Any], cause: str
) -> None:
    world.deliver(changed(submitted, **changes))
    assert dead(world) == [cause]
    assert world.current_states() == {}


@pytest.mark.parametrize(("body", "cause"), [(b'{"a', "not-json"), (b"[]", "unknown-shape")])
def test_what_cannot_be_read_is_a_dead_letter(world: World, body: bytes, cause: str) -> None:
    world.deliver(body)
    assert dead(world) == [cause]


@pytest.mark.parametrize("action", ["ANNOTATIONS_DELETED", "TASKS_DELETED", "PROJECT_UPDATED"])
def test_deletions_in_a_project_of_others_are_dead_letters_and_ask_nothing(
    world: World, submitted: bytes, action: str
) -> None:
    body = {"action": action, "project": {"id": 99}, "annotations": [{"id": 1}], "tasks": [{"id": 1}]}
    world.deliver(submitted, json.dumps(body).encode())
    assert dead(world) == ["unknown-project"]
    assert len(world.current_states()) == 1
    assert world.server.calls["annotation"] + world.server.calls["task"] == 0


@pytest.mark.parametrize(
    ("item", "cause"),
    [
        (region(3, 400, "PER"), "offsets-outside-text"),
        (region(5, 5, "PER"), "offsets-empty-or-reversed"),
        (region(0, 5, "NOBODY"), "unknown-label"),
        (region(0, 5, "PER", layer="nowhere"), "unknown-control"),
    ],
)
def test_a_region_that_does_not_fit_is_quarantined_and_the_rest_kept(
    world: World, item: dict[str, Any], cause: str
) -> None:
    (task,) = world.with_tasks(TEXT)
    world.server.annotate(task, [item, MARIE])
    world.deliver()
    world.deliver(*world.server.take_outbox())
    assert world.equals_server()
    (annotation,) = world.annotations()
    assert annotation["quarantined"] == [{"cause": cause, "item": item}]
    assert [span["text"] for span in annotation["spans"]["entities"]] == ["Marie"]
    with world.store.reading() as transaction:
        assert transaction.counts()["quarantined"] == 1


def test_the_same_delivery_twice_gives_one_revision(world: World, submitted: bytes) -> None:
    world.deliver(submitted, submitted)
    world.deliver(submitted)
    assert world.revisions() == 1
    assert world.inbox.counts()["applied"] == 3


def test_an_older_state_after_a_newer_state_is_stale(world: World, submitted: bytes) -> None:
    world.server.change(1, result=[])
    (newer,) = world.server.take_outbox()
    world.deliver(newer, submitted)
    assert world.equals_server()
    assert world.inbox.counts()["stale"] == 1


def test_a_deletion_delivered_before_the_creation_wins(world: World, submitted: bytes) -> None:
    world.server.delete(1)
    (deleted,) = world.server.take_outbox()
    world.deliver(deleted, submitted)
    assert world.current_states() == {}
    assert world.revisions() == 0


def test_a_late_creation_does_not_bring_back_what_was_deleted(world: World, submitted: bytes) -> None:
    world.deliver(submitted)
    world.server.delete(1)
    world.deliver()
    world.deliver(submitted)
    assert world.current_states() == {}


def test_a_creation_in_a_task_that_is_gone_brings_nothing_back(world: World, submitted: bytes) -> None:
    task = next(iter(world.server.known_tasks(world.project)))
    world.server.delete_task(task)
    world.deliver()
    world.deliver(submitted)
    assert world.current_states() == {}
    with world.store.reading() as transaction:
        assert transaction.tasks.live(world.server.name, world.project) == {}


def test_a_number_given_out_again_is_another_annotation(world: World, submitted: bytes) -> None:
    task = next(iter(world.server.known_tasks(world.project)))
    world.server.delete(1)
    world.server.take_outbox()
    assert world.server.annotate(task, [region(12, 17, "GPE")]) == 1
    world.deliver(submitted, *world.server.take_outbox())
    assert world.equals_server()
    assert len(world.current_states()) == 1


def test_states_of_the_same_moment_that_differ_are_read_again(world: World, submitted: bytes) -> None:
    world.server.clock.stand_still()
    world.server.change(1, result=[])
    world.server.change(1, result=[MARIE, region(12, 17, "GPE")])
    first, second = world.server.take_outbox()
    world.deliver(second, first)
    assert world.equals_server()
    assert world.server.calls["annotation"] == 1


def test_a_task_that_was_deleted_takes_its_annotations_along(world: World, submitted: bytes) -> None:
    world.deliver(submitted)
    world.server.delete_task(next(iter(world.server.known_tasks(world.project))))
    world.deliver()
    assert world.current_states() == {}


def test_a_deletion_that_did_not_happen_deletes_nothing(world: World, submitted: bytes) -> None:
    lie = {"action": "ANNOTATIONS_DELETED", "project": {"id": world.project}, "annotations": [{"id": 1}]}
    lie_too = {"action": "TASKS_DELETED", "project": {"id": world.project}, "tasks": [{"id": 1}]}
    world.deliver(submitted, json.dumps(lie).encode(), json.dumps(lie_too).encode())
    assert world.equals_server()
    assert len(world.current_states()) == 1


def test_a_changed_project_is_taken_note_of_and_changes_nothing(world: World, submitted: bytes) -> None:
    world.server.patch_project(world.project, title="Autre titre")
    world.deliver(submitted, *world.server.take_outbox())
    assert world.inbox.counts()["applied"] == 2
    assert world.revisions() == 1


def test_many_annotations_in_one_delivery_are_all_taken(world: World) -> None:
    tasks = world.with_tasks(TEXT, OTHER)
    world.server.accept_predictions(tasks, [region(0, 4, "PER")])
    world.deliver()
    assert len(world.current_states()) == 2
    assert world.equals_server()


def test_where_the_server_does_not_answer_the_delivery_waits_and_others_go_on(world: World, submitted: bytes) -> None:
    world.server.delete(1)
    task = next(iter(world.server.known_tasks(world.project)))
    (deleted,) = world.server.take_outbox()
    world.inbox.put(deleted)
    world.server.annotate(task, [])
    world.server.down = True
    with pytest.raises(ServerUnreachable):
        world.deliver()
    assert world.inbox.counts()["pending"] == 1
    assert world.inbox.counts()["applied"] == 1
    world.server.down = False
    world.receiver.drain()
    assert world.inbox.counts()["pending"] == 0
    assert world.equals_server()


def test_a_server_that_is_away_is_not_asked_for_every_delivery(world: World, submitted: bytes) -> None:
    for number in range(2, 30):
        body = {"action": "ANNOTATIONS_DELETED", "project": {"id": world.project}, "annotations": [{"id": number}]}
        world.inbox.put(json.dumps(body).encode())
    world.server.down = True
    asked = world.server.calls["annotation"]
    with pytest.raises(ServerUnreachable):
        world.receiver.drain()
    assert world.server.calls["annotation"] - asked <= 3
    assert world.inbox.counts()["pending"] == 28


def test_a_defect_in_one_delivery_is_a_dead_letter_and_the_queue_goes_on(world: World, submitted: bytes) -> None:
    right = world.receiver.read_delivery
    world.receiver.read_delivery = lambda body, server: (defective if b"poison" in body else right)(body, server)
    world.deliver(b'{"action": "poison"}', submitted)
    assert world.equals_server()
    (cause,) = dead(world)
    assert cause.startswith("defect: KeyError")
    assert "secret" not in cause


def test_a_dead_letter_can_be_applied_again_once_nothing_is_in_its_way(world: World, submitted: bytes) -> None:
    right, world.receiver.read_delivery = world.receiver.read_delivery, defective
    world.deliver(submitted)
    assert world.inbox.counts()["dead"] == 1
    world.receiver.read_delivery = right
    assert world.inbox.replay(None) == 1
    world.receiver.drain()
    assert world.inbox.counts() == {"pending": 0, "applied": 1, "stale": 0, "dead": 0}
    assert world.equals_server()


def test_only_who_holds_the_lease_applies(world: World, submitted: bytes) -> None:
    somebody_else = applier_lease(world.store)
    assert somebody_else.take()
    world.deliver(submitted)
    assert world.inbox.counts()["pending"] == 1
    somebody_else.release()
    world.receiver.drain()
    assert world.inbox.counts()["applied"] == 1


def test_who_changed_somebody_elses_annotation_is_kept_apart_from_the_author(world: World, submitted: bytes) -> None:
    other = world.server.add_user("other@example.org")
    world.server.change(1, user=other, result=[])
    world.deliver(submitted, *world.server.take_outbox())
    world.sync()
    (annotation,) = world.annotations()
    assert (annotation["annotator"], annotation["updated_by"]) == ("admin@example.org", "other@example.org")
