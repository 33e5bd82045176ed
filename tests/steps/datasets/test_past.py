"""A past state is exported with the splits of that time."""

from pathlib import Path

import pytest

from curator.steps.intake.ingest import assign_splits
from tests.fakes.parts import RULE, NamePipeline, WordNearness
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import EMPTY, PARIS, export_of, losses, now, records


def test_a_document_that_had_no_split_then_has_none_in_that_past(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = world.with_tasks(PARIS)
    monkeypatch.setattr("curator.steps.intake.ingest.assign_splits", lambda *_: None)
    (second,) = world.with_tasks(EMPTY)
    for task in (first, second):
        world.server.annotate(task, [])
    world.deliver()
    moment = now(world)
    assign_splits(world.store, WordNearness(), RULE)
    export = export_of(world, tmp_path / "exports")
    assert records(export()).keys() == {PARIS, EMPTY}
    past = export(as_of=moment)
    assert records(past).keys() == {PARIS}
    assert [loss["reason"] for loss in losses(past)] == ["no-split"]


def test_predictions_made_after_a_review_change_no_record(world: World, tmp_path: Path) -> None:
    world.ingest(PARIS)
    world.preannotate()
    (task,) = world.with_tasks(PARIS)
    world.server.annotate(task, [])
    world.deliver()
    export = export_of(world, tmp_path / "exports")
    first = export()
    assert records(first)[PARIS]["provenance"]["pipeline"] == str(NamePipeline().id)
    world.preannotate(NamePipeline(digest="later"))
    world.push()
    assert export().unchanged


def test_a_past_state_is_exported_by_the_rules_of_that_past(world: World, tmp_path: Path) -> None:
    (task,) = world.with_tasks(PARIS)
    world.server.annotate(task, [])
    world.deliver()
    export = export_of(world, tmp_path / "exports")
    first = export()
    moment = now(world)
    assert not export(named=True).unchanged
    past = export(as_of=moment, named=True)
    assert (past.path / "train.jsonl").read_bytes() == (first.path / "train.jsonl").read_bytes()
    assert past.digest == first.digest
