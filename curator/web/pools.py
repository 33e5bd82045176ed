"""Threads of a worker process, apart by what they answer."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

from curator.web.caller import Caller, Threads

_WAITING = 64


class _Pool:
    """So many threads, and so many requests at most that are answered or wait for it."""

    def __init__(self, name: str, threads: int, most: int) -> None:
        self._executor = ThreadPoolExecutor(threads, name)
        self._room = BoundedSemaphore(most)

    def submit(self, function: Callable[[Caller], Any], caller: Caller) -> "Future[Any] | None":
        if not self._room.acquire(blocking=False):
            return None
        future = self._executor.submit(function, caller)
        future.add_done_callback(lambda _: self._room.release())
        return future

    def shutdown(self, wait: bool) -> None:
        self._executor.shutdown(wait)


class Pools:
    """The webhook has all threads that are configured, ML backend and pages half as many each, of their own.

    So a delivery waits for no prediction and no page; a process has up to twice as many threads as configured, two, and
    those of the pull API, none of which runs before it is needed.
    """

    def __init__(self, threads: int, connections: int, api_threads: int) -> None:
        half = max(1, threads // 2)
        self._pools = {
            Threads.WEBHOOK: _Pool("webhook", threads, connections),
            Threads.ML: _Pool("ml", half, 2 * half),
            # One may look whether the store is there, while another says that the process is.
            Threads.HEALTH: _Pool("health", 2, _WAITING),
            # A download holds its thread as long as the caller reads, who may be slow; many callers wait their turn.
            Threads.API: _Pool("api", api_threads, connections),
            Threads.PAGES: _Pool("pages", max(2, half), _WAITING),
        }

    def submit(self, function: Callable[[Caller], Any], caller: Caller) -> "Future[Any] | None":
        """Have a caller answered by a thread, or return None where too many wait for those threads already."""
        return self._pools[caller.threads].submit(function, caller)

    def shutdown(self, wait: bool = True) -> None:
        """Take no more; `wait` says whether to wait for those that are being answered."""
        for pool in self._pools.values():
            pool.shutdown(wait)
