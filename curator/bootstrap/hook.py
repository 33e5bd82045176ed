"""The hook: the Flask application and the thread that applies what it received."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache

import structlog

from curator.bootstrap.addresses import server_token
from curator.bootstrap.context import Context
from curator.bootstrap.datasets import version_storage
from curator.bootstrap.hook_process import listened_ports
from curator.bootstrap.ml_backend import make_ml_backend
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.receiving import deletion_guard, drop_old_bodies, make_receiver
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.servers import open_server
from curator.bootstrap.stores import open_inbox, open_readings, open_store
from curator.bootstrap.tokens import reachable_from_elsewhere, refuse_pages_without_token
from curator.domain.errors import CuratorError
from curator.steps.datasets.version_changes import VersionHistory
from curator.steps.desk.receive import Receiver
from curator.steps.ports.deliveries import Inbox
from curator.store.database import SqlStore
from curator.store.views.overview import SqlOverview
from curator.web.application import Parts
from curator.web.dashboard import Dashboard
from curator.web.doors.pages import PagesDoor
from curator.web.server import HookServer

# How often a process looks for deliveries that another one received.
_POLL_SECONDS = 0.5
_PAUSE_SECONDS = 5.0
_TIDY_SECONDS = 600.0
_BATCHES = 4


class Applier:
    """Applies deliveries in the background of a process, soon after `wake` is called.

    The receiver is asked for as long as there is none, so that deliveries are kept while the store is away.
    """

    def __init__(
        self, inbox: Inbox, receiver: Callable[[], Receiver], tidy: Callable[[], bool], count: Callable[[], object]
    ) -> None:
        """Take the inbox, what gives its receiver, and what is done beside.

        That is what tidies a part of the inbox, saying whether there is more, and what counts what was applied.
        """
        self._inbox = inbox
        self._receiver = receiver
        self._tidy = tidy
        self._count = count
        self._tidy_at = 0.0
        self._awake = threading.Event()
        self._log = structlog.get_logger("curator.applier")

    def start(self) -> None:
        threading.Thread(target=self._run, name="applier", daemon=True).start()

    def wake(self) -> None:
        self._awake.set()

    def _run(self) -> None:
        while True:
            self._awake.wait(_POLL_SECONDS)
            self._awake.clear()
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
            except Exception:  # noqa: BLE001 - a thread that ended would leave every later delivery unapplied
                self._log.exception("deliveries wait", again_in=_PAUSE_SECONDS)
                time.sleep(_PAUSE_SECONDS)


def make_parts(context: Context, host: str, opened: ExitStack) -> Parts:
    """Return what the Flask application of a process that listens on `host` is made of, with its applier running.

    What is opened for it, now or later, is closed with `opened`.
    """
    inbox = opened.enter_context(open_inbox(context))

    # Opened when first wanted: deliveries are taken in also while the store is away.
    @cache
    def store() -> SqlStore:
        return opened.enter_context(open_store(context))

    @cache
    def receiver() -> Receiver:
        server = opened.enter_context(open_server(context, store()))
        return make_receiver(inbox, store(), server, configured_schema(context), deletion_guard(context))

    @cache
    def overview() -> SqlOverview:
        return SqlOverview(store(), inbox, READ_ANNOTATION)

    def ready() -> str:
        try:
            inbox.counts()
            with store().reading():
                return ""
        except CuratorError as error:
            return error.what

    # Some batches at a time: deliveries go first, and a page that is looked at has the rest counted.
    applier = Applier(
        inbox,
        receiver,
        lambda: drop_old_bodies(context, inbox),
        lambda: open_readings(store()).catch_up(_BATCHES, wait=False),
    )
    applier.start()
    secret = shared_secrets(context).hook_secret
    settings = context.settings.hook
    limit = settings.max_body_mb << 20
    door = PagesDoor(store, settings.public_url) if reachable_from_elsewhere(context, host) else None
    return Parts(
        inbox,
        secret,
        limit,
        applier.wake,
        ready,
        Dashboard(overview, VersionHistory(version_storage(context)).changes, door),
        make_ml_backend(context, store, limit),
        settings.webhook_port,
        context.settings.ml.connect,
    )


def serve(context: Context, host: str, port: int, workers: int) -> None:
    """Serve the hook until the process is told to stop.

    Raises CuratorError where a port is taken, or pages could be reached from elsewhere and no token opens them.
    """
    context.workspace.require()
    ports = listened_ports(context, host, port, "--port")
    refuse_pages_without_token(context, host, port)
    with ExitStack() as opened:
        # A missing token is told here, not with the first delivery.
        server_token(context)
        threads = context.settings.hook.threads
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
        HookServer(lambda: make_parts(context, host, opened), host, ports, workers, threads).run()
