"""What every Inbox keeps to."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.domain.annotation import instant
from curator.domain.errors import CuratorError
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


def test_deliveries_are_settled_together_without_a_cause(inbox: Inbox) -> None:
    ids = settled(inbox, "pending", "pending", "pending")
    inbox.put_off(ids[0], 0, "away")
    inbox.settle_together({ids[0]: "applied", ids[2]: "stale", "unknown": "applied"})
    inbox.settle_together({})
    assert [delivery.id for delivery in inbox.pending(9)] == [ids[1]]
    stale, _, applied = inbox.recent(9)
    assert (applied.state, applied.cause, applied.next_attempt_at) == ("applied", "", None)
    assert (stale.state, bool(stale.settled_at)) == ("stale", True)


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


def test_those_that_wait_can_be_asked_for_from_beyond_a_number_on(inbox: Inbox) -> None:
    settled(inbox, "pending", "applied", "pending", "pending")
    first, *others = inbox.pending(9)
    assert inbox.pending(9, first.number) == others
    assert inbox.pending(1, first.number) == others[:1]
    assert inbox.pending(9, others[-1].number) == []


def test_one_that_was_put_off_waits_until_its_time_and_keeps_count_and_cause(inbox: Inbox) -> None:
    ids = settled(inbox, "pending", "pending", "pending")
    inbox.put_off(ids[0], 3600, "é" * 300)
    inbox.put_off(ids[1], 3600, "first")
    inbox.put_off(ids[1], -1, "second")
    assert [(delivery.id, delivery.attempts) for delivery in inbox.pending(9)] == [(ids[1], 2), (ids[2], 0)]
    assert [(delivery.id, delivery.attempts) for delivery in inbox.pending(9, at_once=True)] == [
        (ids[0], 1),
        (ids[1], 2),
        (ids[2], 0),
    ]
    assert [delivery.due for delivery in inbox.pending(9, at_once=True)] == [False, True, True]
    assert inbox.counts()["pending"] == 3
    last, second, first = inbox.recent(9, "pending")
    assert (first.cause, first.attempts, last.attempts, last.next_attempt_at) == ("é" * 200, 1, 0, None)
    assert (second.cause, second.attempts, second.settled_at) == ("second", 2, None)
    assert first.next_attempt_at
    assert second.next_attempt_at
    assert first.next_attempt_at > first.received_at > instant("2026-01-01")
    assert second.next_attempt_at < first.next_attempt_at


def test_what_does_not_wait_is_not_put_off(inbox: Inbox) -> None:
    ids = settled(inbox, "dead", "applied")
    before = inbox.recent(9)
    for delivery in [*ids, "unknown"]:
        inbox.put_off(delivery, 60, "why")
    assert inbox.recent(9) == before


def test_a_dead_letter_keeps_its_count_and_loses_it_with_a_replay(inbox: Inbox) -> None:
    (delivery,) = settled(inbox, "pending")
    inbox.put_off(delivery, 3600, "why")
    inbox.settle(delivery, "dead", "gave up")
    (letter,) = inbox.recent(9)
    assert (letter.attempts, letter.next_attempt_at, letter.cause) == (1, None, "gave up")
    assert inbox.replay([delivery]) == 1
    (waiting,) = inbox.recent(9)
    assert (waiting.attempts, waiting.next_attempt_at, waiting.cause) == (0, None, "")
    inbox.put_off(delivery, 3600, "why")
    assert inbox.replay([delivery]) == 1
    assert [waiting.id for waiting in inbox.pending(9)] == [delivery]


def test_old_bodies_of_what_was_applied_are_dropped_and_leave_size_and_digest(inbox: Inbox) -> None:
    ids = [inbox.put(b"secret %d" % number) for number in range(5)]
    for delivery, state in zip(ids, ("applied", "stale", "dead", "applied", "pending"), strict=True):
        if state != "pending":
            inbox.settle(delivery, state, "why")
    assert inbox.drop_bodies(3600, 9) == 0
    assert {delivery.sha256 for delivery in inbox.recent(9)} == {None}
    before = [(delivery.id, delivery.state, delivery.size, delivery.cause) for delivery in inbox.recent(9)]
    assert [inbox.drop_bodies(0, 2) for _ in range(3)] == [2, 1, 0]
    after = inbox.recent(9)
    assert [(delivery.id, delivery.state, delivery.size, delivery.cause) for delivery in after] == before
    digests = {delivery.id: delivery.sha256 for delivery in after}
    assert digests == {
        ids[0]: hashlib.sha256(b"secret 0").hexdigest(),
        ids[1]: hashlib.sha256(b"secret 1").hexdigest(),
        ids[2]: None,
        ids[3]: hashlib.sha256(b"secret 3").hexdigest(),
        ids[4]: None,
    }


def test_what_can_be_applied_yet_keeps_its_body_and_what_cannot_is_not_replayed(inbox: Inbox) -> None:
    ids = settled(inbox, "applied", "dead", "pending")
    inbox.drop_bodies(0, 9)
    with pytest.raises(CuratorError, match=f"its body is no longer kept.*{ids[0]}"):
        inbox.replay([ids[1], ids[0]])
    assert inbox.counts() == {"pending": 1, "applied": 1, "stale": 0, "dead": 1}
    assert inbox.replay(None) == 1
    assert bodies(inbox) == [b"1", b"2"]
    assert inbox.drop_bodies(-1, 9) == 0
