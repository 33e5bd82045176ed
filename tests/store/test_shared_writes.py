"""Concurrent writes share a transaction; a failure is each one's own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from curator.domain.errors import StoreUnavailable
from curator.store.inbox import SqliteInbox
from curator.store.shared_writes import SharedWrites
from tests.growth.counting import counted
from tests.waiting import HANG_SECONDS, wait_until


class Gate:
    """Notes what is written, and keeps the first write until it is opened; then writes fail if it is told so."""

    def __init__(self) -> None:
        self.written: list[list[int]] = []
        self.opened = threading.Event()
        self.entered = threading.Event()
        self.error: Exception | None = None

    def write(self, items: list[int]) -> None:
        self.entered.set()
        assert self.opened.wait(HANG_SECONDS)
        if self.error is not None and len(items) > 1:
            raise self.error
        self.written.append(items)


class _Unrepeatable(Exception):
    """An error that cannot be made anew from its arguments."""

    def __init__(self, *, code: int) -> None:
        super().__init__("unrepeatable")
        self.code = code


def waiting(shared: SharedWrites[int]) -> int:
    return len(shared._waiting)


def together(shared: SharedWrites[int], gate: Gate, pool: ThreadPoolExecutor, items: range) -> list[Callable[[], None]]:
    """Add 0, and while that is written the other items, one after the other; returns what awaits each of all."""
    futures = [pool.submit(shared.add, 0)]
    assert gate.entered.wait(HANG_SECONDS)
    for number in items:
        futures.append(pool.submit(shared.add, number))
        wait_until(lambda: waiting(shared) == number)  # noqa: B023
    gate.opened.set()
    return [future.result for future in futures]


def test_whoever_comes_first_writes_alone_and_those_who_come_meanwhile_write_together() -> None:
    gate = Gate()
    shared = SharedWrites(gate.write)
    with ThreadPoolExecutor(8) as pool:
        for result in together(shared, gate, pool, range(1, 6)):
            result()
    assert gate.written == [[0], [1, 2, 3, 4, 5]]
    shared.add(6)
    shared.add(7)
    assert gate.written[2:] == [[6], [7]]


def test_a_write_that_fails_is_raised_by_each_of_those_that_share_it_and_by_no_later_one() -> None:
    gate = Gate()
    gate.error = StoreUnavailable("the store failed: disk full", "inbox", "make room")
    shared = SharedWrites(gate.write)
    raised: list[BaseException] = []
    with ThreadPoolExecutor(8) as pool:
        first, *others = together(shared, gate, pool, range(1, 4))
        first()
        for result in others:
            with pytest.raises(StoreUnavailable, match="disk full \\(inbox\\): make room") as caught:
                result()
            raised.append(caught.value)
    assert len({id(error) for error in raised}) == 3
    assert {error.__cause__ for error in raised} == {gate.error}
    shared.add(4)
    assert gate.written == [[0], [4]]


def test_deliveries_that_wait_for_the_inbox_share_a_commit(tmp_path: Path) -> None:
    inbox = SqliteInbox(tmp_path / "inbox.sqlite3")
    keep, entered, opened = inbox._arrivals._write, threading.Event(), threading.Event()

    def slow(arrivals: list[tuple[str, str, bytes]]) -> None:
        entered.set()
        assert opened.wait(HANG_SECONDS)
        keep(arrivals)

    inbox._arrivals._write = slow
    with counted(inbox.engine) as cost, ThreadPoolExecutor(8) as pool:
        first = pool.submit(inbox.put, b"0")
        assert entered.wait(HANG_SECONDS)
        others = [pool.submit(inbox.put, b"%d" % number) for number in range(1, 8)]
        wait_until(lambda: len(inbox._arrivals._waiting) == 7)
        opened.set()
        ids = {future.result() for future in (first, *others)}
    assert cost.commits == 2
    assert {delivery.id for delivery in inbox.pending(9)} == ids
    assert len(ids) == 8
    inbox.engine.dispose()


def test_an_error_that_cannot_be_copied_is_everybodys_all_the_same() -> None:
    gate = Gate()
    gate.error = _Unrepeatable(code=1)
    shared = SharedWrites(gate.write)
    with ThreadPoolExecutor(8) as pool:
        first, *others = together(shared, gate, pool, range(1, 5))
        first()
        for result in others:
            with pytest.raises(_Unrepeatable):
                result()
    assert gate.written == [[0]]
