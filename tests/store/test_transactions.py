"""Transactions and leases of both databases, as far as time and tables are concerned."""

import pytest
from sqlalchemy import text

from curator.domain.annotation import instant
from curator.store.database import SqlStore
from tests.waiting import HANG_SECONDS


def test_time_grows_with_every_number_also_where_the_clock_was_set_back(store: SqlStore) -> None:
    ahead = instant("2999-01-01")
    with store.writing():
        pass
    with store.engine.begin() as connection:
        connection.execute(text("update tick set at = :at"), {"at": ahead})
    for _ in range(2):
        with store.writing():
            pass
    after = [instant(f"2999-01-01T00:00:00.00000{count}") for count in (1, 2)]
    with store.engine.connect() as connection:
        assert list(connection.scalars(text("select at from tick order by seq"))) == [ahead, *after]


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


def test_a_lease_goes_by_the_clock_of_the_database(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.lease("applier", "one", 60)
    for shift in (-1e6, 1e6):
        monkeypatch.setattr("time.time", lambda shift=shift: 1.8e9 + shift)
        assert not store.lease("applier", "two", 60)
    with store.engine.begin() as connection:
        left = connection.scalar(text("select expires from lease"))
        connection.execute(text("update lease set expires = expires - 61"))
    assert left is not None
    assert store.lease("applier", "two", 60)
    assert not store.lease("applier", "one", 60)
    with store.engine.connect() as connection:
        again = connection.scalar(text("select expires from lease"))
    # Both in seconds since 1970, whatever the database.
    assert 0 <= again - left < HANG_SECONDS
