"""What an annotation started from, as it is learnt from Label Studio; export and dashboard say the same of it."""

from pathlib import Path

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError, ServerFailed, ServerRefused, ServerUnreachable
from curator.store.views.overview import SqlOverview
from tests.fakes.parts import NamePipeline, raw, region
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import data, export_of, now, records
from tests.waiting import wait_until

PARIS, LYON = "Marie Curie vit à Paris", "Paul attaque Lyon"
RULES, MODEL = NamePipeline("rules"), NamePipeline("model")


@pytest.fixture
def task(world: World) -> int:
    """A task that was given the predictions of two pipelines, of which the second is shown."""
    world.ingest(PARIS)
    for pipeline in (RULES, MODEL):
        world.preannotate(pipeline)
        world.push()
    (task,) = world.server.known_tasks(world.project)
    return task


def recorded(world: World, folder: Path) -> str | None:
    """Return the pipeline that an export names; what the dashboard names must be the same."""
    named = records(export_of(world, folder)())[PARIS]["provenance"]["pipeline"]
    overview = SqlOverview(world.sql, world.sql_inbox, READ_ANNOTATION)
    seen = overview.document(document_id(PARIS))
    assert seen is not None
    assert seen.predicted is not None
    assert (seen.predicted.by if seen.shown else None) == named
    wait_until(lambda: not overview.labels().counting)
    counted = {report.pipeline: report.annotations for report in overview.labels().pipelines if report.annotations}
    assert counted == ({named: 1} if named else {})
    return str(named) if named else None


def test_a_pipeline_that_was_never_sent_is_named_nowhere(world: World, tmp_path: Path, task: int) -> None:
    world.preannotate(NamePipeline("unsent"))
    world.server.annotate(task, [region(0, 11, "PER")])
    world.deliver()
    assert recorded(world, tmp_path) == str(MODEL.id)


def test_what_is_pushed_and_shown_later_changes_nothing(world: World, tmp_path: Path, task: int) -> None:
    world.preannotate(NamePipeline("later"))
    world.server.annotate(task, [region(0, 11, "PER")])
    world.deliver()
    before = recorded(world, tmp_path)
    world.push()
    assert recorded(world, tmp_path) == before == str(MODEL.id)
    assert export_of(world, tmp_path)().version == 1


def test_the_pipeline_that_is_shown_is_named_not_the_newest_one_that_was_sent(
    world: World, tmp_path: Path, task: int
) -> None:
    # The pipeline in force is the first one again.
    world.preannotate(RULES)
    world.push()
    world.server.annotate(task, [region(0, 11, "PER")])
    world.deliver()
    assert recorded(world, tmp_path) == str(RULES.id)


def test_what_label_studio_reports_holds_whatever_is_shown(world: World, tmp_path: Path, task: int) -> None:
    number = world.server.prediction_numbers(task)[str(RULES.id)]
    annotation = world.server.annotate(task, [region(0, 11, "PER")], parent_prediction=number)
    world.deliver()
    assert world.server.calls["prediction"] == 1
    assert recorded(world, tmp_path) == str(RULES.id)
    # Asked for once, and known also when Label Studio has nothing of it any more.
    world.server.change(annotation, result=[])
    world.deliver()
    world.sync(full=True)
    world.server.delete_predictions(task)
    world.sync(full=True)
    assert world.server.calls["prediction"] == 1
    assert recorded(world, tmp_path) == str(RULES.id)


def test_a_delivery_that_tells_the_parent_prediction_needs_no_question(world: World, tmp_path: Path, task: int) -> None:
    number = world.server.prediction_numbers(task)[str(MODEL.id)]
    world.server.annotate(task, [], parent_prediction=number)
    world.deliver()
    assert world.server.calls["prediction"] == 0
    world.server.patch_project(world.project, model_version="")
    world.sync()
    assert recorded(world, tmp_path) == str(MODEL.id)


def test_a_reconciliation_learns_it_too(world: World, tmp_path: Path, task: int) -> None:
    number = world.server.prediction_numbers(task)[str(RULES.id)]
    world.server.annotate(task, [], parent_prediction=number)
    world.server.take_outbox()
    world.sync()
    assert recorded(world, tmp_path) == str(RULES.id)


@pytest.mark.parametrize(
    ("failure", "questions"), [(ServerUnreachable("away"), 1), (ServerFailed("broken"), 2), (ServerRefused("no"), 2)]
)
def test_what_label_studio_does_not_answer_stops_nothing_and_is_learnt_by_the_next_sync(
    world: World, tmp_path: Path, task: int, failure: CuratorError, questions: int
) -> None:
    number = world.server.prediction_numbers(task)[str(RULES.id)]
    world.server.failing["prediction"] = failure
    for _ in range(2):
        world.server.annotate(task, [], parent_prediction=number)
    world.deliver()
    assert len(world.annotations()) == 2
    # A server that is away is not asked for every single annotation.
    assert world.server.calls["prediction"] == questions
    world.server.failing.clear()
    world.restart()
    world.sync(full=True)
    assert records(export_of(world, tmp_path)())[PARIS]["provenance"]["pipeline"] == str(RULES.id)


def test_a_prediction_that_is_not_there_any_more_leaves_what_was_shown(world: World, tmp_path: Path, task: int) -> None:
    world.server.annotate(task, [], parent_prediction=10**6)
    world.deliver()
    assert recorded(world, tmp_path) == str(MODEL.id)


def test_a_past_state_names_what_was_known_then(world: World, tmp_path: Path, task: int) -> None:
    world.server.failing["prediction"] = ServerRefused("no")
    number = world.server.prediction_numbers(task)[str(RULES.id)]
    world.server.annotate(task, [], parent_prediction=number)
    world.deliver()
    moment = now(world)
    export = export_of(world, tmp_path)
    first = export()
    world.server.failing.clear()
    world.sync(full=True)
    second = export()
    assert records(first)[PARIS]["provenance"]["pipeline"] == str(MODEL.id)
    assert records(second)[PARIS]["provenance"]["pipeline"] == str(RULES.id)
    assert data(export(as_of=moment)) == data(first)


def test_what_is_shown_is_remembered_from_the_first_task_on(world: World) -> None:
    world.ingest(PARIS)
    world.preannotate()
    world.server.cut_off.add("add_tasks")
    with pytest.raises(ServerUnreachable):
        world.push()
    assert shown(world) is None
    # Before anything else can break.
    world.ingest(LYON)
    world.server.failing["webhooks"] = ServerUnreachable("away")
    with pytest.raises(ServerUnreachable):
        world.push()
    assert shown(world) == "names@d1"


def test_a_choice_that_somebody_else_makes_is_noticed(world: World, tmp_path: Path, task: int) -> None:
    world.server.show_predictions_of(world.project, str(RULES.id))
    world.sync()
    assert shown(world) == str(RULES.id)
    world.server.annotate(task, [])
    world.deliver()
    assert recorded(world, tmp_path) == str(RULES.id)


def test_a_pipeline_that_label_studio_does_not_take_is_not_shown(world: World, task: int) -> None:
    world.server.failing["show_predictions_of"] = ServerRefused("no such version")
    world.preannotate(NamePipeline("later"))
    world.push()
    assert shown(world) == str(MODEL.id)


def test_given_spans_are_named_where_nothing_else_is_shown(world: World, tmp_path: Path) -> None:
    world.ingest(raw("a.jsonl:1", PARIS, annotations={"spans": [{"start": 0, "end": 5, "label": "PER"}]}))
    world.push()
    (task,) = world.server.known_tasks(world.project)
    world.server.annotate(task, [])
    world.deliver()
    named = records(export_of(world, tmp_path)())[PARIS]["provenance"]["pipeline"]
    assert named == shown(world)
    assert named.startswith("given@")


def shown(world: World) -> str | None:
    with world.store.reading() as transaction:
        return transaction.lineage.shown(world.server.name, world.project)
