"""No value that holds a secret shows it where it is printed by accident."""

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

import curator
from curator.bootstrap.context import Context
from curator.bootstrap.hook_process import HookProcess
from curator.bootstrap.workspace import Workspace
from curator.label_studio.client import LabelStudioServer
from curator.label_studio.connection import Connection
from curator.label_studio.server import EmbeddedServer, FirstUser
from curator.settings import DatabaseSettings, LabelStudioSettings, Secret, Settings
from curator.store.engines import open_engine

CANARY = "canary-in-a-coal-mine"
# What fields that hold a secret are called.
SECRET = re.compile(r"secret|password|token|header|credential|cookie")
CARRIERS = {"Parts", "Hook", "WebhookRef", "Backend", "MlBackend", "Credentials", "SharedSecrets", "FirstUser"}


def dataclasses_of_curator() -> Iterator[type]:
    for found in pkgutil.walk_packages(curator.__path__, "curator."):
        # An import of these runs something.
        if found.name.endswith("__main__") or ".migrations" in found.name:
            continue
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__:
                yield value


def with_canaries(kind: type) -> Any:
    """Return a value of a dataclass, unchecked, with a canary in each field that is named like a secret."""
    value: Any = object.__new__(kind)
    for field in dataclasses.fields(kind):
        held: Any = None
        if SECRET.search(field.name):
            held = {"X-Header": CANARY} if "Mapping" in str(field.type) or "dict" in str(field.type) else CANARY
        object.__setattr__(value, field.name, held)
    return value


def test_no_dataclass_shows_its_secrets() -> None:
    kinds = set(dataclasses_of_curator())
    carriers = {kind for kind in kinds if any(SECRET.search(field.name) for field in dataclasses.fields(kind))}
    assert {kind.__name__ for kind in carriers} >= CARRIERS
    shown = {kind.__name__ for kind in carriers if CANARY in repr(with_canaries(kind))}
    assert not shown


@pytest.fixture
def settings() -> Settings:
    return Settings(
        label_studio=LabelStudioSettings(url=f"http://user:{CANARY}@127.0.0.1:1", token=Secret(CANARY)),
        database=DatabaseSettings(url=Secret(f"postgresql://user:{CANARY}@127.0.0.1/none")),
    )


def test_settings_show_no_secret(settings: Settings) -> None:
    for value in (settings, settings.label_studio, settings.database, asdict(settings)):
        assert CANARY not in repr(value).replace(settings.label_studio.url, "")
        assert CANARY not in str(value).replace(settings.label_studio.url, "")
    assert CANARY not in repr(settings)


def test_what_works_with_secrets_shows_none(settings: Settings, tmp_path: Path) -> None:
    context = Context(Workspace(tmp_path), Path("none.toml"), given=settings)
    url = settings.label_studio.url
    for value in (
        context,
        HookProcess(context, 1),
        Connection(url, CANARY, 1.0),
        LabelStudioServer("name", url, CANARY),
        EmbeddedServer(Path("none"), tmp_path, FirstUser("a", CANARY, CANARY)),
        open_engine(settings.database.url.get_secret_value()),
    ):
        assert CANARY not in f"{value!r} {value}"
