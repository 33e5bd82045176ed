import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.receiving import open_receiver
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import CuratorError
from curator.steps.desk.publish import HOOK_PATH as PATH
from curator.steps.desk.publish import SECRET_HEADER
from curator.store.inbox import SqliteInbox
from curator.web.application import Parts, create_app
from tests.conftest import ROOT

SECRET = {SECRET_HEADER: "correct"}
LIMIT = 1000


class Hook:
    """An application on an inbox of its own, and what it did."""

    def __init__(self, folder: Path) -> None:
        self.inbox = SqliteInbox(folder / "inbox.sqlite3")
        self.woken = 0
        self.reason = ""
        self.app = create_app(Parts(self.inbox, "correct", LIMIT, self._wake, lambda: self.reason))
        self.client: FlaskClient = self.app.test_client()

    def _wake(self) -> None:
        self.woken += 1

    def post(self, body: bytes, headers: dict[str, str] | None = SECRET, **more: Any) -> int:
        return self.client.post(PATH, data=body, headers=headers, **more).status_code

    @property
    def bodies(self) -> list[bytes]:
        return [delivery.body for delivery in self.inbox.pending(1000)]


@pytest.fixture
def hook(tmp_path: Path) -> Iterator[Hook]:
    made = Hook(tmp_path)
    yield made
    made.inbox.engine.dispose()


def test_a_delivery_is_kept_as_it_came_before_it_is_answered(hook: Hook) -> None:
    bodies = [b'{"action": "ANNOTATION_CREATED"} ', b"[]", b'"\\ud800"', b"1", b'{"a": 1, "a": 2}']
    for number, body in enumerate(bodies, start=1):
        answer = hook.client.post(PATH, data=body, headers=SECRET)
        assert answer.status_code == 200
        assert answer.get_json()["delivery"] == hook.inbox.pending(1000)[-1].id
        assert hook.woken == number
    assert hook.bodies == bodies


def test_the_same_delivery_twice_is_two_deliveries(hook: Hook) -> None:
    assert [hook.post(b"{}"), hook.post(b"{}")] == [200, 200]
    assert len({delivery.id for delivery in hook.inbox.pending(10)}) == 2


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"{}", 401),
        ({}, b"no JSON", 401),
        ({}, b" " * (LIMIT + 1), 401),
        ({SECRET_HEADER: "wrong"}, b"{}", 403),
        ({SECRET_HEADER: ""}, b"{}", 403),
        ({SECRET_HEADER: "correct "}, b"x" * 2 * LIMIT, 403),
        ({SECRET_HEADER: "corr\u00e9ct"}, b"{}", 403),
        (SECRET, b"", 400),
        (SECRET, b"{", 400),
        (SECRET, b"action=ANNOTATION_CREATED", 400),
        (SECRET, b'{"a": "\xff"}', 400),
        (SECRET, b"\x00\xff\xfe", 400),
        (SECRET, b"[" * LIMIT, 400),
        (SECRET, b"9" * LIMIT, 200),
        (SECRET, b" " * LIMIT + b"1", 413),
        (SECRET, b" " * (LIMIT - 1) + b"1", 200),
    ],
)
def test_each_refusal_has_its_status_and_keeps_nothing(
    hook: Hook, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = hook.client.post(PATH, data=body, headers=headers)
    assert answer.status_code == status
    assert hook.bodies == ([body] if status == 200 else [])
    assert hook.woken == len(hook.bodies)
    if status != 200:
        assert list(answer.get_json()) == ["error"]
        assert "correct" not in answer.text


def test_json_nested_deeper_than_the_stack_is_refused(tmp_path: Path) -> None:
    inbox = SqliteInbox(tmp_path / "inbox.sqlite3")
    client = create_app(Parts(inbox, "correct", 1 << 22, lambda: None, str)).test_client()
    for body in (b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000):
        assert client.post(PATH, data=body, headers=SECRET).status_code == 400
    assert inbox.pending(1) == []
    inbox.engine.dispose()


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
def test_a_body_without_content_length_has_the_same_limit(hook: Hook, size: int, status: int) -> None:
    body = b"1".rjust(size)
    # As a server hands on a chunked body.
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    sent = hook.client.open(
        PATH, method="POST", input_stream=io.BytesIO(body), headers=SECRET, environ_overrides=chunked
    )
    assert sent.status_code == status
    assert hook.bodies == ([body] if status == 200 else [])


@settings(suppress_health_check=list(HealthCheck), max_examples=50)
@given(st.binary(max_size=40) | st.text(max_size=20).map(json.dumps).map(str.encode))
def test_whatever_is_acknowledged_is_in_the_inbox(hook: Hook, body: bytes) -> None:
    before = len(hook.bodies)
    status = hook.post(body)
    assert status in (200, 400)
    assert hook.bodies[before:] == ([body] if status == 200 else [])


def test_only_posting_is_possible_and_other_addresses_are_unknown(hook: Hook) -> None:
    assert hook.client.get(PATH).status_code == 405
    answer = hook.client.get("/nowhere")
    assert (answer.status_code, answer.get_json()) == (404, {"error": "Not Found"})


def test_health_is_open_and_readiness_gives_the_reason(hook: Hook) -> None:
    assert (hook.client.get("/healthz").status_code, hook.client.get("/readyz").status_code) == (200, 200)
    hook.reason = "the store is away"
    answer = hook.client.get("/readyz")
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "the store is away")
    assert hook.client.get("/healthz").status_code == 200


def test_a_delivery_that_could_not_be_kept_is_not_acknowledged(hook: Hook, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "inbox.sqlite3") as connection:
        connection.execute("DROP TABLE delivery")
    connection.close()
    assert hook.post(b"{}") == 500
    with pytest.raises(CuratorError):
        hook.inbox.counts()
    assert hook.woken == 0


PROJECT = {"project": {"id": 7}}
TIMES = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
ANNOTATION = {
    "id": 1,
    "project": 7,
    "task": 2,
    "completed_by": 1,
    "was_cancelled": False,
    "ground_truth": False,
    "result": [],
    **TIMES,
}
TASK = {"id": 2, "project": 7, "data": {}}


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ({"action": "LABEL_LINK_CREATED", **PROJECT}, "unknown-action"),
        ({"action": "TASKS_CREATED", **PROJECT}, "unknown-action"),
        ({"action": "ANNOTATION_CREATED"}, "no-payload"),
        ({"action": "ANNOTATION_CREATED", "annotation": {}}, "unknown-shape"),
        ({"action": None}, "unknown-shape"),
        ([], "unknown-shape"),
        ({"action": "ANNOTATION_CREATED", "annotation": ANNOTATION, "task": TASK, **PROJECT}, "unknown-project"),
        ({"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 1}], **PROJECT}, "unknown-project"),
        ({"action": "TASKS_DELETED", "tasks": [{"id": 1}], **PROJECT}, "unknown-project"),
        ({"action": "PROJECT_UPDATED", **PROJECT}, "unknown-project"),
    ],
)
def test_what_cannot_be_applied_is_a_dead_letter_with_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: Any, cause: str
) -> None:
    monkeypatch.chdir(ROOT)
    context = Context(Workspace(tmp_path), Path("configs/curator.toml"))
    init(context, lambda _: None)
    with open_receiver(context, lambda _: None) as receiver:
        client = create_app(Parts(receiver.inbox, "correct", 1 << 20, lambda: None, str)).test_client()
        assert client.post(PATH, json=body, headers=SECRET).status_code == 200
        assert receiver.drain() == {"dead": 1}
    connection = sqlite3.connect(context.workspace.inbox)
    assert connection.execute("SELECT state, cause FROM delivery").fetchall() == [("dead", cause)]
    connection.close()
