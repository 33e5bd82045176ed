"""A server that was set back and worked on before the next sync: noticed, and read in full."""

import pytest

from curator.steps.desk.set_back import Inventory, doubtful_tasks
from curator.steps.ports.label_server import TaskFacts
from curator.steps.ports.stored_projects import TaskHolding
from tests.fakes.parts import region
from tests.fakes.world import World

TEXTS = [f"Texte {word} de la dépêche" for word in ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit")]
DAY = 86_400


@pytest.fixture
def tasks(world: World) -> list[int]:
    """The tasks of eight documents, the first four annotated days before the newest one, all in the store."""
    tasks = world.with_tasks(*TEXTS)
    for task in tasks[:4]:
        world.server.annotate(task, [region(0, 5, "PER")])
    world.server.clock.pass_time(DAY)
    world.server.annotate(tasks[6], [])
    world.deliver()
    world.sync()
    world.server.clock.pass_time(DAY)
    return tasks


def set_back(world: World, act: str, tasks: list[int]) -> None:
    """Do something that the store learns of, set the server back to before it, and let people work on."""
    backup = world.server.backup()
    annotations = sorted(world.server.annotations(world.project))
    match act:
        case "changed":
            world.server.change(annotations[0], result=[])
        case "created":
            # The number of the first will be given out again.
            world.server.annotate(tasks[5], [])
            world.server.annotate(tasks[5], [])
        case "deleted":
            world.server.delete(annotations[1])
        case "task deleted":
            world.server.delete_task(tasks[2])
        case "replaced":
            world.server.delete(annotations[3])
            world.server.annotate(tasks[3], [])
    world.deliver()
    world.sync()
    world.server.restore(backup)
    world.server.clock.pass_time(DAY)
    world.server.annotate(tasks[7], [])
    world.deliver()


@pytest.mark.parametrize("act", ["changed", "created", "deleted", "task deleted", "replaced"])
def test_what_was_undone_is_noticed_and_all_is_read(world: World, tasks: list[int], act: str) -> None:
    set_back(world, act, tasks)
    report = world.sync()
    assert "may have been set back" in report.reread
    assert world.equals_server()
    again = world.sync()
    assert (again.reread, again.applied) == ("", 0)


def test_a_server_that_only_went_on_is_not_read_in_full(world: World, tasks: list[int]) -> None:
    world.server.annotate(tasks[5], [], was_cancelled=True)
    world.server.delete(1)
    asked = world.server.calls["task"]
    report = world.sync()
    assert (report.reread, report.missed["created"], report.missed["deleted"]) == ("", 1, 1)
    assert world.server.calls["task"] == asked


@pytest.mark.parametrize("moment", ["tasks_by_id", "task_index"])
def test_what_happens_while_a_sync_reads_is_no_sign(world: World, tasks: list[int], moment: str) -> None:
    world.server.clock.pass_time(DAY)
    if moment == "task_index":
        world.server.delete_task(tasks[5])

    def work(method: str) -> None:
        if method == moment:
            world.server.on_call = lambda _method: None
            world.server.annotate(tasks[4], [])

    world.server.on_call = work
    assert world.sync().reread == ""
    assert world.sync().missed["created"] == 1
    assert world.equals_server()


def test_a_wrong_count_alone_is_looked_at_and_believed_no_further(world: World, tasks: list[int]) -> None:
    world.server.miscounted[tasks[0]] = 7
    world.server.annotate(tasks[6], [])
    # All tasks are compared where one is gone.
    world.server.delete_task(tasks[5])
    asked = world.server.calls["task"]
    report = world.sync()
    assert (report.reread, report.missed["created"], report.missed["tasks_deleted"]) == ("", 1, 1)
    assert world.server.calls["task"] == asked + 2


def test_what_was_taken_back_is_noticed_though_the_numbers_are_the_same(world: World, tasks: list[int]) -> None:
    last = world.with_tasks("Le dernier texte")[0]
    world.sync()
    world.server.clock.pass_time(DAY)
    backup = world.server.backup()
    world.server.change(sorted(world.server.annotations(world.project))[0], result=[])
    world.server.delete_task(last)
    world.ingest("Un texte de plus")
    world.push()
    world.deliver()
    world.sync(accepted=True)
    world.server.restore(backup)
    world.server.clock.pass_time(DAY)
    world.server.annotate(tasks[7], [])
    world.deliver()
    listed = world.server.calls["task_index"]
    assert "may have been set back" in world.sync().reread
    assert world.server.calls["task_index"] == listed + 1
    assert world.equals_server()


def test_the_index_of_all_tasks_is_asked_for_only_where_numbers_differ(world: World, tasks: list[int]) -> None:
    stranger = world.server.import_task(world.project, text="La tâche de quelqu'un")
    world.server.annotate(stranger, [])
    world.server.damage(world.server.annotate(tasks[5], []), result="x")
    world.sync()
    listed = world.server.calls["task_index"]
    world.server.clock.pass_time(DAY)
    world.server.annotate(tasks[4], [])
    world.server.convert_to_draft(world.server.annotate(tasks[3], []))
    world.sync()
    assert world.server.calls["task_index"] == listed
    # A newcomer does not make up for one that is gone.
    world.server.delete_task(tasks[2])
    world.server.import_task(world.project, text="Une autre tâche de quelqu'un")
    assert world.sync().missed["tasks_deleted"] == 1
    assert world.server.calls["task_index"] == listed + 1
    world.sync()
    assert world.server.calls["task_index"] == listed + 1


def test_tasks_of_nobody_and_what_cannot_be_read_are_no_sign(world: World, tasks: list[int]) -> None:
    stranger = world.server.import_task(world.project, text="La tâche de quelqu'un")
    world.server.annotate(stranger, [])
    world.server.damage(world.server.annotate(tasks[5], []), result="x")
    world.sync()
    for _ in range(2):
        world.server.clock.pass_time(DAY)
        world.server.annotate(tasks[7], [])
        assert world.sync().reread == ""


def test_doubt_is_about_counts_and_times_of_what_is_unchanged() -> None:
    index = {
        1: TaskFacts("2026-01-01", 1),
        2: TaskFacts("2026-01-01", 2),
        3: TaskFacts("2026-01-03", 2),
        4: TaskFacts("2026-01-01", 1),
        5: TaskFacts("2026-01-01", 0),
        6: TaskFacts("2026-01-01", 1),
    }
    holdings = {
        1: TaskHolding(1, "2026-01-01"),
        2: TaskHolding(1, "2026-01-01"),
        3: TaskHolding(1, "2026-01-01"),
        4: TaskHolding(1, "2026-01-02"),
    }
    live = dict.fromkeys((1, 2, 3, 4, 5), "document")
    assert doubtful_tasks(Inventory(live, index), holdings, "2026-01-02") == [2, 4, 6]
