"""What every Inbox keeps to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.steps.ports.deliveries import Inbox
from curator.store.inbox import SqliteInbox
from tests.fakes.fuse import Fuse, FusedInbox


@pytest.fixture(params=["itself", "fused"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Inbox]:
    sqlite = SqliteInbox(tmp_path / "inbox.sqlite3")
    yield sqlite if request.param == "itself" else FusedInbox(sqlite, Fuse())
    sqlite.engine.dispose()


def bodies(inbox: Inbox, limit: int = 100) -> list[bytes]:
    return [delivery.body for delivery in inbox.pending(limit)]


def settled(inbox: Inbox, *states: str) -> list[str]:
    """Put as many deliveries, settle each but those to be `pending`, and return their ids."""
    ids = [inbox.put(b"%d" % number) for number in range(len(states))]
    for delivery, state in zip(ids, states, strict=True):
        if state != "pending":
            inbox.settle(delivery, state, f"why {state}")
    return ids


def test_an_empty_inbox_has_none_in_any_state(inbox: Inbox) -> None:
    assert inbox.counts() == {"pending": 0, "applied": 0, "stale": 0, "dead": 0}
    assert inbox.pending(10) == []
    assert inbox.recent(10) == []
    assert inbox.replay(None) == 0


def test_deliveries_wait_in_the_order_in_which_they_came(inbox: Inbox) -> None:
    ids = [inbox.put(b"%d" % number) for number in range(5)]
    assert bodies(inbox) == [b"0", b"1", b"2", b"3", b"4"]
    assert bodies(inbox, 2) == [b"0", b"1"]
    assert [delivery.id for delivery in inbox.pending(5)] == ids
    numbers = [delivery.number for delivery in inbox.pending(5)]
    assert numbers == sorted(set(numbers))


def test_the_same_body_twice_is_two_deliveries(inbox: Inbox) -> None:
    assert inbox.put(b"x") != inbox.put(b"x")
    assert bodies(inbox) == [b"x", b"x"]


def test_bodies_come_back_byte_for_byte(inbox: Inbox) -> None:
    body = bytes(range(256)) * 4096
    inbox.put(body)
    inbox.put(b"")
    assert bodies(inbox) == [body, b""]
    assert [delivery.size for delivery in inbox.recent(2)] == [0, len(body)]


def test_what_is_settled_waits_no_longer_and_is_counted(inbox: Inbox) -> None:
    ids = settled(inbox, "applied", "stale", "dead", "pending")
    assert [delivery.id for delivery in inbox.pending(9)] == ids[3:]
    assert inbox.counts() == {"pending": 1, "applied": 1, "stale": 1, "dead": 1}


def test_of_a_cause_200_characters_are_kept_and_an_unknown_delivery_is_passed_over(inbox: Inbox) -> None:
    (known,) = settled(inbox, "pending")
    inbox.settle(known, "dead", "é" * 300)
    inbox.settle("unknown", "dead", "why")
    assert [(delivery.id, delivery.cause) for delivery in inbox.recent(9)] == [(known, "é" * 200)]


def test_recent_deliveries_come_newest_first_of_one_state_where_it_is_given(inbox: Inbox) -> None:
    ids = settled(inbox, "dead", "applied", "dead", "pending")
    assert [delivery.id for delivery in inbox.recent(3)] == ids[:0:-1]
    assert [(delivery.id, delivery.state, delivery.cause) for delivery in inbox.recent(9, "dead")] == [
        (ids[2], "dead", "why dead"),
        (ids[0], "dead", "why dead"),
    ]
    waiting, *others = inbox.recent(9)
    assert (waiting.state, waiting.cause, waiting.settled_at) == ("pending", "", None)
    assert all(delivery.settled_at and delivery.settled_at >= delivery.received_at for delivery in others)


def test_dead_letters_are_replayed_in_their_old_places(inbox: Inbox) -> None:
    ids = settled(inbox, "dead", "applied", "pending", "dead")
    assert inbox.replay(None) == 2
    assert [delivery.id for delivery in inbox.pending(9)] == [ids[0], ids[2], ids[3]]
    assert inbox.counts() == {"pending": 3, "applied": 1, "stale": 0, "dead": 0}
    assert {(delivery.cause, delivery.settled_at) for delivery in inbox.recent(9, "pending")} == {("", None)}


def test_deliveries_are_replayed_by_id_whatever_came_of_them(inbox: Inbox) -> None:
    ids = settled(inbox, "dead", "applied", "stale")
    assert inbox.replay([]) == 0
    assert inbox.replay([ids[1], ids[2], "unknown"]) == 2
    assert [delivery.id for delivery in inbox.pending(9)] == ids[1:]
    assert inbox.counts() == {"pending": 2, "applied": 0, "stale": 0, "dead": 1}
