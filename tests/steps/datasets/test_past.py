"""A past state is exported with the splits of that time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from curator.domain.annotation import instant
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.steps.in_force.rules import rules_in_force
from curator.steps.intake.ingest import assign_splits
from curator.steps.ports.store import Fence, Transaction
from tests.domain.annotations import annotation
from tests.fakes.parts import RULE, NamePipeline, WordNearness
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import EMPTY, PARIS, data, export_of, losses, now, records
from tests.waiting import HANG_SECONDS


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


@pytest.mark.parametrize("present_first", [False, True])
def test_a_past_before_all_rules_goes_by_the_first_ones_whatever_is_configured(
    world: World, tmp_path: Path, present_first: bool
) -> None:
    (task,) = world.with_tasks(PARIS)
    world.server.annotate(task, [])
    world.deliver()
    moment = now(world)
    export = export_of(world, tmp_path / "exports")
    first = export(as_of=None if present_first else moment)
    assert export(named=True).version == 2
    for named in (False, True):
        again = export(as_of=moment, named=named)
        assert (again.unchanged, again.version, data(again)) == (True, 1, data(first))


def test_a_time_at_which_a_writer_was_at_work_has_what_it_wrote_from_the_first_export_on(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (task, _) = world.with_tasks(PARIS, EMPTY)
    world.server.annotate(task, [])
    world.deliver()
    export = export_of(world, tmp_path / "exports")
    export()
    began, may_end = Event(), Event()
    writing = world.sql.writing

    def work() -> None:
        state = annotation(body=[]).state
        with writing() as transaction:
            transaction.revisions.append(state.identity, document_id(EMPTY), state)
            began.set()
            assert may_end.wait(HANG_SECONDS)

    @contextmanager
    def letting_it_end(fence: Fence | None = None) -> Iterator[Transaction]:
        may_end.set()
        with writing(fence) as transaction:
            yield transaction

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        assert began.wait(HANG_SECONDS)
        moment = instant(datetime.now(UTC))
        monkeypatch.setattr(world.sql, "writing", letting_it_end)
        first = export("past", as_of=moment)
        working.result(HANG_SECONDS)
    assert records(first).keys() == {PARIS, EMPTY}
    again = export("past", as_of=moment)
    assert (again.unchanged, data(again)) == (True, data(first))


def test_a_time_that_has_not_come_yet_is_refused_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    (task,) = world.with_tasks(PARIS)
    world.server.annotate(task, [])
    world.deliver()
    moment = now(world)
    with pytest.raises(CuratorError, match=r"has not come yet \(2999-01-01"):
        export_of(world, tmp_path / "exports")(as_of=instant("2999-01-01"))
    assert now(world) == moment
    with world.store.reading() as transaction:
        assert rules_in_force(transaction.settings) is None
