"""The hook: the Flask application, and beside it the process that applies what it received."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache

import structlog

from curator.bootstrap.addresses import server_token
from curator.bootstrap.applier import apply_deliveries
from curator.bootstrap.bell import Bell
from curator.bootstrap.context import Context
from curator.bootstrap.datasets import version_storage
from curator.bootstrap.hook_process import listened_ports
from curator.bootstrap.ml_backend import make_ml_backend
from curator.bootstrap.pull_api import make_pull_api, pull_limits
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.stores import open_inbox, open_store
from curator.bootstrap.tokens import reachable_from_elsewhere, refuse_pages_without_token
from curator.domain.errors import CuratorError
from curator.steps.datasets.comparing.diff_pages import DiffPages
from curator.steps.datasets.comparing.version_changes import VersionHistory
from curator.store.database import SqlStore
from curator.store.views.overview import SqlOverview
from curator.web.application import Parts
from curator.web.dashboard import Dashboard
from curator.web.doors.pages import PagesDoor
from curator.web.server import HookServer


def make_parts(context: Context, host: str, received: Callable[[], None], opened: ExitStack) -> Parts:
    """Return what the Flask application of a process that listens on `host` is made of.

    `received` is called after each delivery. What is opened for it, now or later, is closed with `opened`.
    """
    inbox = opened.enter_context(open_inbox(context))

    # Opened when first wanted: deliveries are taken in also while the store is away.
    @cache
    def store() -> SqlStore:
        return opened.enter_context(open_store(context))

    @cache
    def overview() -> SqlOverview:
        return SqlOverview(store(), inbox, READ_ANNOTATION)

    def ready() -> str:
        try:
            inbox.recent(1)
            with store().reading():
                return ""
        except CuratorError as error:
            return error.what

    storage = version_storage(context)
    secret = shared_secrets(context).hook_secret
    settings = context.settings.hook
    limit = settings.max_body_mb << 20
    door = PagesDoor(store, settings.public_url) if reachable_from_elsewhere(context, host) else None
    return Parts(
        inbox,
        secret,
        limit,
        received,
        ready,
        Dashboard(overview, VersionHistory(storage).changes, door, DiffPages(storage, store).page),
        make_ml_backend(context, store, limit),
        settings.webhook_port,
        context.settings.ml.connect,
        make_pull_api(context, host, store),
    )


def serve(context: Context, host: str, port: int, workers: int) -> None:
    """Serve the hook, and apply what it receives in a process beside it, until this one is told to stop.

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
        bell = opened.enter_context(Bell())
        HookServer(
            lambda: make_parts(context, host, bell.ring, opened),
            host,
            ports,
            workers,
            threads,
            lambda: apply_deliveries(context, bell),
            pull_limits(context).threads,
        ).run()
