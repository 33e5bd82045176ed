"""What the client is tested against: a server of dataset versions, as a fixture that another server can take."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.client.faulty_server import TOKEN, FaultyServer, serving
from tests.client.loads import Load
from tests.sample_version import SAMPLE


@dataclass(frozen=True)
class Served:
    """A server that has the version `sample@1`, with the tag `stable`, as it is in `folder`."""

    url: str
    token: str
    folder: Path


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the environment decides where requests go, who may make them and where files are kept."""
    for name in ("CURATOR_TOKEN", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FaultyServer]:
    """A server whose answers can be made faulty, with a copy of the sample version."""
    folder = tmp_path / "served" / "sample" / "v1"
    shutil.copytree(SAMPLE, folder)
    with serving(FaultyServer({("sample", 1): folder}, {("sample", "stable"): 1})) as served:
        yield served


@pytest.fixture
def served(server: FaultyServer) -> Served:
    """Any server of the sample version."""
    return Served(server.url, TOKEN, server.folders["sample", 1])


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def load(server: FaultyServer, cache: Path) -> Load:
    """What loads the sample of the faulty server."""
    return Load(server, cache)
