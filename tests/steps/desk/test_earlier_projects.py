"""Projects before the newest one: reconciled where they are there, and named where they are gone."""

import pytest

from curator.steps.desk.report import GoneProject
from tests.fakes.parts import region
from tests.fakes.world import World

TEXTS = ("Marie vit à Paris", "Rien de neuf à Lyon")


@pytest.fixture
def first(world: World) -> int:
    """A project with two annotations, both in the store."""
    for task in world.with_tasks(*TEXTS):
        world.server.annotate(task, [region(0, 5, "PER")])
    world.deliver()
    world.sync()
    return world.project


def live(world: World, project: int) -> int:
    with world.store.reading() as transaction:
        return len(transaction.tasks.live(world.server.name, project))


def test_what_a_project_held_that_is_gone_is_named_until_it_is_accepted(world: World, first: int) -> None:
    world.server.delete_project(first)
    report = world.push()
    assert report.created
    gone = GoneProject(first, len(TEXTS), 2)
    assert report.gone == [gone]
    assert str(gone) == f"project {first} is gone from Label Studio, with 2 annotations current"
    for full in (False, True):
        named = world.sync(full=full)
        assert (named.gone, named.applied) == ([gone], 0)
    assert len(world.current_states()) == 2
    accepted = world.sync(accepted=True)
    assert (accepted.gone, accepted.missed["deleted"], accepted.missed["tasks_deleted"]) == ([], 2, 2)
    assert world.current_states() == {}
    assert (live(world, first), live(world, world.project)) == (0, 2)
    assert world.equals_server()
    assert (world.sync().gone, world.sync().applied, world.push().gone) == ([], 0, [])


def test_annotations_of_the_project_that_took_its_place_stay(world: World, first: int) -> None:
    world.server.delete_project(first)
    world.push()
    task = min(world.server.known_tasks(world.project))
    world.server.annotate(task, [])
    world.deliver()
    world.sync(accepted=True)
    assert world.equals_server()
    assert len(world.current_states()) == 1


def test_a_project_that_is_gone_with_nothing_in_it_needs_no_word(world: World) -> None:
    world.with_tasks(*TEXTS)
    first = world.project
    world.server.delete_project(first)
    assert world.push().gone == []
    assert world.sync().gone == []
    assert live(world, first) == 0


def test_an_earlier_project_that_is_still_there_is_reconciled_too(world: World, first: int) -> None:
    world.server.patch_project(first, description="somebody wrote something else")
    assert world.push().created
    assert world.project != first
    world.server.annotate(min(world.server.known_tasks(first)), [])
    world.server.take_outbox()
    report = world.sync()
    assert (report.missed["created"], report.gone) == (1, [])
    assert len(world.current_states()) == 3
