"""The ML backends that a Label Studio server knows."""

from dataclasses import dataclass, field
from typing import Protocol


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
        """Connect a backend, or set an existing one to this title, address and log-in, not interactive.

        Label Studio asks it first: where it does not answer, ServerRefused is raised, and nothing is connected or
        changed. For a new one Label Studio makes a webhook at its `events_url`, unasked.
        """
        ...

    def delete_backend(self, number: int) -> None:
        """Delete a backend; one that is gone already is no error."""
        ...
