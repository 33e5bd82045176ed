"""Annotators by their names in records: the names known at the time, and what was written once stays so."""

from pathlib import Path
from typing import Any

import pytest

from curator.domain.errors import ServerUnreachable
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import PARIS, Export, data, export_of, now, records


@pytest.fixture
def export(world: World, tmp_path: Path) -> Export:
    return export_of(world, tmp_path / "exports")


def annotators(frozen: Any) -> list[str]:
    (record,) = records(frozen).values()
    names: list[str] = record["provenance"]["annotators"]
    return names


def test_an_annotator_has_a_name_from_the_first_delivery_on(world: World, export: Export) -> None:
    (task,) = world.with_tasks(PARIS)
    for _ in range(2):
        world.server.annotate(task, [])
        world.deliver()
    assert annotators(export(named=True)) == ["admin@example.org"]
    assert world.server.calls["users"] == 1


def test_a_name_that_is_learnt_after_an_export_makes_a_new_version_and_changes_no_old_one(
    world: World, export: Export
) -> None:
    (task,) = world.with_tasks(PARIS)
    world.server.failing["users"] = ServerUnreachable("away")
    world.server.annotate(task, [])
    world.deliver()
    hidden = export("hidden")
    first = export(named=True)
    assert annotators(first) == ["user 1"]
    moment = now(world)
    world.server.failing.clear()
    world.sync()
    second = export(named=True)
    assert (annotators(second), second.version) == (["admin@example.org"], 2)
    past = export(as_of=moment, named=True)
    assert (data(past), past.digest) == (data(first), first.digest)
    again = export("hidden")
    assert (again.unchanged, data(again)) == (True, data(hidden))


def test_a_new_name_of_an_annotator_is_taken_over_and_the_old_one_stays_in_the_past(
    world: World, export: Export
) -> None:
    (task,) = world.with_tasks(PARIS)
    user = world.server.add_user("old@example.org")
    world.server.annotate(task, [], user=user)
    world.deliver()
    first = export(named=True)
    moment = now(world)
    world.server.rename_user(user, "new@example.org")
    world.sync()
    second = export(named=True)
    assert (annotators(first), annotators(second)) == (["old@example.org"], ["new@example.org"])
    assert export(named=True).unchanged
    assert data(export(as_of=moment, named=True)) == data(first)


def test_an_annotator_that_label_studio_does_not_list_is_asked_for_once(world: World, export: Export) -> None:
    (task,) = world.with_tasks(PARIS)
    for _ in range(3):
        world.server.annotate(task, [], user=77)
        world.deliver()
    assert annotators(export(named=True)) == ["user 77"]
    assert world.server.calls["users"] == 1
