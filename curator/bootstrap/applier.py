"""The applier: the process beside the hook that applies what it received, so that no answer waits for it."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from typing import Protocol

import structlog

from curator.bootstrap.bell import Bell
from curator.bootstrap.context import Context
from curator.bootstrap.receiving import deletion_guard, drop_old_bodies, make_receiver
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.servers import open_server
from curator.bootstrap.stopping import stoppable
from curator.bootstrap.stores import open_inbox, open_readings, open_store
from curator.domain.errors import CuratorError
from curator.steps.desk.receive import Receiver
from curator.steps.ports.deliveries import Inbox
from curator.store.database import SqlStore

# How often it looks for deliveries for which nobody rang: replayed ones, and those put off.
_POLL_SECONDS = 0.5
# So long it waits for more once it is rung for: what comes close together is applied together, which costs those that
# deliver meanwhile less than a commit for each would.
_GATHER_SECONDS = 0.1
_PAUSE_SECONDS = 5.0
_NICE = 5
_TIDY_SECONDS = 600.0
_BATCHES = 4


class Waiting(Protocol):
    """What a process sleeps on."""

    def wait(self, seconds: float, /) -> bool:
        """Return when there is something to do, or after so many seconds; says whether there is."""
        ...


class Applier:
    """Applies deliveries, soon after its bell is rung, for as long as its process lives.

    The receiver is asked for as long as there is none, so that deliveries are kept while the store is away.
    """

    def __init__(
        self,
        inbox: Inbox,
        receiver: Callable[[], Receiver],
        tidy: Callable[[], bool],
        count: Callable[[], object],
        bell: Waiting,
    ) -> None:
        """Take the inbox, what gives its receiver, and a bell.

        `tidy` tidies some of the inbox, saying whether more is left; `count` counts what was applied.
        """
        self._inbox = inbox
        self._receiver = receiver
        self._tidy = tidy
        self._count = count
        self._tidy_at = 0.0
        self._bell = bell
        self._log = structlog.get_logger("curator.applier")

    def run(self) -> None:
        """Apply what waits, now and whenever there is something; never returns."""
        while True:
            try:
                if time.monotonic() >= self._tidy_at:
                    self._tidy_at = time.monotonic() + (0.0 if self._tidy() else _TIDY_SECONDS)
                if self._inbox.pending(1):
                    outcomes = self._receiver().drain()
                    if outcomes["pending"]:
                        self._log.warning("deliveries failed and are put off", count=outcomes["pending"])
                    self._count()
            except CuratorError as error:
                # What could not be applied still waits in the inbox.
                self._log.warning("deliveries wait", reason=str(error), again_in=_PAUSE_SECONDS)
                time.sleep(_PAUSE_SECONDS)
            except Exception:  # noqa: BLE001 - a process that ended would have to begin again from nothing
                self._log.exception("deliveries wait", again_in=_PAUSE_SECONDS)
                time.sleep(_PAUSE_SECONDS)
            if self._bell.wait(_POLL_SECONDS):
                time.sleep(_GATHER_SECONDS)


def apply_deliveries(context: Context, bell: Bell) -> None:
    """Apply deliveries until SIGTERM or SIGINT, or until the process that began this one ends."""
    # Where both want the processor, whoever waits for an answer goes first.
    os.nice(_NICE)
    with stoppable(), ExitStack() as opened:
        threading.Thread(target=_end_with, args=(os.getppid(),), name="parent", daemon=True).start()
        inbox = opened.enter_context(open_inbox(context, receives=False))

        @cache
        def store() -> SqlStore:
            return opened.enter_context(open_store(context))

        @cache
        def receiver() -> Receiver:
            server = opened.enter_context(open_server(context, store()))
            return make_receiver(context, inbox, store(), server, configured_schema(context), deletion_guard(context))

        # Some batches at a time: deliveries go first, and a page that is looked at has the rest counted.
        def count() -> int:
            return open_readings(store()).catch_up(_BATCHES, wait=False)

        Applier(inbox, receiver, lambda: drop_old_bodies(context, inbox), count, bell).run()


def _end_with(parent: int) -> None:
    """Stop this process once it is not the child of that one any more."""
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
