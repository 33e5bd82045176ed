"""Out to Label Studio: everything once, whatever happened in between."""

from collections import Counter

import pytest
from sqlalchemy import text

from curator.domain.canonical import document_id
from curator.domain.errors import SchemaError, ServerRefused, ServerUnreachable
from curator.steps.desk.publish import Hook
from curator.steps.in_force.schema import schema_in_force
from tests.fakes.parts import SCHEMA, NamePipeline, raw, region, schema_with_label
from tests.fakes.world import HOOK, MARKER, World

ONE, OTHER, THIRD = "Marie vit à Paris", "Rien de neuf", "Tripoli se tait"


def documents_of_tasks(world: World) -> Counter[str | None]:
    return Counter(ref.document for ref in world.server.known_tasks(world.project).values())


def shown_pipeline(world: World) -> str:
    """Return the pipeline whose predictions annotators start from, as the server names it."""
    project = world.server.project(world.project)
    assert project is not None
    return project.model_version


def test_documents_become_tasks_with_their_key_text_source_and_predictions(world: World) -> None:
    world.ingest(raw("a.txt", ONE))
    world.preannotate()
    report = world.push()
    assert (report.created, report.tasks, report.webhook) == (True, 1, "created")
    ((task, ref),) = world.server.known_tasks(world.project).items()
    assert (ref.document, ref.text) == (document_id(ONE), ONE)
    (prediction,) = world.server.predictions(task)
    assert prediction.model_version == "names@d1"
    assert shown_pipeline(world) == "names@d1"


def test_a_second_push_changes_nothing(world: World) -> None:
    world.ingest(ONE, OTHER)
    world.preannotate()
    world.push()
    before = world.server.backup()
    report = world.push()
    assert (report.created, report.updated, report.tasks, report.predictions, report.webhook) == (
        False,
        False,
        0,
        0,
        "kept",
    )
    assert world.server.backup() == before


def test_only_new_documents_are_added(world: World) -> None:
    world.with_tasks(ONE)
    world.ingest(OTHER)
    assert world.push().tasks == 1
    assert documents_of_tasks(world) == {document_id(ONE): 1, document_id(OTHER): 1}


@pytest.mark.parametrize("method", ["create_project", "add_tasks", "add_predictions"])
def test_a_push_that_was_cut_off_leaves_no_doubles(world: World, method: str) -> None:
    world.ingest(ONE, OTHER)
    if method == "add_predictions":
        world.push()
    world.preannotate()
    world.server.cut_off.add(method)
    with pytest.raises(ServerUnreachable):
        world.push()
    world.push()
    assert world.server.find_project(MARKER) == world.server.project(world.project)
    assert documents_of_tasks(world) == {document_id(ONE): 1, document_id(OTHER): 1}
    for task in world.server.known_tasks(world.project):
        assert [prediction.model_version for prediction in world.server.predictions(task)] == ["names@d1"]


def test_tasks_are_listed_only_where_a_push_was_cut_off(world: World) -> None:
    world.with_tasks(ONE)
    world.ingest(OTHER)
    world.server.cut_off.add("add_tasks")
    with pytest.raises(ServerUnreachable):
        world.push()
    assert world.server.calls["tasks"] == 0
    assert world.push().tasks == 0
    assert world.server.calls["tasks"] == 1
    world.ingest(THIRD)
    assert world.push().tasks == 1
    assert world.server.calls["tasks"] == 1
    assert documents_of_tasks(world) == {document_id(text): 1 for text in (ONE, OTHER, THIRD)}


def test_a_store_that_was_set_back_makes_no_doubles_of_tasks_it_does_not_know(world: World) -> None:
    world.with_tasks(ONE, OTHER)
    with world.sql.engine.begin() as connection:
        connection.execute(text("delete from task where document = :lost"), {"lost": document_id(OTHER)})
        connection.execute(text("delete from push"))
    assert world.push().tasks == 0
    assert documents_of_tasks(world) == {document_id(ONE): 1, document_id(OTHER): 1}


def test_a_project_that_somebody_deleted_is_made_again_with_all_tasks(world: World) -> None:
    world.with_tasks(ONE, OTHER)
    first = world.project
    world.server.delete_project(first)
    report = world.push()
    assert report.created
    assert world.project != first
    assert report.tasks == 2
    assert documents_of_tasks(world) == {document_id(ONE): 1, document_id(OTHER): 1}


def test_a_project_whose_number_became_somebody_elses_is_not_touched(world: World) -> None:
    world.with_tasks(ONE)
    ours = world.project
    world.server.patch_project(ours, description="somebody else's")
    report = world.push()
    assert report.created
    assert world.project != ours


def test_predictions_of_a_second_pipeline_are_added_and_shown(world: World) -> None:
    world.ingest(ONE, OTHER)
    world.preannotate()
    world.push()
    world.preannotate(NamePipeline(name="model", digest="m1"))
    report = world.push()
    assert (report.tasks, report.predictions) == (0, 2)
    for task in world.server.known_tasks(world.project):
        assert [prediction.model_version for prediction in world.server.predictions(task)] == ["names@d1", "model@m1"]
    assert shown_pipeline(world) == "model@m1"


def test_only_tasks_that_nobody_reviewed_get_new_predictions(world: World) -> None:
    reviewed, skipped, unheard, waiting = world.with_tasks(ONE, OTHER, THIRD, "Anne dort")
    world.server.annotate(reviewed, [])
    world.server.annotate(skipped, None, was_cancelled=True)
    world.deliver()
    world.server.annotate(unheard, [])
    world.preannotate()
    assert world.push().predictions == 2
    given = [len(world.server.predictions(task)) for task in (reviewed, skipped, unheard, waiting)]
    assert given == [0, 1, 0, 1]
    world.server.delete(1)
    world.deliver(*world.server.take_outbox()[-1:])
    assert world.push().predictions == 1
    assert len(world.server.predictions(reviewed)) == 1


def test_spans_that_came_with_a_document_are_sent_and_never_shown_in_place_of_a_pipelines(world: World) -> None:
    spans = [{"start": 0, "end": 5, "label": "PER"}]
    world.ingest(raw("a.jsonl:1", ONE, annotations={"spans": spans}))
    world.push()
    ((task, _),) = world.server.known_tasks(world.project).items()
    assert [prediction.model_version.split("@")[0] for prediction in world.server.predictions(task)] == ["given"]
    # Label Studio shows what it is given first.
    assert shown_pipeline(world).startswith("given@")
    world.preannotate()
    world.push()
    assert shown_pipeline(world) == "names@d1"


def test_a_task_that_was_taken_away_is_not_made_again(world: World) -> None:
    task, _ = world.with_tasks(ONE, OTHER)
    world.server.delete_task(task)
    world.sync(accepted=True)
    assert world.push().tasks == 0


def test_a_task_whose_number_was_given_out_again_is_not_made_again(world: World) -> None:
    tasks = dict(zip(world.with_tasks(ONE, OTHER), (ONE, OTHER), strict=True))
    last = max(tasks)
    world.server.delete_task(last)
    world.sync(accepted=True)
    world.ingest(THIRD)
    assert world.push().tasks == 1
    assert world.server.known_tasks(world.project)[last].document == document_id(THIRD)
    assert world.push().tasks == 0
    assert document_id(tasks[last]) not in documents_of_tasks(world)


def test_no_prediction_goes_to_a_task_that_is_another_documents_by_now(world: World) -> None:
    (task,) = world.with_tasks(ONE)
    world.server.delete_task(task)
    assert world.server.import_task(world.project, text=OTHER, document="another") == task
    world.preannotate()
    world.push()
    assert world.server.predictions(task) == []


def test_no_prediction_goes_to_a_task_whose_text_was_edited(world: World) -> None:
    (task,) = world.with_tasks("Paris dort")
    world.server.patch_task(task, text="À Paris, on dort")
    world.preannotate(NamePipeline("model"))
    world.push()
    assert world.server.predictions(task) == []


def test_a_changed_schema_updates_the_project(world: World) -> None:
    world.with_tasks(ONE)
    before = world.server.project(world.project)
    world.schema = schema_with_label("ORG")
    assert world.push().updated
    after = world.server.project(world.project)
    assert before is not None
    assert after is not None
    assert before.label_config != after.label_config
    assert not world.push().updated


def test_a_webhook_that_was_switched_off_is_armed_again(world: World) -> None:
    world.with_tasks(ONE)
    (hook,) = world.server.webhooks(world.project)
    world.server.disable(hook.id)
    assert world.push().webhook == "rearmed"
    assert world.server.webhooks(world.project) == [hook]


def test_a_hook_that_moved_takes_its_webhook_along(world: World) -> None:
    world.with_tasks(ONE)
    moved = Hook("http://127.0.0.1:10/webhooks/label-studio", HOOK.headers)
    assert world.push(moved).webhook == "rearmed"
    assert [webhook.url for webhook in world.server.webhooks(world.project)] == [moved.url]


def test_a_new_secret_is_brought_to_the_webhook(world: World) -> None:
    world.with_tasks(ONE)
    renewed = Hook(HOOK.url, {"X-Curator-Secret": "another"})
    assert world.push(renewed).webhook == "rearmed"
    assert [webhook.headers for webhook in world.server.webhooks(world.project)] == [renewed.headers]


def test_doubled_webhooks_become_a_single_webhook_and_foreign_webhooks_are_left_alone(world: World) -> None:
    world.with_tasks(ONE)
    world.server.save_webhook(world.project, HOOK.url, HOOK.headers, None)
    world.server.save_webhook(world.project, "http://somebody.example/hook", {}, None)
    assert world.push().webhook == "kept"
    assert [webhook.url for webhook in world.server.webhooks(world.project)] == [
        HOOK.url,
        "http://somebody.example/hook",
    ]


def test_a_webhook_that_is_refused_is_reported_and_the_rest_is_done(world: World) -> None:
    world.ingest(ONE)
    world.server.failing["save_webhook"] = ServerRefused("URL resolves to a reserved network address")
    report = world.push()
    assert (report.tasks, report.webhook) == (1, "refused")
    assert "reserved network address" in report.reason


def test_annotators_start_from_the_pipeline_in_force_also_where_another_predicted_later(world: World) -> None:
    world.ingest("Anna à Paris")
    world.preannotate(NamePipeline("rules"))
    world.preannotate(NamePipeline("model"))
    world.push()
    assert shown_pipeline(world) == str(NamePipeline("model").id)
    world.ingest("Paul à Lyon")
    world.preannotate(NamePipeline("rules"))
    world.preannotate(NamePipeline("model"))
    world.push()
    assert shown_pipeline(world) == str(NamePipeline("model").id)
    world.preannotate(NamePipeline("rules"))
    world.push()
    assert shown_pipeline(world) == str(NamePipeline("rules").id)


def test_a_schema_is_in_force_once_label_studio_took_it(world: World) -> None:
    (task,) = world.with_tasks(ONE)
    stray = {**region(0, 5, "PER"), "from_name": "label"}
    number = world.server.annotate(task, [stray])
    world.deliver()
    world.schema = schema_with_label("ORG")
    with pytest.raises(ServerRefused) as refused:
        world.push()
    assert f"task {task}, annotation {number}" in str(refused.value)
    assert "correct or delete" in str(refused.value)
    assert in_force(world) == SCHEMA.hash
    world.server.change(number, result=[region(0, 5, "PER")])
    world.deliver()
    assert world.push().schema_changes == ["added label entities/ORG"]
    assert in_force(world) == world.schema.hash
    assert world.push().schema_changes == []


def test_a_refusal_that_nothing_in_quarantine_explains_is_reported_as_it_is(world: World) -> None:
    world.with_tasks(ONE)
    world.server.failing["update_project"] = ServerRefused("no", "fake", "ask")
    with pytest.raises(ServerRefused, match=r"^no \(fake\): ask$"):
        world.push()


def test_a_refusal_without_a_remedy_gets_one_that_leads_to_what_is_in_the_way(world: World) -> None:
    (task,) = world.with_tasks(ONE)
    number = world.server.annotate(task, [{**region(0, 5, "PER"), "from_name": "label"}])
    world.schema = schema_with_label("ORG")
    with pytest.raises(ServerRefused, match=r"incompatible.*`curator sync --full`"):
        world.push()
    world.sync(full=True)
    with pytest.raises(ServerRefused, match=f"task {task}, annotation {number}"):
        world.push()


def test_a_schema_that_lacks_what_is_in_force_is_not_brought_to_label_studio(world: World) -> None:
    world.schema = schema_with_label("ORG")
    world.with_tasks(ONE)
    world.push()
    world.schema = SCHEMA
    config = world.server.project(world.project)
    with pytest.raises(SchemaError, match="entities/ORG"):
        world.push()
    assert world.server.project(world.project) == config


def in_force(world: World) -> str:
    with world.store.reading() as transaction:
        schema = schema_in_force(transaction.settings)
    assert schema is not None
    return schema.hash
