"""What tests of several packages share: a small world, the default label schema, one real Label Studio a worker."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml
from hypothesis import HealthCheck, settings

from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.workspace import Workspace
from curator.domain.schema import LabelSchema, schema_from_value
from curator.label_studio.client import LabelStudioServer
from curator.label_studio.server import EmbeddedServer, FirstUser
from curator.settings import Settings
from tests.fakes.world import World
from tests.waiting import HANG_SECONDS

ROOT = Path(__file__).parent.parent
# Generated examples are counted, not timed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

EXECUTABLE = ROOT / ".venv-label-studio" / "bin" / "label-studio"


@dataclass(frozen=True, slots=True)
class RunningLabelStudio:
    """A real Label Studio: address, first user and token, our client, and raw HTTP as that user."""

    url: str
    username: str
    password: str
    token: str
    client: LabelStudioServer
    http: httpx.Client


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on, below those of outgoing connections."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--acts", type=int, default=80, help="acts of reviewers behind a faulty relay (default: 80)")
    parser.addoption("--acts-seed", type=int, default=1, help="what the acts and the relay's faults derive from")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what components make of their lexicons beside pytest's own cache, not in the user's."""
    if config.cache is not None:
        os.environ["XDG_CACHE_HOME"] = str(config.cache.mkdir("curator"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture(scope="session")
def made_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that was made and never used, to be copied: migrations take longer than most tests."""
    root = tmp_path_factory.mktemp("made") / "workspace"
    init(Context(Workspace(root), ROOT / "configs" / "curator.toml", given=Settings()), lambda _: None)
    return root


@pytest.fixture(scope="session")
def default_schema() -> LabelSchema:
    path = ROOT / "configs" / "labels.yaml"
    return schema_from_value(yaml.safe_load(path.read_text(encoding="utf-8")), str(path))


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLabelStudio]:
    if not EXECUTABLE.exists():
        pytest.fail("make install", pytrace=False)
    user = FirstUser("admin@example.org", "first-password", "0123456789abcdef" * 2 + "01234567")
    server = EmbeddedServer(
        EXECUTABLE,
        tmp_path_factory.mktemp("label-studio"),
        user,
        port=free_port(),
        timeout=HANG_SECONDS,
    )
    with (
        server,
        httpx.Client(
            base_url=server.url, headers={"Authorization": f"Token {user.token}"}, timeout=HANG_SECONDS, trust_env=False
        ) as http,
    ):
        client = LabelStudioServer("test", server.url, user.token)
        yield RunningLabelStudio(server.url, user.name, user.password, user.token, client, http)
        client.close()
