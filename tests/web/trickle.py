"""Callers that take their time: connections on which next to nothing ever comes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.waiting import HANG_SECONDS

_PAUSE = 0.1


class Trickler:
    """A connection that sends `begins` at once, then one byte of `goes_on` after the other, without end."""

    def __init__(self, port: int, begins: bytes, goes_on: bytes) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS)
        self._goes_on = goes_on
        self._stopped = threading.Event()
        self.closed = False
        self._connection.sendall(begins)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        at = 0
        with suppress(OSError):
            while not self._stopped.wait(_PAUSE):
                if self._goes_on:
                    self._connection.sendall(self._goes_on[at % len(self._goes_on) :][:1])
                    at += 1
                else:
                    # It closes nothing by itself: only that the other side has done so ends it.
                    self._connection.settimeout(_PAUSE)
                    with suppress(TimeoutError):
                        if not self._connection.recv(1 << 16):
                            break
        self.closed = True

    def close(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._connection.close()


@contextmanager
def trickling(port: int, count: int, begins: bytes, goes_on: bytes) -> Iterator[list[Trickler]]:
    """Have so many such connections as long as the block lasts."""
    tricklers = [Trickler(port, begins, goes_on) for _ in range(count)]
    try:
        yield tricklers
    finally:
        for trickler in tricklers:
            trickler.close()
