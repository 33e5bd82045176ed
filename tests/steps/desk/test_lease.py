"""The applier's lease: whoever lost it, for whatever reason, writes nothing more."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from curator.domain.errors import CuratorError, LeaseLost
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.receive import applier_lease
from curator.steps.in_force.schema import adopt_schema
from curator.store.database import SqlStore
from curator.store.engines import open_engine
from tests.fakes.parts import region
from tests.fakes.world import World

TEXTS = tuple(f"Marie vit à Paris, dit le témoin {number}." for number in range(6))


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    """A world on a store of each database."""
    folder = tmp_path / "world"
    folder.mkdir()
    world = World(folder)
    world.sql.engine.dispose()
    world.store = world.sql = SqlStore(open_engine(url))
    adopt_schema(world.store, world.schema, "tests")
    world.restart()
    yield world
    world.close()


def run_out(world: World) -> None:
    """Let the time of every lease be over, as it is for a process that was stopped for long."""
    with world.sql.engine.begin() as connection:
        connection.execute(text("update lease set expires = 0"))


def taken_over(world: World) -> None:
    run_out(world)
    assert applier_lease(world.store).take()


def test_as_a_context_it_is_held_until_the_block_ends(world: World) -> None:
    first, second = (HeldLease(world.store, "push", 60, "pushing") for _ in range(2))
    with first:
        first.keep()
        with pytest.raises(CuratorError, match="another curator is pushing"):
            second.wait(0)
    with pytest.raises(LeaseLost), first.writing():
        pass
    with second, second.writing() as transaction:
        transaction.settings.put("a", 1)


def test_a_lease_is_renewed_only_where_it_is_getting_old(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("curator.steps.desk.lease.monotonic", lambda: now[0])
    lease = applier_lease(world.store)
    assert lease.take()
    renewals: list[float] = []
    take = lease.take

    def counting() -> bool:
        renewals.append(now[0])
        return take()

    monkeypatch.setattr(lease, "take", counting)
    for now[0] in (100.5, 109.0, 111.0, 112.0, 121.0, 130.0):
        lease.keep()
    assert renewals == [111.0, 130.0]


def test_a_lease_that_was_taken_over_is_not_renewed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = applier_lease(world.store)
    assert lease.take()
    taken_over(world)
    lease.keep()
    monkeypatch.setattr("curator.steps.desk.lease.monotonic", lambda: 1e9)
    with pytest.raises(LeaseLost, match="another curator took over applying deliveries"):
        lease.keep()


@pytest.fixture(params=["before it is judged", "before it is appended", "before the receipt"])
def stop(request: pytest.FixtureRequest, world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the applier be stopped at a moment, for so long that another takes over, and go on then."""
    moment = {"before it is judged": "reading", "before it is appended": "writing", "before the receipt": "writing"}
    skipped = {"before it is judged": 1, "before it is appended": 0, "before the receipt": 1}[request.param]
    method = moment[request.param]
    original = getattr(world.store, method)

    def stopping() -> None:
        left = [skipped]

        def stopped(*given: Any) -> Any:
            left[0] -= 1
            if left[0] == -1:
                monkeypatch.setattr(world.store, method, original)
                taken_over(world)
            return original(*given)

        monkeypatch.setattr(world.store, method, stopped)

    return stopping


def test_who_was_stopped_while_another_took_over_leaves_nothing_behind(world: World, stop: Callable[[], None]) -> None:
    (task,) = world.with_tasks(TEXTS[0])
    world.server.annotate(task, [region(0, 5, "PER")])
    (body,) = world.server.take_outbox()
    world.inbox.put(body)
    seq = [0]

    def counted() -> int:
        with world.store.reading() as transaction:
            return transaction.seq - int(transaction.counts()["revisions"])

    seq[0] = counted()
    stop()
    with pytest.raises(LeaseLost):
        world.receiver.drain()
    # At most the revision that was there before it was stopped: no receipt, no number used up.
    assert counted() == seq[0]
    assert world.inbox.counts()["pending"] == 1
    run_out(world)
    world.receiver.drain()
    assert world.equals_server()
    assert world.revisions() == 1


def test_a_sync_that_was_stopped_while_another_took_over_writes_no_watermark(world: World) -> None:
    tasks = world.with_tasks(*TEXTS)
    for task in tasks:
        world.server.annotate(task, [region(0, 5, "PER")])
    left = [3]

    def on_call(method: str) -> None:
        left[0] -= method == "tasks.next"
        if left[0] == 0:
            left[0] = -100
            taken_over(world)

    world.server.on_call = on_call
    with pytest.raises(LeaseLost):
        world.sync()
    with world.store.reading() as transaction:
        assert transaction.revisions.watermark(f"label-studio:fake/{world.project}") is None
    assert world.revisions() == 0
    run_out(world)
    world.sync()
    assert world.equals_server()


def test_a_delivery_of_many_annotations_outlives_the_lease_that_is_renewed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("curator.steps.desk.lease.monotonic", lambda: now[0])
    tasks = world.with_tasks(*TEXTS)
    world.server.accept_predictions(tasks, [region(0, 5, "PER")])
    (body,) = world.server.take_outbox()
    world.inbox.put(body)
    renewed: list[float] = []
    lease, reading = world.store.lease, world.store.reading

    def slow_reading() -> Any:
        now[0] += 7.0
        return reading()

    def counting(*given: Any) -> Any:
        renewed.append(now[0])
        return lease(*given)

    monkeypatch.setattr(world.store, "reading", slow_reading)
    monkeypatch.setattr(world.store, "lease", counting)
    world.receiver.drain()
    # Never older than the ten seconds and one event, though one delivery took longer than the lease lasts.
    assert max(after - before for before, after in pairwise(renewed)) <= 21
    assert now[0] > 40
    assert world.equals_server()
