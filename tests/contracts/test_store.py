"""What every Store keeps to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from curator.domain.annotation import instant
from curator.domain.errors import CuratorError, LeaseLost
from curator.steps.ports.store import Fence, Store
from curator.store.database import SqlStore
from curator.store.engines import open_engine
from tests.fakes.fuse import Fuse, FusedStore
from tests.store.conftest import arrival
from tests.waiting import HANG_SECONDS


@pytest.fixture(params=["itself", "fused"])
def store(request: pytest.FixtureRequest, url: str) -> Iterator[Store]:
    engine = open_engine(url)
    sql = SqlStore(engine)
    yield sql if request.param == "itself" else FusedStore(sql, Fuse())
    engine.dispose()


def test_sequence_numbers_grow_by_one_with_every_writing_transaction(store: Store) -> None:
    seen = []
    for _ in range(3):
        with store.writing() as transaction:
            seen.append(transaction.seq)
    assert seen == [1, 2, 3]
    with store.reading() as transaction:
        assert transaction.seq == 3


def test_writers_at_the_same_time_get_different_numbers_from_the_first_one_on(store: Store) -> None:
    def write(number: int) -> int:
        with store.writing() as transaction:
            transaction.settings.put(f"by-{number}", number)
            return transaction.seq

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(write, range(12)))
    assert sorted(seen) == list(range(1, 13))


def test_whoever_has_the_lower_number_commits_first(store: Store) -> None:
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


def test_a_number_that_was_rolled_back_is_given_out_again(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing():
        raise RuntimeError
    with store.writing() as transaction:
        assert transaction.seq == 1


def test_a_transaction_that_fails_writes_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing() as transaction:
            transaction.documents.add([arrival("Paris")])
            transaction.settings.put("a", 1)
            transaction.add_receipts({"d": "applied"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as transaction:
        assert transaction.counts()["documents"] == 0
        assert transaction.settings.get("a") is None
        assert transaction.receipts(["d"]) == {}


def test_a_reading_view_stays_as_it_was_when_it_began(store: Store) -> None:
    with store.writing() as transaction:
        transaction.settings.put("a", 1)
    with store.reading() as view:
        assert view.settings.get("a") == 1
        with store.writing() as transaction:
            transaction.settings.put("a", 2)
            transaction.documents.add([arrival("Paris")])
        assert view.settings.get("a") == 1
        assert view.counts()["documents"] == 0
        assert view.seq == 1
    with store.reading() as view:
        assert view.settings.get("a") == 2


def test_settings_are_kept_with_their_past(store: Store) -> None:
    for value in ({"b": 1, "a": 2}, {"a": 2, "b": 1}, {"a": 3}):
        with store.writing() as transaction:
            transaction.settings.put("rule", value)
    with store.reading() as transaction:
        past = [transaction.settings.get("rule", seq) for seq in range(4)]
        assert transaction.settings.get("other") is None
        assert transaction.settings.first("rule") == {"a": 2, "b": 1}
        assert transaction.settings.first("other") is None
    assert past == [None, {"a": 2, "b": 1}, {"a": 2, "b": 1}, {"a": 3}]


def test_a_receipt_is_kept_once_with_its_outcome(store: Store) -> None:
    with store.writing() as transaction:
        assert transaction.receipts(["d"]) == {}
        transaction.add_receipts({"d": "stale"})
        transaction.add_receipts({"d": "applied"})
    with store.reading() as transaction:
        assert transaction.receipts(["d", "e"]) == {"d": "stale"}


def test_of_many_that_want_a_lease_at_once_one_gets_it(store: Store) -> None:
    for number in range(3):
        with ThreadPoolExecutor(4) as pool:
            won = list(pool.map(lambda holder, name=f"lease-{number}": store.lease(name, holder, 60), "abcd"))
        assert len([fence for fence in won if fence]) == 1


def test_an_error_of_the_database_is_reported_in_one_line(store: Store) -> None:
    with pytest.raises(CuratorError) as raised, store.writing() as transaction:
        transaction.tasks.save("server", 1, {1: "no such document"})
    assert "\n" not in str(raised.value)
    assert "the store failed" in str(raised.value)


def test_before_the_first_writing_transaction_the_number_is_0_and_nothing_is_there(store: Store) -> None:
    with store.reading() as transaction:
        assert transaction.seq == 0
        assert transaction.seq_at(instant("2999-01-01")) == 0
        assert not any(transaction.counts().values())


def test_a_time_after_all_writing_is_mapped_to_the_last_number_and_one_before_it_to_0(store: Store) -> None:
    for _ in range(2):
        with store.writing():
            pass
    with store.reading() as transaction:
        assert transaction.seq_at(instant("2999-01-01")) == 2
        assert transaction.seq_at(instant("1999-01-01")) == 0
    with store.writing() as transaction:
        assert transaction.seq_at(instant("2999-01-01")) == transaction.seq == 3


def test_who_has_a_lease_is_told_until_it_is_released_or_over(store: Store) -> None:
    assert store.lease_holder("push") == ""
    assert store.lease("push", "ada", 60)
    assert store.lease_holder("push") == "ada"
    store.release("push", "ada")
    assert store.lease_holder("push") == ""
    assert store.lease("push", "bob", -1)
    assert store.lease_holder("push") == ""


def test_a_lease_has_one_holder_until_that_one_releases_it(store: Store) -> None:
    assert store.lease("applier", "ada", 60)
    assert store.lease("applier", "ada", 60)
    assert not store.lease("applier", "bob", 60)
    assert store.lease("sync", "bob", 60)
    store.release("applier", "bob")
    assert not store.lease("applier", "bob", 60)
    store.release("applier", "ada")
    store.release("applier", "ada")
    assert store.lease("applier", "bob", 60)
    assert not store.lease("applier", "ada", 60)


def test_a_lease_that_ran_out_goes_to_whoever_takes_it_first(store: Store) -> None:
    assert store.lease("applier", "ada", -1)
    assert store.lease("applier", "ada", -1)
    assert store.lease("applier", "bob", 60)
    assert not store.lease("applier", "ada", 60)


def test_every_taking_of_a_lease_has_a_number_of_its_own_and_a_renewal_keeps_it(store: Store) -> None:
    taken = [store.lease("applier", holder, -1) for holder in ("ada", "ada", "bob", "ada")]
    store.release("applier", "ada")
    taken.append(store.lease("applier", "ada", 60))
    assert [fence.epoch for fence in taken if fence] == [1, 1, 2, 3, 4]
    assert taken[-1] == Fence("applier", "ada", 4)
    assert store.lease("sync", "ada", 60) == Fence("sync", "ada", 1)


def test_who_holds_a_lease_writes_also_after_its_time_where_nobody_else_took_it(store: Store) -> None:
    fence = store.lease("applier", "ada", -1)
    with store.writing(fence) as transaction:
        transaction.settings.put("a", 1)
    with store.reading() as transaction:
        assert transaction.settings.get("a") == 1


@pytest.mark.parametrize("other", [("bob", 60.0), ("bob", -1.0), ("", 0.0)])
def test_who_lost_a_lease_writes_nothing_and_uses_up_no_number(store: Store, other: tuple[str, float]) -> None:
    fence = store.lease("applier", "ada", -1)
    holder, seconds = other
    if holder:
        store.lease("applier", holder, seconds)
    else:
        store.release("applier", "ada")
    # Also where it is free again, and where the same holder has it again: others may have written in between.
    store.lease("applier", "ada", 60)
    with pytest.raises(LeaseLost), store.writing(fence) as transaction:
        transaction.settings.put("a", 1)
    with store.reading() as transaction:
        assert (transaction.seq, transaction.settings.get("a")) == (0, None)


def test_who_needs_a_free_lease_writes_only_where_nobody_has_it(store: Store) -> None:
    with store.writing_if_free("applier") as transaction:
        assert transaction is not None
        transaction.settings.put("first", 1)
        seq = transaction.seq
    assert store.lease("applier", "ada", 60) == Fence("applier", "ada", 1)
    with store.writing_if_free("applier") as nothing:
        assert nothing is None
    with store.writing_if_free("sync") as transaction:
        assert transaction is not None
    store.release("applier", "ada")
    with store.writing_if_free("applier") as transaction:
        assert transaction is not None
        assert transaction.seq == seq + 2
        assert transaction.settings.get("first") == 1
    assert store.lease("applier", "bob", -1)
    with store.writing_if_free("applier") as transaction:
        assert transaction is not None


def test_a_free_lease_cannot_be_taken_while_somebody_needs_it_free(store: Store) -> None:
    with ThreadPoolExecutor(1) as pool:
        with store.writing_if_free("applier") as transaction:
            assert transaction is not None
            taking = pool.submit(store.lease, "applier", "ada", 60)
            with pytest.raises(TimeoutError):
                taking.result(0.2)
            transaction.settings.put("a", 1)
        assert taking.result(HANG_SECONDS) is not None


def test_a_lease_cannot_be_taken_while_its_holder_writes(store: Store) -> None:
    fence = store.lease("applier", "ada", -1)
    assert fence
    may_end, order = Event(), list[str]()

    def take() -> None:
        assert store.lease("applier", "bob", 60)
        order.append("taken")
        may_end.set()

    with ThreadPoolExecutor(1) as pool:
        with store.writing(fence) as transaction:
            taking = pool.submit(take)
            assert not may_end.wait(0.2)
            transaction.settings.put("a", 1)
            order.append("written")
        taking.result(HANG_SECONDS)
    assert order == ["written", "taken"]
