"""What every LabelServer keeps to; the steps rely on nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from curator.domain.annotation import UnreadableAnnotation, annotator_key, instant
from curator.domain.errors import ServerRefused
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, Relation, Span
from curator.label_studio.results import read_result, write_result
from curator.steps.ports.label_server import (
    LabelServer,
    NewPrediction,
    NewTask,
    PredictionRef,
    ProjectRef,
    TaskFacts,
    TaskState,
)
from tests.contracts.conftest import Reviewer
from tests.contracts.readable import readable_annotation, readable_tasks

TEXT = "😀 Paris a annoncé l’envoi de 200 soldats.\nÉmoi à Tripoli, d'après l'AFP."
PARIS = Span("entities", 2, 7, "GPE", 0.9, "gazetteer")
SAID = Span("events", 10, 17, "STATEMENT", 0.5, "triggers")
SENT = Span("events", 20, 25, "DEPLOYMENT", 0.75)
CONTENT = Content((PARIS, SAID, SENT), (Relation(SAID.id, PARIS.id, "agent"), Relation(SAID.id, SENT.id, "topic")))


def prediction(version: str = "rules@1", score: float = 0.54) -> NewPrediction:
    return NewPrediction(version, CONTENT, TEXT, score)


def new_tasks(number: int, *predictions: NewPrediction) -> list[NewTask]:
    return [NewTask(f"doc-{at}", TEXT, f"corpus/{at}.txt", predictions) for at in range(number)]


def bare(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(replace(span, score=None, rule=None) for span in spans)


def test_a_project_is_found_again_by_its_marker(
    server: LabelServer, new_project: Callable[[], ProjectRef], default_schema: LabelSchema
) -> None:
    made = new_project()
    younger = server.create_project("Younger", f"a copy of {made.marker}", default_schema)
    assert younger.id != made.id
    assert server.find_project(made.marker) == made == server.project(made.id)
    assert made.model_version == ""


def test_what_is_not_there_is_none(server: LabelServer) -> None:
    assert server.find_project("a marker of nobody") is None
    assert server.project(10**9) is None
    assert server.task(10**9) is None
    assert server.annotation(10**9) is None


def test_an_update_sets_what_the_schema_says_and_may_be_repeated(
    server: LabelServer, project: int, default_schema: LabelSchema
) -> None:
    before = server.project(project)
    server.update_project(project, default_schema)
    assert server.project(project) == before
    fewer = replace(default_schema, layers=default_schema.layers[:1], relations=())
    server.update_project(project, fewer)
    after = server.project(project)
    assert after is not None
    assert before is not None
    assert after.label_config != before.label_config


def test_updating_a_project_that_is_gone_is_refused(server: LabelServer, default_schema: LabelSchema) -> None:
    with pytest.raises(ServerRefused):
        server.update_project(10**9, default_schema)


def test_a_region_of_no_control_makes_a_change_of_labels_refused(
    server: LabelServer, reviewer: Reviewer, project: int, default_schema: LabelSchema
) -> None:
    (task,) = server.add_tasks(project, new_tasks(1))
    stray = {**write_result(Content((PARIS,)), TEXT)[0], "from_name": "label"}
    annotation = reviewer.annotate(task, [stray])
    fewer = replace(default_schema, relations=())
    with pytest.raises(ServerRefused, match="incompatible"):
        server.update_project(project, fewer)
    reviewer.delete(annotation)
    assert server.update_project(project, fewer)


def test_tasks_keep_text_key_and_order(server: LabelServer, project: int) -> None:
    ids = server.add_tasks(project, new_tasks(205, prediction()))
    assert len(set(ids)) == 205
    assert server.task_index(project).keys() == set(ids)
    listed = list(readable_tasks(server, project))
    assert {state.ref.task: state.ref.document for state in listed} == {
        task: f"doc-{at}" for at, task in enumerate(ids)
    }
    assert all(state.ref.text == TEXT for state in listed)
    assert all(state.ref.project == project for state in listed)
    assert all(state.ref.server == server.name for state in listed)
    assert [state.updated_at for state in listed] == sorted(state.updated_at for state in listed)
    assert all(state.model_versions == ("rules@1",) for state in listed)


def test_no_task_makes_no_call_and_an_empty_project_lists_nothing(server: LabelServer, project: int) -> None:
    assert server.add_tasks(project, []) == []
    assert list(server.tasks(project)) == []
    assert server.task_index(project) == {}


def test_predictions_of_another_pipeline_can_be_added_and_shown(server: LabelServer, project: int) -> None:
    (task,) = server.add_tasks(project, new_tasks(1, prediction()))
    server.add_predictions(project, [(task, prediction("model@2"))])
    server.show_predictions_of(project, "model@2")
    stored = server.project(project)
    state = server.task(task)
    assert stored is not None
    assert state is not None
    assert stored.model_version == "model@2"
    assert state.model_versions == ("model@2", "rules@1")


def test_many_predictions_are_added_at_once_and_none_is_dropped(server: LabelServer, project: int) -> None:
    ids = server.add_tasks(project, new_tasks(12, prediction()))
    unknown = replace(prediction("model@2"), content=Content((replace(PARIS, label="NOBODY"),)))
    server.add_predictions(project, [*((task, prediction("model@2")) for task in ids[:-1]), (ids[-1], unknown)])
    states = {state.ref.task: state.model_versions for state in readable_tasks(server, project)}
    assert states == dict.fromkeys(ids, ("model@2", "rules@1"))
    server.add_predictions(project, [])


@pytest.mark.parametrize("number", [1, 12])
def test_a_prediction_for_a_task_of_another_project_is_refused(
    server: LabelServer, project: int, new_project: Callable[[], ProjectRef], number: int
) -> None:
    (elsewhere,) = server.add_tasks(new_project().id, new_tasks(1))
    ours = server.add_tasks(project, new_tasks(number))
    with pytest.raises(ServerRefused):
        server.add_predictions(project, [(task, prediction()) for task in [*ours[1:], elsewhere]])
    assert server.task(elsewhere).model_versions == ()  # type: ignore[union-attr]


def test_tasks_are_read_by_their_ids_where_the_project_has_them(
    server: LabelServer, reviewer: Reviewer, project: int, new_project: Callable[[], ProjectRef]
) -> None:
    (elsewhere,) = server.add_tasks(new_project().id, new_tasks(1))
    ids = server.add_tasks(project, new_tasks(120, prediction()))
    reviewer.annotate(ids[3], [])
    asked = [*ids[:110], elsewhere, 10**9]
    listed = {state.ref.task: state for state in server.tasks_by_id(project, asked) if isinstance(state, TaskState)}
    assert listed == {task: server.task(task) for task in ids[:110]}
    assert list(server.tasks_by_id(project, [])) == []


def test_a_project_tells_how_many_tasks_and_annotations_it_has(
    server: LabelServer, reviewer: Reviewer, project: int
) -> None:
    def numbers() -> tuple[int, int]:
        known = server.project(project)
        assert known is not None
        return known.tasks, known.annotations

    assert numbers() == (0, 0)
    first, second, _ = server.add_tasks(project, new_tasks(3))
    reviewer.annotate(first, [])
    reviewer.annotate(first, None, was_cancelled=True)
    reviewer.annotate(second, [], ground_truth=True)
    deleted = reviewer.annotate(second, [])
    reviewer.begin(second)
    assert numbers() == (3, 4)
    reviewer.delete(deleted)
    assert numbers() == (3, 3)
    reviewer.delete_task(second)
    assert numbers() == (2, 2)


def test_the_first_predictions_that_a_project_is_given_are_shown(server: LabelServer, project: int) -> None:
    server.add_tasks(project, new_tasks(1))
    assert server.project(project).model_version == ""  # type: ignore[union-attr]
    server.add_tasks(project, new_tasks(2, prediction(), prediction("model@2")))
    server.add_tasks(project, new_tasks(1, prediction("later@3")))
    assert server.project(project).model_version == "model@2"  # type: ignore[union-attr]


def test_a_parent_prediction_is_looked_up_by_its_number_until_it_is_deleted(
    server: LabelServer, reviewer: Reviewer, project: int
) -> None:
    (task,) = server.add_tasks(project, new_tasks(1, prediction(), prediction("model@2")))
    number = reviewer.prediction_numbers(task)["rules@1"]
    annotation = reviewer.annotate(task, [], parent_prediction=number)
    before = readable_annotation(server, annotation)
    assert before.parent_prediction == number
    assert server.prediction(number) == PredictionRef(number, task, "rules@1")
    assert server.prediction(10**9) is None
    reviewer.delete_predictions(task)
    after = readable_annotation(server, annotation)
    assert (after.parent_prediction, after.updated_at) == (None, before.updated_at)
    assert server.prediction(number) is None
    # A number is not given out again.
    server.add_predictions(project, [(task, prediction("later@3"))])
    assert reviewer.prediction_numbers(task)["later@3"] > number


def test_an_annotation_reads_the_same_from_listing_task_and_alone(
    server: LabelServer, reviewer: Reviewer, project: int, default_schema: LabelSchema
) -> None:
    (task,) = server.add_tasks(project, new_tasks(1))
    annotation = reviewer.annotate(task, write_result(CONTENT, TEXT), lead_time=12.5)
    reviewer.annotate(task, [], was_cancelled=True)
    (listed,) = server.tasks(project)
    alone = server.annotation(annotation)
    assert listed == server.task(task)
    assert alone == (listed.annotations[0], listed.ref)
    state = listed.annotations[0]
    assert state.identity.source == listed.ref.source
    assert state.task == task
    assert state.annotator in {annotator_key(server.name, user) for user in server.users()}
    assert state.lead_time == 12.5
    assert not state.skipped
    assert [annotation.skipped for annotation in listed.annotations] == [False, True]
    content = read_result(state.body, TEXT, default_schema)
    assert content.spans == bare(CONTENT.spans)
    assert content.relations == CONTENT.relations
    assert content.problems == ()


def test_a_skip_without_a_result_has_an_empty_one(server: LabelServer, reviewer: Reviewer, project: int) -> None:
    (task,) = server.add_tasks(project, new_tasks(1))
    annotation = reviewer.annotate(task, None, was_cancelled=True)
    (listed,) = server.tasks(project)
    assert isinstance(listed, TaskState)
    (state,) = listed.annotations
    assert (state.body, state.skipped, listed.unreadable) == ([], True, ())
    assert server.annotation(annotation) == (state, listed.ref)
    assert server.task(task) == listed


def test_what_cannot_be_read_stands_apart_by_name(server: LabelServer, reviewer: Reviewer, project: int) -> None:
    (task,) = server.add_tasks(project, new_tasks(1))
    good = reviewer.annotate(task, [])
    bad = reviewer.annotate(task, [{"type": "labels", "value": {"deep": json.loads("[" * 100 + "]" * 100)}}])
    (listed,) = server.tasks(project)
    assert isinstance(listed, TaskState)
    assert [state.identity.key for state in listed.annotations] == [str(good)]
    (unreadable,) = listed.unreadable
    assert unreadable == UnreadableAnnotation(listed.ref.source, task, str(bad), "result is too-deep")
    assert server.annotation(bad) == (unreadable, listed.ref)
    assert server.task(task) == listed


def test_a_change_keeps_the_identity_and_moves_the_time(server: LabelServer, reviewer: Reviewer, project: int) -> None:
    (task,) = server.add_tasks(project, new_tasks(1))
    annotation = reviewer.annotate(task, [])
    first = readable_annotation(server, annotation)
    reviewer.change(annotation, result=write_result(CONTENT, TEXT), ground_truth=True)
    second = readable_annotation(server, annotation)
    assert first.identity == second.identity
    assert first.updated_at < second.updated_at
    assert second.ground_truth
    assert len(second.body) == 5


def test_only_tasks_changed_since_are_listed_the_moment_itself_included(
    server: LabelServer, reviewer: Reviewer, project: int
) -> None:
    ids = server.add_tasks(project, new_tasks(3))
    reviewer.annotate(ids[1], [])
    changed = server.task(ids[1])
    assert changed is not None
    assert [state.ref.task for state in readable_tasks(server, project, changed.updated_at)] == [ids[1]]
    reviewer.annotate(ids[0], [])
    assert [state.ref.task for state in readable_tasks(server, project, changed.updated_at)] == [ids[1], ids[0]]
    assert [state.ref.task for state in readable_tasks(server, project, instant("2999-01-01T00:00:00Z"))] == []


def test_an_index_has_times_and_counts_with_skipped_annotations(
    server: LabelServer, reviewer: Reviewer, project: int
) -> None:
    ids = server.add_tasks(project, new_tasks(3))
    for fields in ({}, {"was_cancelled": True}):
        reviewer.annotate(ids[0], [], **fields)
    reviewer.delete(reviewer.annotate(ids[1], []))
    listed = {
        state.ref.task: TaskFacts(state.updated_at, len(state.annotations)) for state in readable_tasks(server, project)
    }
    assert server.task_index(project) == listed
    assert [listed[task].annotations for task in ids] == [2, 0, 0]
    newest = max(made.updated_at for state in readable_tasks(server, project) for made in state.annotations)
    assert newest <= listed[ids[0]].updated_at


def test_a_task_is_removed_only_where_nobody_has_worked_on_it(
    server: LabelServer, reviewer: Reviewer, project: int
) -> None:
    annotated, skipped, begun, others, unworked = server.add_tasks(project, new_tasks(5, prediction()))
    reviewer.annotate(annotated, [])
    reviewer.annotate(skipped, None, was_cancelled=True)
    reviewer.begin(begun)
    documents = {task: f"doc-{at}" for at, task in enumerate((annotated, skipped, begun, others, unworked))}
    assert not server.remove_unannotated(project, others, "doc-4")
    assert not server.remove_unannotated(project + 1, others, "doc-3")
    for task in (annotated, skipped, begun):
        assert not server.remove_unannotated(project, task, documents[task])
    assert server.remove_unannotated(project, unworked, documents[unworked])
    assert server.remove_unannotated(project, unworked, documents[unworked])
    assert server.task_index(project).keys() == {annotated, skipped, begun, others}


def test_no_task_is_missed_while_others_change_and_go(server: LabelServer, reviewer: Reviewer, project: int) -> None:
    ids = server.add_tasks(project, new_tasks(210))
    listed = readable_tasks(server, project)
    seen = [next(listed).ref.task]
    reviewer.annotate(ids[5], [])
    reviewer.delete_task(ids[0])
    reviewer.delete_task(ids[209])
    reviewer.annotate(ids[150], [])
    seen += [state.ref.task for state in listed]
    assert set(seen) >= set(ids[1:209])
    assert len(seen) == len(set(seen))


def test_what_is_deleted_is_gone(
    server: LabelServer, reviewer: Reviewer, new_project: Callable[[], ProjectRef]
) -> None:
    project = new_project()
    kept, gone = server.add_tasks(project.id, new_tasks(2))
    annotation = reviewer.annotate(kept, [])
    of_gone = reviewer.annotate(gone, [])
    reviewer.delete(annotation)
    reviewer.delete_task(gone)
    assert server.annotation(annotation) is None
    assert server.annotation(of_gone) is None
    assert server.task(gone) is None
    assert server.task_index(project.id).keys() == {kept}
    reviewer.delete_project(project.id)
    assert server.project(project.id) is None
    assert server.find_project(project.marker) is None


def test_a_webhook_is_made_switched_on_again_moved_and_deleted(
    server: LabelServer, reviewer: Reviewer, project: int
) -> None:
    assert server.webhooks(project) == []
    server.save_webhook(project, "http://127.0.0.1:9/hook", {"X-Curator-Secret": "one"}, None)
    (made,) = server.webhooks(project)
    assert made.active
    assert made.payload
    assert not made.all_actions
    assert set(made.actions) == {
        "ANNOTATION_CREATED",
        "ANNOTATIONS_CREATED",
        "ANNOTATION_UPDATED",
        "ANNOTATIONS_DELETED",
        "TASKS_DELETED",
        "PROJECT_UPDATED",
    }
    reviewer.disable(made.id)
    assert not server.webhooks(project)[0].active
    server.save_webhook(project, "http://127.0.0.1:9/moved", {"X-Curator-Secret": "two"}, made.id)
    assert server.webhooks(project) == [
        replace(made, url="http://127.0.0.1:9/moved", headers={"X-Curator-Secret": "two"})
    ]
    server.delete_webhook(made.id)
    server.delete_webhook(made.id)
    assert server.webhooks(project) == []
