"""curator as the project's ML backend: connected once, whatever was there before."""

from dataclasses import replace
from typing import Any

import pytest

from curator.steps.desk.connect_backend import TITLE, connect_backend
from curator.steps.desk.publish import ensure_webhook
from curator.steps.ports.ml_backends import Backend, BackendRef
from tests.fakes.ml_backends import FakeBackendRegistry
from tests.fakes.world import HOOK, World

BACKEND = Backend("http://127.0.0.1:9/ml", "label-studio", "hush")


@pytest.fixture
def registry(world: World) -> FakeBackendRegistry:
    world.push()
    return FakeBackendRegistry(world.server)


def connect(world: World, registry: FakeBackendRegistry, backend: Backend = BACKEND) -> tuple[str, str]:
    return connect_backend(registry, world.server, world.project, backend)


def test_it_is_connected_once_and_without_a_webhook_of_its_own(world: World, registry: FakeBackendRegistry) -> None:
    before = world.server.webhooks(world.project)
    assert connect(world, registry) == ("connected", "")
    assert connect(world, registry) == ("kept", "")
    ((registered, password),) = registry.kept.values()
    assert (registered.title, registered.url, registered.user, password) == (TITLE, BACKEND.url, BACKEND.user, "hush")
    assert registry.saves == 1
    assert world.server.webhooks(world.project) == before
    assert ensure_webhook(world.server, world.project, HOOK) == "kept"
    assert "hush" not in repr(BACKEND)


@pytest.mark.parametrize(
    "change",
    [{"url": "http://elsewhere/ml"}, {"user": "nobody"}, {"interactive": True}, {"trouble": "401"}, {"title": "mine"}],
)
def test_what_somebody_changed_is_set_right(
    world: World, registry: FakeBackendRegistry, change: dict[str, Any]
) -> None:
    connect(world, registry)
    registered, password = registry.kept[1]
    registry.kept[1] = (replace(registered, **change), password)
    assert connect(world, registry) == ("reconnected", "")
    assert registry.kept == {1: (registered, "hush")}


def test_doubles_go_and_foreign_ones_stay(world: World, registry: FakeBackendRegistry) -> None:
    connect(world, registry)
    ours, _ = registry.kept[1]
    foreign = BackendRef(3, "theirs", "http://theirs.example", "", True, "down")
    registry.kept |= {2: (replace(ours, id=2), ""), 3: (foreign, "")}
    assert connect(world, registry) == ("kept", "")
    assert {number: backend for number, (backend, _) in registry.kept.items()} == {1: ours, 3: foreign}


def test_a_refusal_is_returned_with_its_reason_and_nothing_is_lost(world: World, registry: FakeBackendRegistry) -> None:
    registry.down = True
    done, reason = connect(world, registry)
    assert (done, registry.kept) == ("refused", {})
    assert "can't connect" in reason


def test_a_guard_that_refuses_the_webhook_alone_does_not_keep_it_away(
    world: World, registry: FakeBackendRegistry
) -> None:
    registry.guards_webhooks = True
    assert connect(world, registry) == ("connected", "")
    assert connect(world, registry) == ("kept", "")
    assert len(registry.kept) == 1
