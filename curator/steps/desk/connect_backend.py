"""curator as the ML backend of the project in Label Studio."""

from curator.domain.errors import ServerRefused
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.ml_backends import Backend, BackendRef, BackendRegistry

ML_PATH = "/ml"
TITLE = "curator"
"""The backend's name in Label Studio.

Never the name of a pipeline: Label Studio takes a project whose shown model version is a backend's title as a live
one, asks the backend before every task of the stream, and shows no prediction at all while it does not answer.
"""


def connect_backend(registry: BackendRegistry, server: LabelServer, project: int, backend: Backend) -> tuple[str, str]:
    """See that the project has curator as its ML backend, once, with our log-in. Idempotent.

    Label Studio then asks for a prediction where somebody opens a task that has none, or chooses "Retrieve
    Predictions"; tasks that a push gave a prediction by the same pipeline are never asked about, so nothing is
    doubled. Nothing is fetched in advance, so no list and no other task waits.

    Returns `kept`, `connected` or `reconnected`, or `refused` with the reason.
    """
    try:
        outcome = _ensure(registry, project, backend)
    except ServerRefused as error:
        return "refused", str(error)
    # Made by Label Studio, without the log-in: every submission would wait for what our own webhook receives as well.
    for webhook in server.webhooks(project):
        if webhook.url == backend.events_url:
            server.delete_webhook(webhook.id)
    return outcome, ""


def _ensure(registry: BackendRegistry, project: int, backend: Backend) -> str:
    registered = [candidate for candidate in registry.backends(project) if is_ours(candidate, backend)]
    for extra in registered[1:]:
        registry.delete_backend(extra.id)
    if not registered:
        _connect(registry, project, backend)
        return "connected"
    first = registered[0]
    unchanged = (first.title, first.url, first.user, first.interactive) == (TITLE, backend.url, backend.user, False)
    if unchanged and not first.trouble:
        return "kept"
    registry.save_backend(project, TITLE, backend, first.id)
    return "reconnected"


def _connect(registry: BackendRegistry, project: int, backend: Backend) -> None:
    try:
        registry.save_backend(project, TITLE, backend, None)
    except ServerRefused:
        # With a guard against webhooks alone, Label Studio connects it, and then refuses the webhook it makes beside.
        if not any(is_ours(candidate, backend) and not candidate.trouble for candidate in registry.backends(project)):
            raise


def is_ours(candidate: BackendRef, backend: Backend) -> bool:
    """Say whether a backend in Label Studio points here, or did."""
    return candidate.title == TITLE or candidate.url.rstrip("/") == backend.url.rstrip("/")
