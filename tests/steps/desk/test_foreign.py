"""Texts that were edited in Label Studio, and tasks of nobody: left alone, named, and mended."""

from typing import Any

import pytest

from curator.domain.annotation import UnreadableAnnotation
from curator.domain.canonical import document_id
from curator.steps.desk.foreign import remedy_for
from curator.views.quarantine import quarantine
from tests.fakes.parts import region
from tests.fakes.world import World

TEXT = "Marie vit à Paris depuis l’été"
EDITED = "Marie vit à \u202eLyon"
DIFFERENCE = r"from character 12 on '\u202eLyon' in place of 'Paris depuis l’é'"


@pytest.fixture
def task(world: World) -> int:
    (task, _) = world.with_tasks(TEXT, "Rien de neuf")
    world.sync()
    return task


def entries(world: World) -> list[UnreadableAnnotation]:
    with world.store.reading() as transaction:
        return transaction.quarantine.unreadable()


def named(world: World) -> list[tuple[str, str]]:
    return [(entry.name, entry.cause) for entry in entries(world)]


def test_an_edited_text_is_named_by_a_sync_with_its_first_difference(world: World, task: int) -> None:
    world.server.patch_task(task, text=EDITED)
    report = world.sync()
    cause = f"foreign-text: document {document_id(TEXT)}, {DIFFERENCE}"
    assert [(entry.name, entry.cause) for entry in report.foreign_tasks] == [(f"task {task}", cause)]
    assert report.unreadable == []
    assert "restore the text" in remedy_for(cause)
    (entry,) = quarantine(world.store, world.readings)
    assert (entry.name, entry.document, entry.cause) == (f"task {task}", document_id(TEXT), cause)


@pytest.mark.parametrize("text", [None, 7, "Marie\ud800"])
def test_a_task_without_a_text_is_named_too(world: World, task: int, text: Any) -> None:
    world.server.patch_task(task, text=text)
    (entry,) = world.sync().foreign_tasks
    assert entry.cause == f"foreign-text: document {document_id(TEXT)}, it has no text"


def test_an_edited_text_is_named_until_it_is_restored_also_by_syncs_that_do_not_list_it(
    world: World, task: int
) -> None:
    world.server.patch_task(task, text=EDITED)
    world.sync()
    world.server.clock.pass_time(86_400)
    world.server.annotate(next(number for number in world.server.known_tasks(world.project) if number != task), [])
    world.sync()
    assert len(entries(world)) == 1
    world.server.patch_task(task, text=TEXT)
    world.sync()
    assert entries(world) == []


def test_the_hook_says_which_document_and_where_it_differs(world: World, task: int) -> None:
    world.server.patch_task(task, text=EDITED)
    world.server.annotate(task, [region(0, 5, "PER")])
    world.deliver()
    assert world.causes() == [f"foreign-text: task {task}: document {document_id(TEXT)}, {DIFFERENCE}"]
    assert named(world) == [(f"task {task}", f"foreign-text: document {document_id(TEXT)}, {DIFFERENCE}")]
    assert world.current_states() == {}
    world.server.patch_task(task, text=TEXT)
    assert world.inbox.replay(None) == 1
    world.receiver.drain()
    assert world.causes() == []
    assert world.equals_server()
    world.sync()
    assert entries(world) == []


def test_a_task_of_nobody_is_named_once_somebody_annotates_it(world: World, task: int) -> None:
    keyless = world.server.import_task(world.project, text="La tâche de quelqu'un")
    strange = world.server.import_task(world.project, text="Autre", document="\x1b[2J")
    assert world.sync().foreign_tasks == []
    for number in (keyless, strange):
        world.server.annotate(number, [])
    assert [(entry.name, entry.cause) for entry in world.sync().foreign_tasks] == [
        (f"task {keyless}", "unknown-task: its data has no key of a document"),
        (f"task {strange}", r"unknown-task: there is no document '\x1b[2J'"),
    ]
    world.server.delete_task(keyless, strange)
    assert world.sync().foreign_tasks == []
    assert entries(world) == []


def test_what_is_intact_costs_no_statement_of_its_own(world: World, task: int) -> None:
    opened = 0
    reading = world.sql.reading

    def count() -> Any:
        nonlocal opened
        opened += 1
        return reading()

    world.sql.reading = count  # type: ignore[method-assign]
    world.sync(full=True)
    before = opened
    world.ingest(*(f"Un texte de plus, {at}" for at in range(20)))
    world.push()
    opened = 0
    world.sync(full=True)
    assert opened == before
