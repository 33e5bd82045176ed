"""The tested stand-in for Label Studio in a process of its own, so that its memory is not the measured one's."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing.managers import BaseManager
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from curator.steps.ports.label_server import LabelServer
from tests.fakes.label_server import FakeLabelServer

_CHUNK = 500
_KEY = b"benchmarks"


class Served:
    """Calls the methods of one server; what it would yield is handed out in chunks."""

    def __init__(self) -> None:
        self._server = FakeLabelServer()
        self._listings: dict[int, Iterator[Any]] = {}

    def call(self, method: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> bytes:
        """Return whether a method lists, and its answer or the number of the listing, pickled."""
        answer = getattr(self._server, method)(*arguments, **named)
        if isinstance(answer, Iterator):
            number = len(self._listings)
            self._listings[number] = answer
            return pickle.dumps((True, number))
        return pickle.dumps((False, answer))

    def listed(self, number: int) -> bytes:
        """Return the next items of a listing, pickled; none at its end."""
        return pickle.dumps(list(islice(self._listings[number], _CHUNK)))

    def annotate_tasks(self, project: int, tasks: list[int] | None, result: list[dict[str, Any]]) -> int:
        """Submit the same result for tasks, all where none are given, an hour later; returns how many these were."""
        self._server.clock.pass_time(3_600)
        chosen = list(self._server.known_tasks(project)) if tasks is None else tasks
        for task in chosen:
            self._server.annotate(task, result)
        self._server.take_outbox()
        return len(chosen)


class _Manager(BaseManager):
    """Serves one `Served` to whoever connects."""


_served: list[Served] = []


def _one() -> Served:
    if not _served:
        _served.append(Served())
    return _served[0]


_Manager.register("served", _one)


class _Remote:
    """A `LabelServer` whose methods are called in the other process."""

    def __init__(self, served: Any) -> None:
        self._served = served
        self.name = "fake"
        self.waited = 0.0

    def __getattr__(self, method: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            lists, answer = self._answer(lambda: self._served.call(method, arguments, named))
            return self._listing(answer) if lists else answer

        return call

    def _listing(self, number: int) -> Iterator[Any]:
        while items := self._answer(lambda: self._served.listed(number)):
            yield from items

    def _answer(self, ask: Callable[[], bytes]) -> Any:
        began = perf_counter()
        answer = ask()
        self.waited += perf_counter() - began
        return pickle.loads(answer)  # noqa: S301 - our own process


@contextmanager
def label_server_process(folder: Path) -> Iterator[str]:
    """Run the server; yields the address to connect to."""
    address = str(folder / "label-server.sock")
    manager = _Manager(address=address, authkey=_KEY)
    manager.start(os.setpgrp)
    try:
        yield address
    finally:
        manager.shutdown()


def connected(address: str) -> tuple[LabelServer, Any]:
    """Return the server at an address, which counts the seconds it is `waited` for, and what lets people work in it."""
    manager = _Manager(address=address, authkey=_KEY)
    manager.connect()
    served = cast(Any, manager).served()
    return cast(LabelServer, _Remote(served)), served
