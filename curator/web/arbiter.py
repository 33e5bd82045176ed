"""gunicorn's arbiter, made to keep one more process running beside its workers."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from gunicorn.arbiter import Arbiter

_GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.05
# One that ends this soon after its start is started again only after such a while.
_CALM_SECONDS = 5.0


class HookArbiter(Arbiter):  # type: ignore[misc]
    """Keeps workers and a companion running: a process that is forked as they are, and ends before they do."""

    def __init__(self, app: Any, companion: Callable[[], None]) -> None:
        """Take the application and what the companion does, until SIGTERM, in its process."""
        self._companion = companion
        self._pid = 0
        self._started = 0.0
        super().__init__(app)

    def manage_workers(self) -> None:
        """Start what does not run of the workers and the companion."""
        super().manage_workers()
        if self._runs():
            return
        if self._started and time.monotonic() - self._started < _CALM_SECONDS:
            return
        self._started = time.monotonic()
        self._pid = os.fork()
        if not self._pid:
            self._be_companion()

    def stop(self, graceful: bool = True) -> None:
        """Stop the companion, then the workers."""
        self._signal(signal.SIGTERM)
        super().stop(graceful)
        deadline = time.monotonic() + _GRACE_SECONDS
        while self._runs() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        self._signal(signal.SIGKILL)

    def _be_companion(self) -> None:
        """Do what the companion does and end the process, whatever comes of it."""
        code = 1
        try:
            # A signal that comes before the companion has its own way with it ends it at once.
            for number in self.SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for listener in self.LISTENERS:
                listener.close()
            for worker in self.WORKERS.values():
                worker.tmp.close()
            self._companion()
            code = 0
        except BaseException:  # noqa: BLE001 - what is left of the arbiter in this process must not go on
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _runs(self) -> bool:
        if not self._pid:
            return False
        try:
            ended, _ = os.waitpid(self._pid, os.WNOHANG)
        except ChildProcessError:
            # It was reaped among the workers.
            ended = self._pid
        if ended:
            self._pid = 0
        return not ended

    def _signal(self, number: int) -> None:
        if self._runs():
            os.kill(self._pid, number)
