"""Transactions: one sequence, one view, all or nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from curator.domain.annotation import instant
from curator.domain.errors import CuratorError
from curator.store.database import SqlStore
from tests.store.conftest import arrival
from tests.waiting import HANG_SECONDS


def test_sequence_numbers_grow_by_one_with_every_writing_transaction(store: SqlStore) -> None:
    seen = []
    for _ in range(3):
        with store.writing() as transaction:
            seen.append(transaction.seq)
    assert seen == [1, 2, 3]
    with store.reading() as transaction:
        assert transaction.seq == 3


def test_writers_at_the_same_time_get_different_numbers_from_the_first_one_on(store: SqlStore) -> None:
    def write(number: int) -> int:
        with store.writing() as transaction:
            transaction.settings.put(f"by-{number}", number)
            return transaction.seq

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(write, range(12)))
    assert sorted(seen) == list(range(1, 13))


def test_whoever_has_the_lower_number_commits_first(store: SqlStore) -> None:
    started, may_end = Event(), Event()
    order: list[str] = []

    def slow() -> int:
        with store.writing() as transaction:
            started.set()
            may_end.wait(HANG_SECONDS)
            order.append("slow")
            return transaction.seq

    def quick() -> int:
        with store.writing() as transaction:
            order.append("quick")
            return transaction.seq

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow)
        started.wait(HANG_SECONDS)
        second = pool.submit(quick)
        with store.reading() as transaction:
            assert transaction.seq == 0
        may_end.set()
        assert first.result(HANG_SECONDS) < second.result(HANG_SECONDS)
    assert order == ["slow", "quick"]


def test_a_number_that_was_rolled_back_is_given_out_again(store: SqlStore) -> None:
    with pytest.raises(RuntimeError), store.writing():
        raise RuntimeError
    with store.writing() as transaction:
        assert transaction.seq == 1


def test_a_transaction_that_fails_writes_nothing(store: SqlStore) -> None:
    def fail() -> None:
        with store.writing() as transaction:
            transaction.documents.add([(arrival("Paris"), [1, 2])])
            transaction.settings.put("a", 1)
            transaction.add_receipt("d", "applied")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as transaction:
        assert transaction.counts()["documents"] == 0
        assert transaction.settings.get("a") is None
        assert transaction.receipt("d") is None


def test_time_never_goes_back(store: SqlStore) -> None:
    ahead = instant("2999-01-01")
    with store.writing():
        pass
    with store.engine.begin() as connection:
        connection.execute(text("update tick set at = :at"), {"at": ahead})
    with store.writing():
        pass
    with store.engine.connect() as connection:
        assert list(connection.scalars(text("select at from tick order by seq"))) == [ahead, ahead]


def test_a_time_is_mapped_to_the_last_number_up_to_it(store: SqlStore) -> None:
    times = [instant(f"2026-01-0{day}") for day in (1, 2, 2, 4)]
    for _ in times:
        with store.writing():
            pass
    with store.engine.begin() as connection:
        for seq, at in enumerate(times, start=1):
            connection.execute(text("update tick set at = :at where seq = :seq"), {"at": at, "seq": seq})
    with store.reading() as transaction:
        asked = ("2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03", "2027-01-01")
        assert [transaction.seq_at(instant(at)) for at in asked] == [0, 1, 3, 3, 4]


def test_a_reading_view_stays_as_it_was_when_it_began(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.settings.put("a", 1)
    with store.reading() as view:
        assert view.settings.get("a") == 1
        with store.writing() as transaction:
            transaction.settings.put("a", 2)
            transaction.documents.add([(arrival("Paris"), [])])
        assert view.settings.get("a") == 1
        assert view.counts()["documents"] == 0
        assert view.seq == 1
    with store.reading() as view:
        assert view.settings.get("a") == 2


def test_settings_are_kept_with_their_past(store: SqlStore) -> None:
    for value in ({"b": 1, "a": 2}, {"a": 2, "b": 1}, {"a": 3}):
        with store.writing() as transaction:
            transaction.settings.put("rule", value)
    with store.reading() as transaction:
        past = [transaction.settings.get("rule", seq) for seq in range(4)]
        assert transaction.settings.get("other") is None
    assert past == [None, {"a": 2, "b": 1}, {"a": 2, "b": 1}, {"a": 3}]
    with store.engine.connect() as connection:
        assert connection.scalar(text("select count(*) from setting")) == 2


def test_a_receipt_is_kept_once_with_its_outcome(store: SqlStore) -> None:
    with store.writing() as transaction:
        assert transaction.receipt("d") is None
        transaction.add_receipt("d", "stale")
        transaction.add_receipt("d", "applied")
    with store.reading() as transaction:
        assert transaction.receipt("d") == "stale"


def test_a_lease_has_one_holder_until_it_is_released_or_over(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("curator.store.database.time.time", lambda: now)
    assert store.lease("applier", "one", 60)
    assert store.lease("applier", "one", 60)
    assert not store.lease("applier", "two", 60)
    assert store.lease("other", "two", 60)
    store.release("applier", "two")
    assert not store.lease("applier", "two", 60)
    store.release("applier", "one")
    assert store.lease("applier", "two", 60)
    now += 61
    assert store.lease("applier", "one", 60)
    assert not store.lease("applier", "two", 60)


def test_of_many_that_want_a_lease_at_once_one_gets_it(store: SqlStore) -> None:
    for number in range(3):
        with ThreadPoolExecutor(4) as pool:
            won = list(pool.map(lambda holder, name=f"lease-{number}": store.lease(name, holder, 60), "abcd"))
        assert sum(won) == 1


def test_an_error_of_the_database_is_reported_in_one_line(store: SqlStore) -> None:
    with pytest.raises(CuratorError) as raised, store.writing() as transaction:
        transaction.tasks.save("server", 1, {1: "no such document"})
    assert "\n" not in str(raised.value)
    assert "the store failed" in str(raised.value)
