"""A push with the configured pipeline, hook and server."""

import time
from urllib.parse import urlsplit

import httpx

from curator.bootstrap.application import Application
from curator.steps.desk.connect_backend import connect_backend
from curator.steps.desk.publish import Published, publish
from curator.steps.ports.ml_backends import Backend
from curator.steps.ports.progress import Progress

_LOAD_SECONDS = 60.0
_POLL_SECONDS = 0.5


def push(application: Application, progress: Progress) -> Published:
    """Bring the Label Studio project up to date with the store, and connect it to the ML backend where configured."""
    server = application.server
    marker, hook = application.marker(), application.hook
    published = publish(application.store, server, application.schema, marker, hook, progress)
    if application.settings.ml.connect:
        backend = application.ml_backend
        _await_pipeline(backend)
        done = connect_backend(server.ml_backends, server, published.project, backend)
        published.ml_backend, published.ml_reason = done
    return published


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
