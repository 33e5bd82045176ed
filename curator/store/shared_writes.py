"""Writes that wait for one another made one: a commit costs the same however many share it."""

import copy
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from curator.domain.errors import CuratorError

Item = TypeVar("Item")


class _Entry(Generic[Item]):
    """An item of a thread that waits until it is written, or until it is its turn to write."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = False
        self.written = False
        self.error: BaseException | None = None
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def wait(self) -> None:
        self._asleep.acquire()

    def wake(self) -> None:
        self._asleep.release()


class SharedWrites(Generic[Item]):
    """Writes the items of concurrent threads together.

    Whoever comes while nobody writes does so at once; what comes meanwhile is written together, next, by the first of
    those that wait.
    """

    def __init__(self, write: Callable[[list[Item]], None]) -> None:
        """Take what writes some items, all or none of them, and raises where it cannot."""
        self._write = write
        self._lock = threading.Lock()
        self._waiting: list[_Entry[Item]] = []
        self._busy = False

    def add(self, item: Item) -> None:
        """Return once an item is written. Raises, in each thread, what kept its item from being written."""
        entry = _Entry(item)
        with self._lock:
            self._waiting.append(entry)
            leads = not self._busy
            self._busy = True
        if not leads:
            entry.wait()
        if not entry.done:
            self._lead()
        if entry.error is not None:
            raise entry.error
        if not entry.written:
            raise CuratorError("a write that others waited for was broken off", "", "see the log, then try again")

    def _lead(self) -> None:
        """Write all that waits, and let the first of those that came meanwhile go on."""
        with self._lock:
            entries, self._waiting = self._waiting, []
        try:
            self._try(entries)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._busy = following is not None
            # The next commit need not wait for those that are told of this one.
            if following is not None:
                following.wake()
            for entry in entries:
                entry.done = True
                entry.wake()

    def _try(self, entries: list[_Entry[Item]]) -> None:
        try:
            self._write([entry.item for entry in entries])
        except BaseException as error:  # noqa: BLE001 - each thread raises it, the one that writes as well
            for entry in entries:
                entry.error = _copy(error)
        else:
            for entry in entries:
                entry.written = True


def _copy(error: BaseException) -> BaseException:
    """Return a copy of an error: raised by several threads, one would carry the tracebacks of all of them."""
    try:
        copied = copy.copy(error)
    except Exception:  # noqa: BLE001 - some errors cannot be made anew from their arguments
        return error
    copied.__cause__ = error
    return copied
