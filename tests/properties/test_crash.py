"""Killed at any boundary of a write and started again: nothing acknowledged is lost, nothing is applied twice."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text

from tests.fakes.adoptable import PLAIN, marked, project_by_hand
from tests.fakes.fuse import Fuse, FusedInbox, FusedStore, Killed
from tests.fakes.parts import NamePipeline, region
from tests.fakes.world import Kept, World

TEXTS = ("Marie Curie est née à Varsovie.", "Paul vit à Lyon, Anne à Nice.", "Un texte sans rien.")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("crash"))
    yield made
    made.close()


@pytest.fixture
def waiting(world: World, fresh: Kept) -> Kept:
    """A world in whose inbox wait deliveries of every kind: good, doubled, late, of deletions, foreign and broken."""
    world.back_to(fresh)
    server = world.server
    first, second, third = world.with_tasks(*TEXTS)
    server.take_outbox()
    server.annotate(first, [region(0, 5, "PER")])
    server.change(1, result=[region(0, 5, "PER"), region(0, 900, "GPE")])
    server.annotate(second, [], was_cancelled=True)
    server.accept_predictions([first, second], [region(0, 4, "PER")])
    server.delete(4)
    assert server.annotate(second, [region(0, 2, "GPE")]) == 4
    server.annotate(third, [])
    server.delete_task(third)
    foreign = server.import_task(world.project, text="La tâche de quelqu'un")
    server.annotate(foreign, [])
    bodies = server.take_outbox()
    for body in [*bodies, bodies[0], b"[]", *reversed(bodies[:3])]:
        world.inbox.put(body)
    return world.keep()


@pytest.fixture(scope="module")
def fresh(world: World) -> Kept:
    return world.keep()


def outcome(world: World) -> dict[str, Any]:
    return {
        "alive": world.current_states(),
        "revisions": world.revisions(),
        "deliveries": world.inbox.counts(),
        "causes": world.causes(),
    }


def lengths(world: World, kept: Kept, work: Callable[[], Any]) -> range:
    """Return every length of a fuse that kills the work before its end."""
    world.back_to(kept)
    fuse = light(world, 10**9)
    work()
    douse(world)
    return range(1, fuse.burnt + 1)


def light(world: World, length: int) -> Fuse:
    """Put a fuse to all that a new process would use."""
    fuse = Fuse(length)
    world.store = FusedStore(world.sql, fuse)
    world.inbox = FusedInbox(world.sql_inbox, fuse)
    world.restart()
    return fuse


def douse(world: World) -> None:
    world.store, world.inbox = world.sql, world.sql_inbox
    world.restart()


def killed(world: World, kept: Kept, length: int, work: Callable[[], Any]) -> None:
    world.back_to(kept)
    light(world, length)
    with pytest.raises(Killed):
        work()
    douse(world)


@pytest.fixture
def later(world: World) -> Callable[[], None]:
    """Let the lease of whoever died run out."""

    def pass_time() -> None:
        with world.sql.engine.begin() as connection:
            connection.execute(text("update lease set expires = 0"))

    return pass_time


def test_draining_killed_anywhere_ends_as_if_it_had_not_been(
    world: World, waiting: Kept, later: Callable[[], None]
) -> None:
    world.back_to(waiting)
    world.receiver.drain()
    expected = outcome(world)
    assert expected["deliveries"] == {"pending": 0, "applied": 10, "stale": 2, "dead": 2}
    points = lengths(world, waiting, lambda: world.receiver.drain())
    assert len(points) > 50
    # Every boundary of the first deliveries, every other one of the rest.
    for length in [*points[:40], *points[40::2]]:
        killed(world, waiting, length, lambda: world.receiver.drain())
        later()
        world.receiver.drain()
        assert outcome(world) == expected, f"killed at {length}"


def test_draining_killed_twice_ends_as_if_it_had_not_been(
    world: World, waiting: Kept, later: Callable[[], None]
) -> None:
    world.back_to(waiting)
    world.receiver.drain()
    expected = outcome(world)
    for length in lengths(world, waiting, lambda: world.receiver.drain())[::5]:
        killed(world, waiting, length, lambda: world.receiver.drain())
        later()
        light(world, 9)
        with suppress(Killed):
            world.receiver.drain()
        douse(world)
        later()
        world.receiver.drain()
        assert outcome(world) == expected, f"killed at {length}"


def test_while_the_dead_ones_lease_lasts_nothing_is_applied_and_nothing_lost(world: World, waiting: Kept) -> None:
    # It has taken the lease, to ask for the name of an annotator.
    killed(world, waiting, 4, lambda: world.receiver.drain())
    before = outcome(world)
    assert not world.receiver.drain()
    assert outcome(world) == before
    assert before["deliveries"]["pending"] > 0


def test_a_delivery_is_acknowledged_only_once_it_is_there(world: World, fresh: Kept) -> None:
    for length, there in ((1, 0), (2, 1)):
        killed(world, fresh, length, lambda: world.inbox.put(b"{}"))
        assert world.inbox.counts()["pending"] == there


def test_a_sync_killed_anywhere_is_made_good_by_the_next(
    world: World, waiting: Kept, later: Callable[[], None]
) -> None:
    world.back_to(waiting)
    world.sync(accepted=True)
    expected = outcome(world)
    for length in lengths(world, waiting, lambda: world.sync(accepted=True))[::2]:
        killed(world, waiting, length, lambda: world.sync(accepted=True))
        later()
        world.sync(accepted=True)
        assert outcome(world) == expected, f"killed at {length}"


def test_a_push_killed_anywhere_leaves_no_doubles(world: World, fresh: Kept, later: Callable[[], None]) -> None:
    world.back_to(fresh)
    world.ingest(*TEXTS)
    world.preannotate()
    ready = world.keep()
    for length in lengths(world, ready, world.push):
        killed(world, ready, length, world.push)
        later()
        world.push()
        tasks = world.server.known_tasks(world.project)
        assert sorted(str(ref.text) for ref in tasks.values()) == sorted(TEXTS), f"killed at {length}"
        assert all(len(world.server.predictions(task)) == 1 for task in tasks), f"killed at {length}"
        assert len(world.server.webhooks(world.project)) == 1


def test_an_adoption_killed_anywhere_is_completed_by_the_next(
    world: World, fresh: Kept, later: Callable[[], None]
) -> None:
    world.back_to(fresh)
    hand = project_by_hand(world)
    for raw, task in hand.tasks.items():
        number = world.server.import_prediction(task, "m1", [])
        world.server.annotate(task, [], parent_prediction=number)
        world.server.annotate(task, [marked(raw, raw[1:4])], was_cancelled=raw == PLAIN)
    ready = world.keep()

    def adopt() -> None:
        world.adopt(hand.number, write_keys=True)

    def held() -> Any:
        with world.store.reading() as transaction:
            revisions = [revision.number for revision in transaction.revisions.current_revisions()]
            starts = {start.pipeline for start in transaction.lineage.started_from(revisions).values()}
            return outcome(world), transaction.documents.splits(10**9), transaction.counts(), starts

    def whole() -> Any:
        return {task["id"]: task["data"] for task in world.server.whole_project(hand.number)["tasks"]}

    world.back_to(ready)
    adopt()
    expected, written = held(), whole()
    for length in lengths(world, ready, adopt):
        killed(world, ready, length, adopt)
        later()
        adopt()
        assert (held(), whole()) == (expected, written), f"killed at {length}"
        assert len(world.server.webhooks(hand.number)) == 1


def test_ingest_and_preannotation_killed_anywhere_are_made_good_by_the_next(world: World, fresh: Kept) -> None:
    def work() -> None:
        world.ingest(*TEXTS)
        world.preannotate(NamePipeline())

    def held() -> Any:
        with world.store.reading() as transaction:
            return transaction.documents.splits(10**9), transaction.counts()

    world.back_to(fresh)
    work()
    expected = held()
    for length in lengths(world, fresh, work):
        killed(world, fresh, length, work)
        work()
        assert held() == expected, f"killed at {length}"


def test_deliveries_applied_together_and_killed_anywhere_are_applied_by_the_next_at_once(
    world: World, fresh: Kept
) -> None:
    world.back_to(fresh)
    server = world.server
    tasks = world.with_tasks(*TEXTS)
    server.annotate(tasks[0], [])
    world.deliver(*server.take_outbox())
    for task in tasks:
        server.annotate(task, [region(0, 5, "PER"), region(0, 900, "GPE")])
    server.change(2, result=[])
    bodies = server.take_outbox()
    for body in [*bodies, bodies[0], b"[]", bodies[-1]]:
        world.inbox.put(body)
    waiting = world.keep()
    world.receiver.drain()
    expected = outcome(world)
    assert expected["deliveries"] == {"pending": 0, "applied": 6, "stale": 1, "dead": 1}
    points = lengths(world, waiting, lambda: world.receiver.drain())
    for length in points[:6]:
        killed(world, waiting, length, lambda: world.receiver.drain())
        # Nobody had taken the lease.
        world.receiver.drain()
        assert outcome(world) == expected, f"killed at {length}"
