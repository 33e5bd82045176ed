"""ML backends as Label Studio keeps them: implements `BackendRegistry`."""

from dataclasses import replace

from curator.domain.errors import ServerRefused
from curator.steps.ports.ml_backends import Backend, BackendRef
from tests.fakes.label_server import FakeLabelServer


class FakeBackendRegistry:
    """The backends of a Label Studio in memory, where every backend answers until `down` is set."""

    def __init__(self, server: FakeLabelServer) -> None:
        self.kept: dict[int, tuple[BackendRef, str]] = {}
        """Each backend with its password."""
        self.projects: dict[int, int] = {}
        """The project of each backend that was connected."""
        self.down = False
        self.guards_webhooks = False
        self.saves = 0
        self._server = server

    def backends(self, project: int) -> list[BackendRef]:
        listed = [
            ref for number, (ref, _) in sorted(self.kept.items()) if self.projects.get(number, project) == project
        ]
        return [replace(ref, trouble="no connection") for ref in listed] if self.down else listed

    def save_backend(self, project: int, title: str, backend: Backend, number: int | None) -> None:
        self.saves += 1
        if number is not None and number not in self.kept:
            raise ServerRefused(f"no backend {number}")
        if self.down:
            raise ServerRefused("Label Studio refuses: can't connect to ML backend")
        created = number is None
        number = number or max(self.projects, default=0) + 1
        self.projects[number] = project
        self.kept[number] = (BackendRef(number, title, backend.url, backend.user, False, ""), backend.password)
        if created and self.guards_webhooks:
            raise ServerRefused("Label Studio's SSRF guard refuses the address")
        if created:
            self._server.save_webhook(project, backend.events_url, {}, None)

    def delete_backend(self, number: int) -> None:
        self.kept.pop(number, None)
