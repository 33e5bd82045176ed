"""The hook: the Flask application and the thread that applies what it received."""

import sys
import threading
import time
from functools import cache

import structlog

from curator.bootstrap.application import Application
from curator.bootstrap.hook_process import refuse_taken_port
from curator.bootstrap.ml_backend import make_ml_backend
from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.errors import CuratorError
from curator.steps.datasets.version_changes import VersionHistory
from curator.store.views.overview import SqlOverview
from curator.web.application import Parts
from curator.web.dashboard import Dashboard
from curator.web.server import HookServer

# How often a process looks for deliveries that another one received.
_POLL_SECONDS = 0.5
_PAUSE_SECONDS = 5.0


class Applier:
    """Applies deliveries in the background of a process, soon after `wake` is called."""

    def __init__(self, application: Application) -> None:
        self._application = application
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
                if self._application.inbox.pending(1):
                    self._application.receiver.drain()
            except CuratorError as error:
                # What could not be applied still waits in the inbox.
                self._log.warning("deliveries wait", reason=str(error), again_in=_PAUSE_SECONDS)
                time.sleep(_PAUSE_SECONDS)
            except Exception:  # noqa: BLE001 - a thread that ended would leave every later delivery unapplied
                self._log.exception("deliveries wait", again_in=_PAUSE_SECONDS)
                time.sleep(_PAUSE_SECONDS)


def make_parts(application: Application) -> Parts:
    """Return what the Flask application of a process is made of, with its applier running."""
    applier = Applier(application)
    applier.start()

    def ready() -> str:
        try:
            application.inbox.counts()
            with application.store.reading():
                return ""
        except CuratorError as error:
            return error.what

    secret = application.workspace.credentials().hook_secret
    limit = application.settings.hook.max_body_mb << 20
    dashboard = _dashboard(application)
    ml_backend = make_ml_backend(application, limit)
    return Parts(application.inbox, secret, limit, applier.wake, ready, dashboard, ml_backend)


def _dashboard(application: Application) -> Dashboard:
    @cache
    def overview() -> SqlOverview:
        return SqlOverview(application.store, application.inbox, READ_ANNOTATION)

    return Dashboard(overview, VersionHistory(application.storage).changes)


def serve(application: Application, host: str, port: int, workers: int) -> None:
    """Serve the hook until the process is told to stop."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    application.workspace.make()
    refuse_taken_port(host, port, "--port")
    # Made before the first delivery comes, which would wait for it; and a missing token is told here.
    _ = application.server
    threads = application.settings.hook.threads
    HookServer(lambda: make_parts(application), host, port, workers, threads).run()
