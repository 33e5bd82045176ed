"""What every BackendRegistry keeps to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from curator.domain.errors import ServerRefused
from curator.label_studio.client import LabelStudioServer
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.ml_backends import Backend, BackendRef, BackendRegistry
from tests.fakes.label_server import FakeLabelServer
from tests.fakes.ml_backends import FakeBackendRegistry


class _Handler(BaseHTTPRequestHandler):
    """Answers as an ML backend does that is there."""

    def do_GET(self) -> None:
        self._answer({"status": "UP"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer({"model_version": "names@d1"})

    def _answer(self, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing on standard error."""


@contextmanager
def answering() -> Iterator[tuple[str, Callable[[], None]]]:
    """Serve ML backends under any path; yields the address, and what stops the serving."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", stop
    finally:
        if thread.is_alive():
            stop()


@pytest.fixture
def registry_and_backend(
    server: LabelServer,
) -> Iterator[tuple[BackendRegistry, Backend, Callable[[], None]]]:
    """A registry, a backend that answers, and what makes it answer no more."""
    if isinstance(server, FakeLabelServer):
        fake = FakeBackendRegistry(server)
        yield fake, Backend("http://127.0.0.1:9/ml", "ada", "hush"), lambda: setattr(fake, "down", True)
        return
    assert isinstance(server, LabelStudioServer)
    with answering() as (address, stop):
        yield server.ml_backends, Backend(f"{address}/ml", "ada", "hush"), stop


@pytest.fixture
def registry(registry_and_backend: tuple[BackendRegistry, Backend, Callable[[], None]]) -> BackendRegistry:
    return registry_and_backend[0]


@pytest.fixture
def backend(registry_and_backend: tuple[BackendRegistry, Backend, Callable[[], None]]) -> Backend:
    return registry_and_backend[1]


@pytest.fixture
def stop(registry_and_backend: tuple[BackendRegistry, Backend, Callable[[], None]]) -> Callable[[], None]:
    return registry_and_backend[2]


def test_a_project_has_no_backend_at_first(registry: BackendRegistry, project: int) -> None:
    assert registry.backends(project) == []


def test_a_connected_backend_is_listed_with_its_project_alone_and_without_trouble(
    registry: BackendRegistry, backend: Backend, project: int, new_project: Callable[[], Any]
) -> None:
    registry.save_backend(project, "curator", backend, None)
    (listed,) = registry.backends(project)
    assert listed == BackendRef(listed.id, "curator", backend.url, "ada", False, "")
    assert registry.backends(new_project().id) == []


def test_backends_come_oldest_first(registry: BackendRegistry, backend: Backend, project: int) -> None:
    for title in ("zoe", "ada", "max"):
        registry.save_backend(project, title, replace(backend, url=f"{backend.url}/{title}"), None)
    listed = registry.backends(project)
    assert [known.title for known in listed] == ["zoe", "ada", "max"]
    assert [known.id for known in listed] == sorted({known.id for known in listed})


def test_an_existing_one_is_set_to_title_address_and_log_in(
    registry: BackendRegistry, backend: Backend, project: int
) -> None:
    registry.save_backend(project, "theirs", backend, None)
    (before,) = registry.backends(project)
    changed = replace(backend, url=f"{backend.url}/2", user="bob")
    for _ in range(2):
        registry.save_backend(project, "curator", changed, before.id)
        assert registry.backends(project) == [replace(before, title="curator", url=changed.url, user="bob")]


def test_a_new_one_brings_a_webhook_at_its_address_for_events_and_a_change_none(
    registry: BackendRegistry, server: LabelServer, backend: Backend, project: int
) -> None:
    registry.save_backend(project, "curator", backend, None)
    assert [webhook.url for webhook in server.webhooks(project)] == [backend.events_url]
    (listed,) = registry.backends(project)
    registry.save_backend(project, "curator", backend, listed.id)
    assert [webhook.url for webhook in server.webhooks(project)] == [backend.events_url]


def test_one_that_no_longer_answers_is_listed_with_its_trouble(
    registry: BackendRegistry, backend: Backend, project: int, stop: Callable[[], None]
) -> None:
    registry.save_backend(project, "curator", backend, None)
    (before,) = registry.backends(project)
    stop()
    (after,) = registry.backends(project)
    assert after.trouble
    assert replace(after, trouble="") == before


def test_one_that_does_not_answer_is_refused_and_changes_nothing(
    registry: BackendRegistry, server: LabelServer, backend: Backend, project: int, stop: Callable[[], None]
) -> None:
    registry.save_backend(project, "curator", backend, None)
    (before,) = registry.backends(project)
    stop()
    with pytest.raises(ServerRefused):
        registry.save_backend(project, "second", replace(backend, url=f"{backend.url}/2"), None)
    with pytest.raises(ServerRefused):
        registry.save_backend(project, "changed", backend, before.id)
    assert [(known.id, known.title) for known in registry.backends(project)] == [(before.id, "curator")]
    assert len(server.webhooks(project)) == 1


def test_setting_one_that_is_not_there_is_refused(registry: BackendRegistry, backend: Backend, project: int) -> None:
    with pytest.raises(ServerRefused):
        registry.save_backend(project, "curator", backend, 10**9)
    assert registry.backends(project) == []


def test_what_is_deleted_is_gone_and_may_be_deleted_again(
    registry: BackendRegistry, backend: Backend, project: int
) -> None:
    registry.save_backend(project, "curator", backend, None)
    (listed,) = registry.backends(project)
    for _ in range(2):
        registry.delete_backend(listed.id)
        assert registry.backends(project) == []
