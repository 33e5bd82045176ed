"""curator as the ML backend of the project in Label Studio."""

from dataclasses import dataclass, field
from typing import Protocol

from curator.domain.errors import ServerRefused
from curator.steps.ports import LabelServer

ML_PATH = "/ml"
TITLE = "curator"
"""The backend's name in Label Studio.

Never the name of a pipeline: Label Studio takes a project whose shown model version is a backend's title as a live
one, asks the backend before every task of the stream, and shows no prediction at all while it does not answer.
"""


@dataclass(frozen=True, slots=True)
class Backend:
    """Where Label Studio shall ask for predictions, and with which log-in."""

    url: str
    user: str
    password: str = field(repr=False)

    @property
    def events_url(self) -> str:
        """Where Label Studio sends a project's events once the backend is connected."""
        return f"{self.url.rstrip('/')}/webhook"


@dataclass(frozen=True, slots=True)
class BackendRef:
    """An ML backend as Label Studio holds it; `trouble` says why it does not answer, and is empty where it does."""

    id: int
    title: str
    url: str
    user: str
    interactive: bool
    trouble: str


class BackendRegistry(Protocol):
    """The ML backends in Label Studio. Every method raises ServerUnreachable or ServerRefused."""

    def backends(self, project: int) -> list[BackendRef]:
        """Return the backends of a project, oldest first; Label Studio asks each of them whether it is there."""
        ...

    def save_backend(self, project: int, title: str, backend: Backend, number: int | None) -> None:
        """Connect a backend, or set an existing one to this address and log-in; Label Studio asks it first."""
        ...

    def delete_backend(self, number: int) -> None: ...


def connect_backend(registry: BackendRegistry, server: LabelServer, project: int, backend: Backend) -> tuple[str, str]:
    """See that the project has curator as its ML backend, once, with our log-in. Idempotent.

    Label Studio then asks for a prediction where somebody opens a task that has none, or chooses "Retrieve
    Predictions"; tasks that a push gave a prediction by the same pipeline are never asked about, so nothing is
    doubled. Nothing is fetched in advance, so no list and no other task waits.

    Returns `kept`, `connected` or `reconnected`, or `refused` with the reason.
    """
    try:
        done = _ensure(registry, project, backend)
    except ServerRefused as error:
        return "refused", str(error)
    # Made by Label Studio, without the log-in: every submission would wait for what our own webhook tells as well.
    for webhook in server.webhooks(project):
        if webhook.url == backend.events_url:
            server.delete_webhook(webhook.id)
    return done, ""


def _ensure(registry: BackendRegistry, project: int, backend: Backend) -> str:
    ours = [one for one in registry.backends(project) if is_ours(one, backend)]
    for extra in ours[1:]:
        registry.delete_backend(extra.id)
    if not ours:
        _connect(registry, project, backend)
        return "connected"
    first = ours[0]
    same = (first.title, first.url, first.user, first.interactive) == (TITLE, backend.url, backend.user, False)
    if same and not first.trouble:
        return "kept"
    registry.save_backend(project, TITLE, backend, first.id)
    return "reconnected"


def _connect(registry: BackendRegistry, project: int, backend: Backend) -> None:
    try:
        registry.save_backend(project, TITLE, backend, None)
    except ServerRefused:
        # With a guard against webhooks alone, Label Studio connects it, and then refuses the webhook it makes beside.
        if not any(is_ours(one, backend) and not one.trouble for one in registry.backends(project)):
            raise


def is_ours(found: BackendRef, backend: Backend) -> bool:
    """Say whether a backend in Label Studio points here, or did."""
    return found.title == TITLE or found.url.rstrip("/") == backend.url.rstrip("/")
