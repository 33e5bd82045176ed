"""Documents with several tasks: named by push and sync, and the surplus ones removed where nobody worked on them."""

import pytest

from curator.domain.canonical import document_id
from curator.steps.desk.doubles import doubled_documents
from curator.steps.desk.report import DoubledDocument
from tests.fakes.parts import region
from tests.fakes.world import World

ONE, OTHER = "Marie vit à Paris", "Rien de neuf à Lyon"


@pytest.fixture
def tasks(world: World) -> list[int]:
    tasks = world.with_tasks(ONE, OTHER)
    world.sync()
    return tasks


def double(world: World, text: str = ONE) -> int:
    return world.server.import_task(world.project, text=text, document=document_id(text), source="again")


def expected(world: World, *tasks: int, text: str = ONE) -> list[DoubledDocument]:
    return [DoubledDocument(world.project, document_id(text), tasks)]


def test_a_document_with_two_tasks_is_named_by_sync_and_push_until_one_is_gone(world: World, tasks: list[int]) -> None:
    assert world.sync().doubled == []
    other = double(world)
    assert world.sync().doubled == expected(world, tasks[0], other)
    assert world.push().doubled == expected(world, tasks[0], other)
    assert str(world.sync().doubled[0]).endswith(f"has tasks {tasks[0]}, {other} in project {world.project}")
    world.server.delete_task(tasks[0])
    world.server.take_outbox()
    assert world.sync().doubled == []
    assert world.push().tasks == 0


def test_surplus_tasks_without_work_are_removed_and_nothing_is_deleted_with_them(
    world: World, tasks: list[int]
) -> None:
    number = world.server.annotate(tasks[0], [region(0, 5, "PER")])
    others = [double(world), double(world), double(world, OTHER)]
    world.deliver()
    report = world.sync(without_doubled=True)
    assert (report.removed, report.doubled, report.missed["deleted"]) == (sorted(others), [], 0)
    assert world.server.known_tasks(world.project).keys() == set(tasks)
    assert [int(key) for key, _ in world.current_states()] == [number]
    world.deliver()
    assert world.equals_server()
    again = world.sync(without_doubled=True)
    assert (again.removed, again.applied, again.stopped) == ([], 0, None)


def test_the_task_that_was_worked_on_stays_whichever_it_is(world: World, tasks: list[int]) -> None:
    other = double(world)
    world.server.annotate(other, [], was_cancelled=True)
    assert world.sync(without_doubled=True).removed == [tasks[0]]
    assert world.server.known_tasks(world.project).keys() == {tasks[1], other}
    assert world.equals_server()


def test_where_people_worked_on_both_they_are_left_to_a_person(world: World, tasks: list[int]) -> None:
    other = double(world)
    third = double(world)
    world.server.annotate(tasks[0], [])
    world.server.drafts.add(other)
    report = world.sync(without_doubled=True)
    assert report.removed == [third]
    assert report.doubled == expected(world, tasks[0], other)
    assert len(world.server.known_tasks(world.project)) == 3


def test_a_task_that_became_another_documents_is_not_removed(world: World, tasks: list[int]) -> None:
    other = double(world)
    world.sync()

    def change(method: str) -> None:
        if method == "remove_unannotated":
            world.server.patch_task(other, document="another", text="Autre")

    world.server.on_call = change
    assert world.sync(without_doubled=True).removed == []
    assert {other, tasks[0]} <= world.server.known_tasks(world.project).keys()


def test_the_last_task_that_label_studio_has_of_a_document_stays(world: World) -> None:
    texts = [f"Marie vit à Paris, au {number} de la rue." for number in range(20)]
    first = world.with_tasks(*texts)
    second = [double(world, text) for text in texts]
    world.sync()
    world.server.delete_task(*first)
    world.deliver()
    report = world.sync(without_doubled=True)
    assert report.stopped is not None
    assert report.removed == []
    assert world.server.known_tasks(world.project).keys() == set(second)
    world.sync(accepted=True)
    assert world.equals_server()


def test_a_task_of_another_project_is_not_removed_for_one_that_is_gone(world: World) -> None:
    (first,) = world.with_tasks(ONE)
    surplus = double(world)
    (annotated,) = world.with_tasks(OTHER)
    world.server.annotate(annotated, [])
    world.deliver()
    world.sync()
    world.server.delete_project(world.project)
    world.push()
    numbers = world.server.known_tasks(world.project)
    # The numbers were given out again, to the same documents or others.
    assert {first, surplus} & numbers.keys()
    assert world.sync(without_doubled=True).removed == []
    assert world.server.known_tasks(world.project).keys() == numbers.keys()


def test_a_removal_that_is_told_by_webhook_trips_no_guard(world: World, tasks: list[int]) -> None:
    for task in tasks:
        world.server.annotate(task, [])
    for _ in range(6):
        double(world)
    world.sync(without_doubled=True)
    world.deliver()
    report = world.sync()
    assert (report.stopped, report.applied, doubled_documents(world.store, world.server.name)) == (None, 0, [])
    world.server.delete(min(world.server.keys(world.project)))
    report = world.sync()
    assert (report.stopped, report.missed["deleted"]) == (None, 1)
    assert world.equals_server()
