"""What was annotated elsewhere goes to Label Studio to be reviewed, once, and decides nothing before somebody did."""

import json
from typing import Any

import pytest

from curator.domain.annotation import AnnotationState, Revision
from curator.domain.errors import ServerUnreachable
from curator.steps.ports.label_server import TaskState
from tests.fakes.importing import ADA, LATER, imported, marked, take
from tests.fakes.parts import region
from tests.fakes.world import World

TEXT = "Marie Curie est née à Varsovie."
OTHER = "Paul vit à Lyon, Anne à Nice."
MARIE = (0, 11, "PER")


@pytest.fixture
def waiting(world: World) -> World:
    """A world with one imported annotation that waits for a reviewer."""
    take(world, imported(TEXT, marked(MARIE)), for_review=True)
    return world


def task_of(world: World, text: str = TEXT) -> TaskState:
    (task,) = (task for task, ref in world.server.known_tasks(world.project).items() if ref.text == text)
    state = world.server.task(task)
    assert state is not None
    return state


def copies(world: World, text: str = TEXT) -> list[AnnotationState]:
    return [state for state in task_of(world, text).annotations if state.review_of is not None]


def current(world: World) -> list[Revision]:
    with world.store.reading() as transaction:
        return list(transaction.revisions.current_revisions())


def waits(world: World) -> int:
    return int(world.status()["for_review"])


def update(world: World, copy: AnnotationState, **fields: Any) -> None:
    world.server.clock.pass_time(60)
    world.server.change(int(copy.identity.key), **fields)


def test_a_new_task_is_made_with_what_waits_for_its_review(waiting: World) -> None:
    report = waiting.push()
    assert (report.tasks, report.sent_for_review) == (1, 1)
    (copy,) = copies(waiting)
    assert (copy.for_review, copy.ground_truth, copy.skipped) == (True, False, False)
    (item,) = copy.body
    assert (item["from_name"], item["value"]["labels"]) == ("entities", ["PER"])
    assert TEXT[item["value"]["start"] : item["value"]["end"]] == "Marie Curie"
    assert waiting.push().sent_for_review == 0
    assert len(copies(waiting)) == 1
    assert waits(waiting) == 1


def test_a_task_that_is_there_is_given_it(world: World) -> None:
    world.with_tasks(TEXT, OTHER)
    body = {
        "spans": {
            "entities": [
                {"id": "marie", "start": 0, "end": 11, "label": "PER"},
                {"id": "ville", "start": 22, "end": 30, "label": "GPE"},
            ]
        },
        "relations": [{"head": "marie", "child": "ville", "label": "place"}],
        "attributes": [
            {"on": "marie", "name": "certitude", "value": ["douteux"]},
            {"on": "document", "name": "note", "value": ["à relire"]},
        ],
    }
    report = take(world, imported(TEXT, marked(body=body)), for_review=True)
    assert not report.causes
    assert world.push().sent_for_review == 1
    (copy,) = copies(world)
    assert sorted(item["type"] for item in copy.body) == ["choices", "labels", "labels", "relation", "textarea"]
    assert copy.for_review
    assert world.push().sent_for_review == 0
    assert len(copies(world)) == 1


def test_an_annotator_with_an_account_is_named_and_anybody_else_is_not(world: World) -> None:
    ada = world.server.add_user(ADA)
    world.with_tasks(OTHER)
    take(world, imported(TEXT, marked(MARIE)), imported(OTHER, marked((0, 4, "PER"))), for_review=True)
    take(world, imported(TEXT, marked(MARIE, annotator="Zoé")), for_review=True, source="elsewhere")
    assert world.push().sent_for_review == 3
    by = {(text, copy.annotator) for text in (TEXT, OTHER) for copy in copies(world, text)}
    assert by == {(TEXT, f"fake/{ada}"), (OTHER, f"fake/{ada}"), (TEXT, "fake/1")}


def test_an_annotation_without_any_region_is_sent_and_known_again(world: World) -> None:
    world.with_tasks(OTHER)
    take(world, imported(TEXT, marked()), imported(OTHER, marked()), for_review=True)
    assert world.push().sent_for_review == 2
    for text in (TEXT, OTHER):
        (copy,) = copies(world, text)
        assert (copy.body, copy.for_review) == ([], True)
    assert world.push().sent_for_review == 0


def test_a_skipped_one_is_not_sent(world: World) -> None:
    take(world, imported(TEXT, marked(skipped=True)), for_review=True)
    assert world.push().sent_for_review == 0
    assert copies(world) == []
    assert waits(world) == 0


def test_copies_come_back_and_nobody_is_counted_as_a_reviewer_of_them(waiting: World) -> None:
    waiting.push()
    assert waiting.sync().applied == 0
    assert {(state.state.review_of is None, state.state.for_review) for state in current(waiting) if state.state} == {
        (True, True),
        (False, True),
    }
    assert waiting.status()["annotations"] == 0
    with waiting.store.reading() as transaction:
        assert transaction.revisions.work("fake") == []
        assert transaction.revisions.revisions_at([current(waiting)[0].document], transaction.seq) == {}
    assert {line["for_review"] for line in waiting.annotations()} == {True}


def test_a_corrected_copy_counts_and_the_original_waits_no_longer(waiting: World) -> None:
    waiting.push()
    update(waiting, copies(waiting)[0], result=[region(0, 5, "PER")])
    waiting.deliver()
    assert waiting.status()["annotations"] == 1
    assert waits(waiting) == 0
    waiting.sync()
    states = [revision.state for revision in current(waiting) if revision.state is not None]
    assert {(state.review_of is None, state.for_review) for state in states} == {(True, True), (False, False)}
    assert waiting.sync().applied == 0


def test_an_update_that_changes_nothing_is_a_review(waiting: World) -> None:
    waiting.push()
    update(waiting, copies(waiting)[0])
    waiting.sync()
    assert waiting.status()["annotations"] == 1


@pytest.mark.parametrize("there", [False, True], ids=["new task", "task that is there"])
def test_a_copy_that_a_reviewer_deletes_is_not_sent_again(world: World, there: bool) -> None:
    if there:
        world.with_tasks(TEXT)
    take(world, imported(TEXT, marked(MARIE)), for_review=True)
    world.push()
    world.server.delete(int(copies(world)[0].identity.key))
    world.deliver()
    world.sync()
    assert world.push().sent_for_review == 0
    assert copies(world) == []
    assert waits(world) == 1


def test_an_own_submission_ends_the_waiting(waiting: World) -> None:
    waiting.push()
    waiting.server.annotate(task_of(waiting).ref.task, [region(0, 5, "PER")])
    waiting.deliver()
    assert waits(waiting) == 0
    assert waiting.status()["annotations"] == 1


def test_a_skip_is_a_skip(waiting: World) -> None:
    waiting.push()
    waiting.server.annotate(task_of(waiting).ref.task, [], was_cancelled=True)
    waiting.deliver()
    assert waits(waiting) == 1


def test_what_was_submitted_before_the_push_ends_the_waiting_and_nothing_is_sent(world: World) -> None:
    world.with_tasks(TEXT)
    take(world, imported(TEXT, marked(MARIE)), for_review=True)
    world.server.annotate(task_of(world).ref.task, [])
    world.deliver()
    assert world.push().sent_for_review == 0
    assert copies(world) == []


def test_of_a_connection_that_broke_the_copy_is_found_again(world: World) -> None:
    world.with_tasks(TEXT)
    take(world, imported(TEXT, marked(MARIE)), for_review=True)
    world.server.cut_off = {"add_reviews"}
    with pytest.raises(ServerUnreachable):
        world.push()
    assert len(copies(world)) == 1
    assert world.push().sent_for_review == 0
    assert len(copies(world)) == 1


def test_a_copy_that_nobody_heard_of_and_that_was_deleted_is_not_sent_again(world: World) -> None:
    world.with_tasks(TEXT)
    take(world, imported(TEXT, marked(MARIE)), for_review=True)
    world.server.cut_off = {"add_reviews"}
    with pytest.raises(ServerUnreachable):
        world.push()
    world.server.delete(int(copies(world)[0].identity.key))
    assert world.push().sent_for_review == 0
    assert copies(world) == []


def test_what_was_about_to_be_sent_and_never_was_is_sent(world: World) -> None:
    world.with_tasks(TEXT)
    take(world, imported(TEXT, marked(MARIE)), for_review=True)
    world.server.failing["add_reviews"] = ServerUnreachable("gone", "fake")
    with pytest.raises(ServerUnreachable):
        world.push()
    world.server.failing.clear()
    assert world.push().sent_for_review == 1
    assert len(copies(world)) == 1


def test_a_task_made_by_a_push_that_broke_is_not_given_its_copy_once_more(waiting: World) -> None:
    waiting.server.cut_off = {"add_tasks"}
    with pytest.raises(ServerUnreachable):
        waiting.push()
    (copy,) = (
        int(state.identity.key)
        for task in waiting.server.known_tasks(1)
        if (found := waiting.server.task(task)) is not None
        for state in found.annotations
    )
    waiting.server.delete(copy)
    assert waiting.push().sent_for_review == 0
    assert copies(waiting) == []


def test_two_annotators_of_one_document_are_both_sent(world: World) -> None:
    world.with_tasks(TEXT)
    both = (marked(MARIE), marked((0, 5, "PER"), annotator="Zoé"))
    take(world, imported(TEXT, *both), imported(OTHER, *both), for_review=True)
    assert world.push().sent_for_review == 4
    assert len({copy.review_of for text in (TEXT, OTHER) for copy in copies(world, text)}) == 4


def test_a_task_with_a_copy_still_gets_predictions_until_it_is_reviewed(waiting: World) -> None:
    waiting.push()
    waiting.sync()
    waiting.preannotate()
    assert waiting.push().predictions == 1


def test_a_text_that_was_edited_is_left_alone_until_it_is_mended(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    world.server.patch_task(task, text="Un tout autre texte.")
    take(world, imported(TEXT, marked(MARIE)), for_review=True)
    assert world.push().sent_for_review == 0
    world.server.patch_task(task, text=TEXT)
    assert world.push().sent_for_review == 1


def test_importing_again_for_review_sends_nothing_and_what_changed_is_sent(waiting: World) -> None:
    waiting.push()
    assert take(waiting, imported(TEXT, marked(MARIE)), for_review=True).unchanged == 1
    assert waiting.push().sent_for_review == 0
    take(waiting, imported(TEXT, marked((0, 5, "PER"))), for_review=True)
    assert waiting.push().sent_for_review == 1
    assert len(copies(waiting)) == 2


def test_what_counts_meanwhile_and_waits_again_unchanged_is_not_sent_twice(waiting: World) -> None:
    waiting.push()
    take(waiting, imported(TEXT, marked(MARIE)))
    assert waits(waiting) == 0
    assert waiting.status()["annotations"] == 1
    assert waiting.push().sent_for_review == 0
    take(waiting, imported(TEXT, marked(MARIE, updated_at=LATER)), for_review=True)
    assert waits(waiting) == 1
    assert waiting.push().sent_for_review == 0
    assert len(copies(waiting)) == 1


def test_an_import_that_counts_is_not_sent(world: World) -> None:
    take(world, imported(TEXT, marked(MARIE)))
    assert world.push().sent_for_review == 0
    assert copies(world) == []


def test_a_delivery_of_a_copy_is_for_review(world: World) -> None:
    world.with_tasks(TEXT)
    take(world, imported(TEXT, marked(MARIE)), for_review=True)
    world.push()
    bodies = world.server.take_outbox()
    assert [json.loads(body)["action"] for body in bodies] == ["ANNOTATION_CREATED"]
    world.deliver(*bodies)
    assert world.status()["annotations"] == 0
    assert len(current(world)) == 2


def test_what_a_script_left_as_a_mark_is_none(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    for mark in (17, -1, True, "5000000000000001", 2**60, None):
        world.server.annotate(task, [region(0, 5, "PER")], import_id=mark)
    world.deliver()
    assert world.status()["annotations"] == 6


def test_a_mark_of_another_documents_revision_names_nobody_and_hides_nothing(waiting: World) -> None:
    waiting.with_tasks(OTHER)
    task = task_of(waiting, OTHER).ref.task
    number = current(waiting)[0].number
    made = waiting.server.annotate(task, [region(0, 4, "PER")], import_id=5_000_000_000_000_000 + number)
    waiting.server.clock.pass_time(60)
    waiting.server.change(made)
    waiting.deliver()
    (revision,) = (revision for revision in current(waiting) if revision.state and revision.state.task == task)
    with waiting.store.reading() as transaction:
        assert transaction.revisions.originals([revision.number]) == {}
        assert transaction.revisions.people([revision.number])[revision.number] == {"fake/1"}


@pytest.mark.parametrize("pushed_before", [True, False])
def test_attributes_that_no_interface_can_hold_are_named_once(world: World, pushed_before: bool) -> None:
    if pushed_before:
        world.with_tasks(TEXT)
    body = {
        "spans": {"entities": [{"id": "marie", "start": 0, "end": 11, "label": "PER"}]},
        "attributes": [
            {"on": "marie", "name": "wikidata", "value": "Q7186"},
            {"on": "marie", "name": "certitude", "value": ["douteux"]},
            {"on": "document", "name": "note", "value": 3},
        ],
    }
    take(world, imported(TEXT, marked(body=body)), for_review=True)
    report = world.push()
    assert report.sent_for_review == 1
    on = "entities:0-11:PER"
    document = current(world)[0].document
    assert [lost.value() for lost in report.attributes_not_sent] == [
        {"document": document, "on": "document", "name": "note", "value": 3, "reason": "value-not-text"},
        {"document": document, "on": on, "name": "wikidata", "value": "Q7186", "reason": "unknown-control"},
    ]
    (copy,) = copies(world)
    assert sorted(item["type"] for item in copy.body) == ["choices", "labels"]
    assert world.push().attributes_not_sent == []
