"""Two pushes that meet: one waits for the other, and every document has one task."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from curator.domain.errors import CuratorError, LeaseLost
from curator.steps.desk.publish import publish
from curator.steps.desk.push_lease import push_lease
from tests.fakes.parts import silent
from tests.fakes.world import HOOK, MARKER, World
from tests.waiting import HANG_SECONDS

TEXTS = [f"Texte {at} de la dépêche" for at in range(5)]


def push(world: World, who: str, patience: float = HANG_SECONDS) -> int:
    lease = push_lease(world.store, world.server.name, who)
    lease.wait(patience)
    with lease:
        return publish(world.store, world.server, world.schema, MARKER, HOOK, lease, silent).tasks


def tasks_by_document(world: World) -> Counter[str | None]:
    return Counter(ref.document for ref in world.server.known_tasks(world.project).values())


def test_of_two_pushes_that_meet_the_second_finds_nothing_left_to_do(world: World) -> None:
    world.ingest(*TEXTS)
    begun, may_go_on = Event(), Event()

    def pause(method: str) -> None:
        if method == "add_tasks" and not begun.is_set():
            begun.set()
            assert may_go_on.wait(HANG_SECONDS)

    world.server.on_call = pause
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(push, world, "ada")
        assert begun.wait(HANG_SECONDS)
        with pytest.raises(CuratorError, match=r"another curator is pushing \(ada\): wait for it to end"):
            push(world, "bob", 0.0)
        second = pool.submit(push, world, "bob")
        may_go_on.set()
        assert [first.result(HANG_SECONDS), second.result(HANG_SECONDS)] == [len(TEXTS), 0]
    assert set(tasks_by_document(world).values()) == {1}


def test_a_push_that_lost_its_lease_makes_no_more_tasks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ingest(*TEXTS)
    monkeypatch.setattr("curator.steps.desk.lease._RENEWALS", 10**9)
    monkeypatch.setattr("curator.steps.desk.push_lease._SECONDS", -1.0)

    def take_over(method: str) -> None:
        if method == "create_project":
            assert push_lease(world.store, world.server.name, "bob").take()

    world.server.on_call = take_over
    with pytest.raises(LeaseLost, match="pushing"):
        push(world, "ada")
    assert tasks_by_document(world) == {}


def test_a_name_of_any_length_has_room(world: World) -> None:
    lease = push_lease(world.store, "https://labels.example.org" * 9, "process 1 on " + "h" * 300)
    lease.wait(0.0)
    assert lease.held_by().startswith("process 1 on hhh")
    lease.release()
    assert lease.held_by() == ""
