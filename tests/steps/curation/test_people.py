"""A record names everybody who worked on what was decided, and who was last."""

from pathlib import Path
from typing import Any

import pytest

from curator.domain.policy import POLICIES, Policy
from curator.domain.pseudonym import pseudonym
from tests.domain.quorum import QUORUM
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.steps.curation.test_decide import export as export_by
from tests.steps.datasets.test_freeze import PARIS, Export, data, export_of, now, records

PERSON = [region(0, 11, "PER")]


@pytest.fixture
def export(world: World, tmp_path: Path) -> Export:
    return export_of(world, tmp_path / "exports")


def people(frozen: Any) -> tuple[list[str], str | None]:
    (record,) = records(frozen).values()
    return record["provenance"]["annotators"], record["provenance"]["last_annotator"]


def users(world: World, *names: str) -> list[int]:
    return [world.server.add_user(f"{name}@example.org") for name in names]


def test_author_and_correctors_are_named_and_the_last_of_them(world: World, export: Export) -> None:
    (task,) = world.with_tasks(PARIS)
    ada, bob, eve = users(world, "ada", "bob", "eve")
    annotation = world.server.annotate(task, PERSON, user=ada)
    world.deliver()
    moment = now(world)
    first = export(named=True)
    assert people(first) == (["ada@example.org"], "ada@example.org")
    for user in (eve, bob):
        world.server.change(annotation, user=user, result=[])
        world.deliver()
    everybody = ["ada@example.org", "bob@example.org", "eve@example.org"]
    assert people(export(named=True)) == (everybody, "bob@example.org")
    world.server.change(annotation, user=ada, result=PERSON)
    world.deliver()
    assert people(export(named=True)) == (everybody, "ada@example.org")
    assert data(export(as_of=moment, named=True)) == data(first)


def test_correctors_are_named_by_pseudonyms_too(world: World, export: Export) -> None:
    (task,) = world.with_tasks(PARIS)
    (ada,) = users(world, "ada")
    world.server.change(world.server.annotate(task, PERSON), user=ada)
    world.sync()
    both = sorted(pseudonym("salt", f"fake/{user}") for user in (1, ada))
    assert people(export()) == (both, pseudonym("salt", f"fake/{ada}"))


def test_people_of_annotations_that_did_not_contribute_are_not_named(world: World, export: Export) -> None:
    (task,) = world.with_tasks(PARIS)
    ada, bob = users(world, "ada", "bob")
    world.server.change(world.server.annotate(task, PERSON, user=ada), user=bob)
    world.server.annotate(task, [])
    world.deliver()
    assert people(export(named=True)) == (["admin@example.org"], "admin@example.org")


def test_of_several_contributors_the_last_one_to_work_is_the_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POLICIES, "quorum", QUORUM)
    (task,) = world.with_tasks(PARIS)
    ada, bob, eve = users(world, "ada", "bob", "eve")
    first = world.server.annotate(task, PERSON, user=ada)
    world.server.annotate(task, PERSON, user=bob)
    world.server.change(first, user=eve, result=PERSON)
    world.deliver()
    assert people(export_by(world, Policy("quorum"))) == (
        ["ada@example.org", "bob@example.org", "eve@example.org"],
        "eve@example.org",
    )


def test_an_author_that_nobody_knows_is_said_to_be_unknown(world: World, export: Export) -> None:
    (task,) = world.with_tasks(PARIS)
    world.server.annotate(task, PERSON, completed_by=None, updated_by=None)
    world.deliver()
    assert people(export(named=True)) == (["unknown"], "unknown")
