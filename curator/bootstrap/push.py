"""The store out to Label Studio, with the configured hook and ML backend."""

import os
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from curator.bootstrap.addresses import hook_address, ml_backend_address
from curator.bootstrap.context import Context
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.servers import open_server
from curator.bootstrap.stores import open_store
from curator.steps.desk.connect_backend import connect_backend
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.publish import Published, publish
from curator.steps.desk.push_lease import PATIENCE, push_lease
from curator.steps.in_force.identity import marker
from curator.steps.in_force.schema import check_schema
from curator.steps.ports.ml_backends import Backend
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store

_LOAD_SECONDS = 60.0
_POLL_SECONDS = 0.5


def push(context: Context, say: Callable[[str], None], progress: Progress) -> Published:
    """Bring the Label Studio project up to date with the store, and connect it to the ML backend where configured.

    A push that another curator has begun is waited for. Raises CuratorError where that one takes too long.
    """
    with open_store(context) as store:
        schema = configured_schema(context)
        check_schema(store, schema, str(context.settings.label_schema))
        with open_server(context, store) as server, _turn(store, server.name, say) as lease:
            published = publish(store, server, schema, marker(store), hook_address(context), lease, progress)
            for change in published.schema_changes:
                say(f"label schema: {change}")
            if context.settings.ml.connect:
                backend = ml_backend_address(context)
                _await_pipeline(backend)
                connection = connect_backend(server.ml_backends, server, published.project, backend)
                published.ml_backend, published.ml_reason = connection
            return published


def _turn(store: Store, server: str, say: Callable[[str], None]) -> HeldLease:
    """Return the lease to push, taken once no other curator pushes; a wait is told."""
    lease = push_lease(store, server, f"process {os.getpid()} on {socket.gethostname()}")
    if not lease.take():
        say(f"another curator is pushing ({lease.held_by()}): waiting for it to end, {PATIENCE:g} s at most")
        lease.wait(PATIENCE)
    return lease


def _await_pipeline(backend: Backend) -> None:
    """Wait while a hook that just started loads its pipeline, for which Label Studio has three seconds only."""
    deadline = time.monotonic() + _LOAD_SECONDS
    beyond = urlsplit(backend.url).hostname not in ("127.0.0.1", "localhost", "::1")
    with httpx.Client(auth=(backend.user, backend.password), timeout=10, trust_env=beyond) as client:
        while time.monotonic() < deadline:
            try:
                answer = client.get(f"{backend.url}/versions")
            except (httpx.HTTPError, httpx.InvalidURL):
                return
            if "Retry-After" not in answer.headers:
                return
            time.sleep(_POLL_SECONDS)
