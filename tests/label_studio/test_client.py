"""How the client reaches a server, and what it says where it cannot."""

import re
import socket
from collections.abc import Callable, Iterator

import httpx
import pytest
import stamina

from curator.domain.annotation import UnreadableAnnotation
from curator.domain.errors import ServerRefused, ServerUnreachable
from curator.domain.schema import LabelSchema
from curator.domain.span import Content
from curator.label_studio.client import LabelStudioServer
from curator.steps.ports.label_server import NewPrediction, NewTask, TaskState
from tests.conftest import RunningLabelStudio, free_port

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


def answered(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> LabelStudioServer:
    """Return a client whose requests never leave this process."""

    class Client(httpx.Client):
        def __init__(self, **options: object) -> None:
            super().__init__(transport=httpx.MockTransport(answer), follow_redirects=False)

    monkeypatch.setattr("curator.label_studio.connection.httpx.Client", Client)
    return LabelStudioServer("test", "http://user:pw@label.studio/path", "0123456789abcdef", 1.0)


@pytest.fixture(scope="module")
def personal_token(label_studio: RunningLabelStudio) -> str:
    """A personal access token, got as a browser gets it; Label Studio gives a user only one."""
    running = label_studio
    with httpx.Client(base_url=running.url, trust_env=False) as browser:
        browser.get("/user/login/")
        form = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "email": running.username}
        browser.post("/user/login/", data=form | {"password": running.password}, headers={"Referer": running.url})
        answer = browser.post("/api/token/", headers={"X-CSRFToken": browser.cookies["csrftoken"]})
        return str(answer.json()["token"])


@pytest.mark.filterwarnings("ignore:The `parse_obj` method:DeprecationWarning")
def test_both_kinds_of_token_are_taken(label_studio: RunningLabelStudio, personal_token: str) -> None:
    assert label_studio.client.whoami() == label_studio.username
    personal = LabelStudioServer("test", f"{label_studio.url}/", f" {personal_token}\n")
    assert personal.whoami() == label_studio.username
    assert personal.users() == label_studio.client.users()
    personal.close()


def test_a_token_that_is_not_valid_is_refused_and_not_shown(
    label_studio: RunningLabelStudio, personal_token: str
) -> None:
    forged = re.sub(r"[^.]+$", "c2lnbmF0dXJl", personal_token)
    expired = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl"
    for token in ("f" * 40, forged, expired, "", "with\nline end", "accentué"):
        client = LabelStudioServer("test", label_studio.url, token)
        with pytest.raises(ServerRefused, match="token") as raised:
            client.users()
        assert not token or token not in f"{raised.value!s}{client!r}"
        assert raised.value.__suppress_context__
        client.close()


def test_a_server_that_does_not_answer_is_unreachable() -> None:
    client = LabelStudioServer("test", f"http://127.0.0.1:{free_port()}", "0123456789abcdef")
    with pytest.raises(ServerUnreachable, match="does not answer"):
        client.task_index(1)
    client.close()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = LabelStudioServer("test", f"http://127.0.0.1:{silent.getsockname()[1]}", "0123456789abcdef", 0.1)
        with pytest.raises(ServerUnreachable, match="in time"):
            client.users()
        client.close()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "label-studio", "::", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    client = LabelStudioServer("test", url, "0123456789abcdef")
    with pytest.raises(ServerRefused, match="address"):
        client.users()
    client.close()


def test_only_what_reads_is_tried_again(monkeypatch: pytest.MonkeyPatch, default_schema: LabelSchema) -> None:
    asked: list[str] = []

    def busy(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(503)

    client = answered(busy, monkeypatch)
    with pytest.raises(ServerUnreachable):
        client.users()
    assert asked == ["GET", "GET", "GET"]
    with pytest.raises(ServerUnreachable):
        client.create_project("x", "y", default_schema)
    assert asked[3:] == ["POST"]


def test_the_address_keeps_its_path_and_hides_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(request: httpx.Request) -> httpx.Response:
        return httpx.Response(418, json={"detail": request.url.path})

    with pytest.raises(ServerRefused, match="/path/api/users/") as raised:
        answered(nowhere, monkeypatch).users()
    assert "pw" not in str(raised.value)


@pytest.mark.parametrize("answer", [b"<html>hello</html>", b"{}", b"[1]", b'[{"id": 1}]', b"null"])
def test_answers_of_something_else_are_refused(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    client = answered(lambda _: httpx.Response(200, content=answer), monkeypatch)
    calls: list[Callable[[], object]] = [
        lambda: client.task(1),
        lambda: client.annotation(1),
        lambda: client.project(1),
        lambda: list(client.tasks(1)),
    ]
    for call in calls:
        with pytest.raises(ServerRefused):
            call()


def test_a_prediction_without_a_pipeline_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    client = answered(lambda _: httpx.Response(500), monkeypatch)
    task = NewTask("d", "x", "a.txt", (NewPrediction("", Content(), "x", 0.0),))
    with pytest.raises(ValueError, match="pipeline"):
        client.add_tasks(1, [task])


def test_the_guard_against_private_addresses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"detail": "URL resolves to a reserved network address (block: 10.0.0.0/8)"}
    client = answered(lambda _: httpx.Response(403, json=body), monkeypatch)
    with pytest.raises(ServerRefused, match="SSRF guard"):
        client.save_webhook(1, "http://10.0.0.1/hook", {}, None)


@pytest.mark.parametrize(
    ("faults", "match"),
    [
        ({"url": ["URL resolves to a reserved network address"], "actions": {"0": ["no"]}}, "SSRF guard"),
        ({"url": ["Enter a valid URL."], "actions": {"0": ["no"]}}, r"refuses: \{'url': \['Enter a valid URL.'\]\}"),
        ({"url": ["Enter a valid URL."]}, "Enter a valid URL"),
        ({"actions": {"0": ["no"]}}, None),
    ],
)
def test_an_address_is_judged_by_what_else_is_wrong(
    monkeypatch: pytest.MonkeyPatch, faults: dict[str, object], match: str | None
) -> None:
    client = answered(lambda _: httpx.Response(400, json={"validation_errors": faults}), monkeypatch)
    if match is None:
        client.check_webhook(1, "http://hooks.example.org")
        return
    with pytest.raises(ServerRefused, match=match):
        client.check_webhook(1, "http://10.0.0.1/hook")


def test_a_task_that_label_studio_fails_on_is_named_and_hides_no_other(
    label_studio: RunningLabelStudio, default_schema: LabelSchema
) -> None:
    client = label_studio.client
    project = client.create_project("Poisoned", "poisoned-marker", default_schema).id
    ids = client.add_tasks(project, [NewTask(f"d{at}", "x", "a.txt") for at in range(7)])
    # Label Studio keeps a lone surrogate, answers 500, and then cannot list the task any more.
    label_studio.http.post(
        f"/api/tasks/{ids[4]}/annotations/",
        content=b'{"result": [{"id": "a", "value": {"text": "\\ud800"}}]}',
        headers={"Content-Type": "application/json"},
    )
    listed = list(client.tasks(project))
    assert {task.ref.task for task in listed if isinstance(task, TaskState)} == set(ids) - {ids[4]}
    (unreadable,) = [task for task in listed if isinstance(task, UnreadableAnnotation)]
    assert (unreadable.task, unreadable.key) == (ids[4], "")
    assert "Label Studio failed" in unreadable.cause
    assert client.task_index(project).keys() == set(ids)
