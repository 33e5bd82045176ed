"""Transactions and leases of both databases, as far as time and tables are concerned."""

import pytest
from sqlalchemy import text

from curator.domain.annotation import instant
from curator.store.database import SqlStore


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
