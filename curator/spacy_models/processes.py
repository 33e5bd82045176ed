"""Spreading texts over processes; what comes back is in the order of the texts."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

from curator.domain.errors import CuratorError

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2
"""How many batches wait for each process, besides the one it works on: enough that none is ever idle."""


def spread(
    work: Callable[[list[Item]], list[Result]],
    items: Iterable[Item],
    workers: int,
    batch_size: int,
    start: Callable[..., None],
    arguments: tuple[object, ...],
) -> Iterator[Result]:
    """Yield what `work` makes of the items, in their order, a batch at a time in `workers` processes.

    Each process calls `start` with the arguments once, before its first batch. Items are read only as far ahead as the
    processes need. What `work` raises is raised here; CuratorError where a process dies.
    """
    # New processes instead of forked ones: a fork copies locks that another thread may hold.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (start, arguments))
    waiting: deque[Future[list[Result]]] = deque()
    source = iter(items)
    try:
        while batch := list(islice(source, batch_size)):
            waiting.append(pool.submit(work, batch))
            if len(waiting) > workers * (1 + _AHEAD):
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool as error:
        raise CuratorError("a worker process died", f"one of {workers}", "try --workers 1, or more memory") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(start: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """Begin a worker process: it ends with its parent, however that ends, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    start(*arguments)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
