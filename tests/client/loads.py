"""Loading the sample into a cache, and what of it was asked for."""

from collections.abc import Callable
from pathlib import Path

from curator_client.download import cached_version
from curator_client.server import Server
from curator_client.version import find_version
from tests.client.faulty_server import TOKEN, FaultyServer
from tests.steps.datasets.copies import content


class Load:
    """Loads the sample into a cache, and keeps what it waited instead of waiting."""

    def __init__(self, server: FaultyServer, cache: Path) -> None:
        self._server = server
        self.cache = cache
        self.waits: list[float] = []
        self.jitter = 0.0
        self.sleep: Callable[[float], None] = self.waits.append

    def __call__(self) -> Path:
        server = Server(self._server.url, TOKEN, timeout=30, sleep=self.sleep, jitter=lambda: self.jitter)
        return cached_version(find_version(server, "sample@1"), server, self.cache)


def whole(server: FaultyServer) -> dict[str, bytes]:
    return content(server.folders["sample", 1])


def ranges(server: FaultyServer, file: str) -> list[str]:
    """Return from where a file was asked for, in order."""
    return [asked.headers.get("Range", "") for asked in server.asked if asked.path.endswith(f"/files/{file}")]
