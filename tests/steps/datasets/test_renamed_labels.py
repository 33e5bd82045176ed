"""A label is renamed between two versions: the old one stays as it was, the new one has the new name."""

from pathlib import Path

import pytest

from curator.domain.errors import SchemaError
from curator.domain.label_edits import remove_label, rename_label
from curator.domain.schema import schema_from_value
from curator.domain.span import Span
from curator.steps.in_force.schema import adopt_schema
from tests.fakes.parts import SCHEMA_VALUE, link, region
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import PARIS, data, export_of, labels, losses, now, records

RENAMED = schema_from_value(rename_label(SCHEMA_VALUE, "entities", "PER", "PERSON"), "tests")
PLACES = schema_from_value(rename_label(SCHEMA_VALUE, "entities", "GPE", "PLACE"), "tests")
REMOVED = schema_from_value(remove_label(SCHEMA_VALUE, "entities", "PER"), "tests")


def annotated(world: World) -> None:
    (task,) = world.with_tasks(PARIS)
    items = [region(0, 11, "PER", id="a"), region(18, 23, "GPE", id="b"), link("a", "b")]
    world.server.annotate(task, items)
    world.deliver()


def test_older_versions_stay_and_the_next_has_the_new_name(world: World, tmp_path: Path) -> None:
    annotated(world)
    export = export_of(world, tmp_path / "exports")
    first, moment = export(), now(world)
    before = data(first)
    world.schema = RENAMED
    world.push()
    past = export(as_of=moment)
    assert (past.version, past.digest, data(past)) == (first.version, first.digest, before)
    second = export()
    assert (second.version, losses(second)) == (2, [])
    record = records(second)[PARIS]
    assert labels(record) == [("PERSON", "Marie Curie"), ("GPE", "Paris")]
    assert record["relations"][0]["head"] == Span("entities", 0, 11, "PERSON").id
    assert data(first) == before


def test_what_a_removed_label_leaves_out_is_a_loss_and_no_quarantine(world: World, tmp_path: Path) -> None:
    annotated(world)
    world.schema = REMOVED
    world.push()
    frozen = export_of(world, tmp_path / "exports")()
    assert labels(records(frozen)[PARIS]) == [("GPE", "Paris")]
    assert [loss["reason"] for loss in losses(frozen)] == ["label-removed", "label-removed"]
    assert world.status()["quarantined"] == 0


def test_predictions_that_wait_for_a_reviewer_are_rewritten_under_their_numbers(world: World) -> None:
    world.ingest(PARIS)
    world.preannotate()
    world.push()
    ((task, _),) = world.server.known_tasks(world.project).items()
    numbers = world.server.prediction_numbers(task)
    assert {span.label for span in world.server.predictions(task)[0].content.spans} == {"GPE"}
    world.schema = PLACES
    report = world.push()
    assert (report.renamed, report.schema_changes) == (1, ["renamed entities/GPE → PLACE"])
    assert {span.label for span in world.server.predictions(task)[0].content.spans} == {"PLACE"}
    assert world.server.prediction_numbers(task) == numbers
    assert world.push().renamed == 0


def test_reviewed_tasks_keep_their_predictions_and_a_full_sync_finds_nothing(world: World) -> None:
    world.ingest(PARIS)
    world.preannotate()
    (task,) = world.with_tasks(PARIS)
    world.server.annotate(task, [region(18, 23, "GPE")])
    world.deliver()
    world.schema = PLACES
    assert world.push().renamed == 0
    revisions = world.revisions()
    world.sync(full=True)
    assert world.revisions() == revisions
    assert [span["label"] for span in world.annotations()[0]["spans"]["entities"]] == ["PLACE"]
    assert world.annotations()[0]["quarantined"] == []


def test_a_renamed_label_has_not_vanished_and_a_forgotten_name_has(world: World) -> None:
    annotated(world)
    assert adopt_schema(world.store, RENAMED, "tests") == ["renamed entities/PER → PERSON"]
    assert adopt_schema(world.store, RENAMED, "tests") == []
    forgotten = rename_label(RENAMED.value, "entities", "PERSON", "HUMAN")
    forgotten["layers"][0]["labels"][0]["formerly"] = ["PERSON"]
    with pytest.raises(SchemaError, match="former label entities/PER"):
        adopt_schema(world.store, schema_from_value(forgotten, "tests"), "tests")
