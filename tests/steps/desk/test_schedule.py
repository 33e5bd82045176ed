"""A full reconciliation is due once a day, per server, across restarts."""

from datetime import UTC, datetime, timedelta

from curator.steps.desk.schedule import is_full_due, note_full
from tests.fakes.world import World

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def test_what_was_never_read_in_full_is_due(world: World) -> None:
    assert is_full_due(world.store, "fake", 24, NOW)


def test_it_is_due_again_once_the_hours_have_passed(world: World) -> None:
    with world.store.writing() as transaction:
        note_full(transaction, "fake", NOW)
        note_full(transaction, "other", NOW - timedelta(hours=30))
    assert not is_full_due(world.store, "fake", 24, NOW + timedelta(hours=23, minutes=59))
    assert is_full_due(world.store, "fake", 24, NOW + timedelta(hours=24))
    assert is_full_due(world.store, "other", 24, NOW)


def test_only_a_full_reconciliation_counts(world: World) -> None:
    world.with_tasks("Paris dort")
    world.sync()
    assert is_full_due(world.store, world.server.name, 24, datetime.now(UTC))
    world.sync(full=True)
    assert not is_full_due(world.store, world.server.name, 24, datetime.now(UTC))
