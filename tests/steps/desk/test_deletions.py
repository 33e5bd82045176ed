"""Deletions by whatever way: a few are followed at once, many are held until somebody accepts them."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from curator.domain.annotation import ProjectSource
from curator.steps.desk.deletions import DeletionGuard
from tests.fakes.parts import region
from tests.fakes.world import World

MARIE = region(0, 5, "PER")
MANY, SHARE = 20, 5


def texts(count: int, word: str = "témoin") -> list[str]:
    return [f"Marie vit à Paris, dit le {word} {number}." for number in range(count)]


@pytest.fixture
def tasks(world: World) -> list[int]:
    """The tasks of twenty documents, each annotated, all in the store."""
    tasks = world.with_tasks(*texts(MANY))
    for task in tasks:
        world.server.annotate(task, [MARIE])
    world.deliver()
    return tasks


def annotations(world: World) -> list[int]:
    return sorted(world.server.annotations(world.project))


def held(world: World) -> tuple[int, int]:
    """Return how many tasks and how many annotations are held."""
    with world.store.reading() as transaction:
        items = [deletion.item for deletion in transaction.deletions.held()]
    return sum(item.is_task for item in items), sum(not item.is_task for item in items)


def live_tasks(world: World) -> int:
    with world.store.reading() as transaction:
        return len(transaction.tasks.live(world.server.name, world.project))


def pass_time(world: World, hours: float) -> None:
    """Let all that is in the store have happened so much earlier."""
    with world.sql.engine.begin() as connection:
        for seq, at in connection.execute(text("select seq, at from tick")).all():
            earlier = text("update tick set at = strftime('%Y-%m-%dT%H:%M:%f000Z', :at, :ago) where seq = :seq")
            connection.execute(earlier, {"seq": seq, "at": at, "ago": f"-{hours * 3600} seconds"})


def delete_at_once(world: World) -> None:
    world.server.delete(*annotations(world))
    world.deliver()


def delete_singly(world: World) -> None:
    for number in annotations(world):
        world.server.delete(number)
    world.deliver()


def delete_slowly(world: World) -> None:
    for number in annotations(world):
        world.server.delete(number)
        world.deliver()
        pass_time(world, 0.1)


def delete_silently(world: World) -> None:
    for number in annotations(world):
        world.server.convert_to_draft(number)
    world.sync()


def delete_slowly_and_silently(world: World) -> None:
    for number in annotations(world):
        world.server.convert_to_draft(number)
        world.sync()


def delete_under_late_deliveries(world: World) -> None:
    """Let a change arrive after the annotation went without a word, from a time before the last sync."""
    for number in annotations(world):
        world.server.change(number, result=[])
    late = world.server.take_outbox()
    world.sync()
    for number in annotations(world):
        world.server.convert_to_draft(number)
        world.server.clock.stand_still()
    for body in late:
        value = json.loads(body)
        value["annotation"]["result"] = [MARIE, MARIE]
        world.inbox.put(json.dumps(value).encode())
    world.receiver.drain()


def delete_tasks_at_once(world: World) -> None:
    world.server.delete_task(*world.server.known_tasks(world.project))
    world.deliver()


def delete_tasks_singly(world: World) -> None:
    for task in list(world.server.known_tasks(world.project)):
        world.server.delete_task(task)
        world.deliver()


ALL_AT_ONCE = [delete_at_once, delete_silently, delete_tasks_at_once]
ONE_BY_ONE = [
    delete_singly,
    delete_slowly,
    delete_slowly_and_silently,
    delete_under_late_deliveries,
    delete_tasks_singly,
]


@pytest.mark.parametrize("delete", ALL_AT_ONCE, ids=lambda way: way.__name__)
def test_many_deletions_at_once_are_held_whatever_way_they_come(
    world: World, tasks: list[int], delete: Callable[[World], None]
) -> None:
    before = world.current_states()
    delete(world)
    assert world.current_states() == before
    assert held(world)[1] == MANY
    assert live_tasks(world) == MANY
    assert len(world.annotations()) == MANY


@pytest.mark.parametrize("delete", ONE_BY_ONE, ids=lambda way: way.__name__)
def test_many_deletions_one_by_one_are_held_from_the_share_on(
    world: World, tasks: list[int], delete: Callable[[World], None]
) -> None:
    delete(world)
    assert len(world.current_states()) == MANY - SHARE
    assert held(world)[1] == MANY - SHARE


@pytest.mark.parametrize("delete", [*ALL_AT_ONCE, *ONE_BY_ONE], ids=lambda way: way.__name__)
def test_what_is_held_is_told_by_every_sync_and_deleted_by_the_one_that_accepts(
    world: World, tasks: list[int], delete: Callable[[World], None]
) -> None:
    delete(world)
    current, (tasks_held, annotations_held) = len(world.current_states()), held(world)
    for full in (False, True):
        stopped = world.sync(full=full).stopped
        assert stopped
        assert (stopped.annotations_going, stopped.annotations_known) == (annotations_held, current)
        assert (stopped.tasks_going, stopped.tasks_known) == (tasks_held, live_tasks(world))
        assert "--accept-deletions" in str(stopped)
    report = world.sync(accepted=True)
    assert report.stopped is None
    assert (report.missed["deleted"], report.missed["tasks_deleted"]) == (annotations_held, tasks_held)
    assert world.equals_server()
    assert held(world) == (0, 0)
    assert world.sync().stopped is None


def test_a_delivery_whose_deletions_are_held_is_done_with_and_says_so(world: World, tasks: list[int]) -> None:
    delete_at_once(world)
    assert world.inbox.counts() == {"pending": 0, "applied": MANY + 1, "stale": 0, "dead": 0}
    assert world.inbox.recent(1)[0].cause == "held: more deletions than are taken over unasked"


@pytest.mark.parametrize("count", [1, 3, SHARE])
def test_a_few_deletions_are_followed_at_once(world: World, tasks: list[int], count: int) -> None:
    world.server.delete(*annotations(world)[:count])
    world.deliver()
    assert world.equals_server()
    assert world.sync().stopped is None


def test_a_few_tasks_are_followed_at_once_and_all_tasks_are_not(world: World) -> None:
    tasks = world.with_tasks(*texts(8))
    world.server.delete_task(*tasks[:3])
    world.deliver()
    assert live_tasks(world) == 5
    # None of them has an annotation.
    world.server.delete_task(*tasks[3:])
    world.deliver()
    assert live_tasks(world) == 5
    assert held(world) == (5, 0)
    assert world.sync().stopped
    world.sync(accepted=True)
    assert live_tasks(world) == 0


def test_what_was_deleted_before_the_window_counts_no_more(world: World, tasks: list[int]) -> None:
    world.server.delete(*annotations(world)[:SHARE])
    world.deliver()
    pass_time(world, 25)
    world.server.delete(*annotations(world)[:3])
    world.deliver()
    assert world.equals_server()
    world.server.delete(annotations(world)[0])
    world.deliver()
    assert held(world) == (0, 1)


def test_the_window_is_as_long_as_it_is_set(world: World, tasks: list[int]) -> None:
    world.receiver.acceptor.guard = DeletionGuard(window=timedelta(hours=48))
    world.server.delete(*annotations(world)[:SHARE])
    world.deliver()
    pass_time(world, 25)
    world.server.delete(*annotations(world)[:3])
    world.deliver()
    assert held(world) == (0, 3)


def test_what_is_held_stays_so_also_once_the_window_has_passed(world: World, tasks: list[int]) -> None:
    delete_singly(world)
    for number in range(3):
        pass_time(world, 25)
        assert len(world.current_states()) == MANY - SHARE, number
        assert world.sync().stopped
    world.sync(accepted=True)
    assert world.equals_server()


def test_newcomers_make_no_room_for_the_deletion_of_what_was_there_before(world: World, tasks: list[int]) -> None:
    pass_time(world, 25)
    before = annotations(world)
    for _ in range(5):
        world.server.accept_predictions(tasks, [MARIE])
    world.deliver()
    assert len(world.current_states()) == MANY * 6
    world.server.delete(*before)
    world.deliver()
    assert held(world) == (0, MANY)


def test_what_came_and_went_within_the_window_is_no_loss_of_what_was_there(world: World, tasks: list[int]) -> None:
    pass_time(world, 25)
    world.server.accept_predictions(tasks, [MARIE])
    world.deliver()
    world.server.delete(*annotations(world)[MANY : MANY + 10])
    world.deliver()
    assert world.equals_server()


def test_acceptance_opens_a_window_anew(world: World, tasks: list[int]) -> None:
    world.server.delete(*annotations(world)[:10])
    world.deliver()
    world.sync(accepted=True)
    world.server.delete(*annotations(world)[:3])
    world.deliver()
    assert world.equals_server()
    world.server.delete(annotations(world)[0])
    world.deliver()
    assert held(world) == (0, 1)


def test_what_is_there_again_is_held_no_longer(world: World, tasks: list[int]) -> None:
    backup = world.server.backup()
    delete_tasks_at_once(world)
    assert held(world) == (MANY, MANY)
    world.server.restore(backup)
    report = world.sync(full=True)
    assert report.stopped is None
    assert report.applied == 0
    assert held(world) == (0, 0)
    assert world.equals_server()


def test_an_acceptance_deletes_nothing_that_is_there_again(world: World, tasks: list[int]) -> None:
    backup = world.server.backup()
    delete_at_once(world)
    world.server.restore(backup)
    world.server.delete(annotations(world)[0])
    report = world.sync(accepted=True)
    assert report.missed["deleted"] == 1
    assert held(world) == (0, 0)
    assert world.equals_server()


def test_a_late_delivery_does_not_bring_back_what_is_held(world: World, tasks: list[int]) -> None:
    world.server.change(annotations(world)[0], result=[])
    world.server.annotate(tasks[1], [])
    late = world.server.take_outbox()
    delete_tasks_at_once(world)
    for body in late:
        world.inbox.put(body)
    world.receiver.drain()
    assert len(world.current_states()) == MANY
    assert held(world) == (MANY, MANY)
    world.sync(accepted=True)
    assert world.current_states() == {}


def test_a_number_given_out_again_holds_the_old_annotation_and_takes_the_new_one(
    world: World, tasks: list[int]
) -> None:
    delete_at_once(world)
    number = world.server.annotate(tasks[0], [])
    world.deliver()
    assert number == 1
    assert len(world.current_states()) == MANY + 1
    world.sync(accepted=True)
    assert world.equals_server()
    assert len(world.current_states()) == 1


def test_a_sync_that_finds_too_much_missing_asks_for_none_of_it(world: World, tasks: list[int]) -> None:
    world.sync()
    world.server.delete_all_tasks(world.project)
    world.server.calls.clear()
    assert world.sync().stopped
    assert world.server.calls["task"] + world.server.calls["annotation"] == 0


def test_the_guards_question_costs_the_same_however_much_there_is(world: World) -> None:
    asked: list[list[str]] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked[-1].append(statement)

    for number in range(2):
        for task in world.with_tasks(*texts(20, f"témoin {number}, le")):
            world.server.annotate(task, [MARIE])
        world.deliver()
        world.server.delete(annotations(world)[0])
        asked.append([])
        event.listen(world.sql.engine, "before_cursor_execute", listen)
        world.deliver()
        event.remove(world.sql.engine, "before_cursor_execute", listen)
        (question,) = [statement for statement in asked[-1] if "tasks_held" in statement]
        plan = _plan(world, question)
        assert "ix_revision_tombstone" in plan
        assert "SCAN revision" not in plan
        assert "SCAN current_annotation" not in plan
    assert len(asked[0]) == len(asked[1])


def _plan(world: World, statement: str) -> str:
    with world.sql.engine.connect() as connection:
        source = str(ProjectSource(world.server.name, world.project))
        rows = connection.exec_driver_sql(f"explain query plan {statement}", (source,) * statement.count("?"))
        return "\n".join(str(row[-1]) for row in rows)


def test_what_was_let_go_makes_up_for_no_later_deletion(world: World) -> None:
    tasks = world.with_tasks(*(f"Texte {number} de la dépêche {number}" for number in range(60)))
    world.server.clock.pass_time(90_000)
    later = world.with_tasks(*(f"Autre {number} du lendemain {number}" for number in range(12)))
    for task in later:
        world.server.annotate(task, [])
    world.deliver()
    world.sync(full=True)
    world.server.clock.pass_time(90_000)
    world.sync()
    for gone in (tasks[:25], tasks[25:45]):
        world.server.delete_task(*gone)
        world.server.take_outbox()
        assert world.sync().stopped
        report = world.sync(accepted=True)
        assert not report.stopped
        with world.store.reading() as transaction:
            left = set(transaction.tasks.live(world.server.name, world.project))
        assert left == set(world.server.known_tasks(world.project))
