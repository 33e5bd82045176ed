"""curator as the project's ML backend: connected once, whatever was there before."""

from dataclasses import replace
from typing import Any

import pytest

from curator.domain.errors import ServerRefused
from curator.steps.desk.connect_backend import TITLE, connect_backend
from curator.steps.desk.publish import ensure_webhook
from curator.steps.ports.ml_backends import Backend, BackendRef
from tests.fakes.world import HOOK, World

BACKEND = Backend("http://127.0.0.1:9/ml", "label-studio", "hush")


class Registry:
    """ML backends as Label Studio keeps them: a new one gets a webhook to all events, unasked."""

    def __init__(self, world: World) -> None:
        self.kept: dict[int, tuple[BackendRef, str]] = {}
        self.down = False
        self.guards_webhooks = False
        self.saves = 0
        self._server = world.server

    def backends(self, project: int) -> list[BackendRef]:
        return [backend for _, (backend, _) in sorted(self.kept.items())]

    def save_backend(self, project: int, title: str, backend: Backend, number: int | None) -> None:
        self.saves += 1
        if self.down:
            raise ServerRefused("Label Studio refuses: can't connect to ML backend")
        created = number is None
        number = number or max(self.kept, default=0) + 1
        self.kept[number] = (BackendRef(number, title, backend.url, backend.user, False, ""), backend.password)
        if created and self.guards_webhooks:
            raise ServerRefused("Label Studio's SSRF guard refuses the address")
        if created:
            self._server.save_webhook(project, backend.events_url, {}, None)

    def delete_backend(self, number: int) -> None:
        del self.kept[number]


@pytest.fixture
def registry(world: World) -> Registry:
    world.push()
    return Registry(world)


def connect(world: World, registry: Registry, backend: Backend = BACKEND) -> tuple[str, str]:
    return connect_backend(registry, world.server, world.project, backend)


def test_it_is_connected_once_and_without_a_webhook_of_its_own(world: World, registry: Registry) -> None:
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
def test_what_somebody_changed_is_set_right(world: World, registry: Registry, change: dict[str, Any]) -> None:
    connect(world, registry)
    registered, password = registry.kept[1]
    registry.kept[1] = (replace(registered, **change), password)
    assert connect(world, registry) == ("reconnected", "")
    assert registry.kept == {1: (registered, "hush")}


def test_doubles_go_and_foreign_ones_stay(world: World, registry: Registry) -> None:
    connect(world, registry)
    ours, _ = registry.kept[1]
    foreign = BackendRef(3, "theirs", "http://theirs.example", "", True, "down")
    registry.kept |= {2: (replace(ours, id=2), ""), 3: (foreign, "")}
    assert connect(world, registry) == ("kept", "")
    assert {number: backend for number, (backend, _) in registry.kept.items()} == {1: ours, 3: foreign}


def test_a_refusal_is_returned_with_its_reason_and_nothing_is_lost(world: World, registry: Registry) -> None:
    registry.down = True
    done, reason = connect(world, registry)
    assert (done, registry.kept) == ("refused", {})
    assert "can't connect" in reason


def test_a_guard_that_refuses_the_webhook_alone_does_not_keep_it_away(world: World, registry: Registry) -> None:
    registry.guards_webhooks = True
    assert connect(world, registry) == ("connected", "")
    assert connect(world, registry) == ("kept", "")
    assert len(registry.kept) == 1
