"""What ends a long run, and what keeps a second one from a workspace."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from curator.bootstrap.private_files import open_private
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import CuratorError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """SIGINT or SIGTERM arrived."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGINT and SIGTERM end what is inside; that is no error."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    except Stopped:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM end what is inside as Ctrl-C does, by KeyboardInterrupt."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def ignore_signals() -> None:
    """Let no further signal interrupt the stopping."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Let only one `up` run on a workspace; the system frees the lock however the process ends.

    Raises CuratorError where another one runs.
    """
    with open_private(workspace.lock, "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise CuratorError(
                f"curator is up already (process {lock.read().strip()})",
                str(workspace.root),
                "use that one, stop it with Ctrl-C, or give another --workspace",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
