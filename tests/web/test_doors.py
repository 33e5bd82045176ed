"""The doors: who is let in to the pages, by what, and for how long."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Event

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.domain.token import Scope
from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER
from curator.steps.in_force.identity import session_key
from curator.steps.in_force.tokens import issue, revoke
from curator.store.database import SqlStore
from curator.web.application import Parts, create_app
from curator.web.dashboard import Dashboard
from curator.web.doors.attempts import Attempts
from curator.web.doors.origin import own_path
from curator.web.doors.pages import PagesDoor
from curator.web.doors.session import SECONDS, session_value, token_of_session
from tests.fakes.world import World
from tests.waiting import HANG_SECONDS
from tests.web.filled import NESTED, application, fill

PAGES = (
    "/",
    "/documents",
    "/documents?state=waiting",
    f"/documents/{document_id(NESTED)}",
    "/documents/none",
    "/labels.css",
    "/charts/days-light.svg",
)
# What a proxy with its default settings makes of any request.
PROXIED = {"Host": "127.0.0.1:8081"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doors")


@pytest.fixture(scope="module")
def filled(folder: Path) -> Iterator[World]:
    (folder / "world").mkdir()
    world = World(folder / "world")
    fill(world, folder / "exports")
    yield world
    world.close()


@pytest.fixture
def client(filled: World, folder: Path) -> FlaskClient:
    door = PagesDoor(lambda: filled.store, "https://curator.example")
    return application(filled, folder / "exports", door).test_client(use_cookies=False)


@pytest.fixture
def token(filled: World) -> str:
    return issue(filled.store, "ada", Scope.PAGES, 1)[1]


def bearing(token: str) -> dict[str, str]:
    return {**PROXIED, "Authorization": f"Bearer {token}"}


def log_in(client: FlaskClient, token: str, address: str = "/", **headers: str) -> TestResponse:
    return client.post("/login", data={"token": token, "next": address}, headers={**PROXIED, **headers})


def cookie_of(answer: TestResponse) -> str:
    """Return what a browser sends back of the cookie that an answer sets."""
    return answer.headers["Set-Cookie"].partition(";")[0]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost"},
        {"Host": "curator.example"},
        {"Host": "evil.example"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer curator_" + "a" * 43},
        {"Authorization": "Bearer \u00e9"},
        {"Authorization": "Basic Y3VyYXRvcjpjdXJhdG9y"},
        {"Cookie": "__Host-curator=1.9999999999." + "0" * 64},
        {"Cookie": "__Host-curator="},
        {"Cookie": "__Host-curator=\u00e9..."},
        {SECRET_HEADER: "secret"},
    ],
    ids=str,
)
def test_without_a_token_no_page_is_open_whatever_else_is_sent(
    client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(path, headers={**PROXIED, **headers})
    assert answer.status_code == 401
    assert "Paris" not in answer.text
    assert "curator tokens issue" in answer.text
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="curator"'
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "PATCH"])
def test_no_method_is_a_way_around(client: FlaskClient, method: str) -> None:
    answer = client.open("/documents", method=method, headers={**PROXIED, "X-HTTP-Method-Override": "GET"})
    assert answer.status_code in (401, 405)
    assert "Paris" not in answer.text


@pytest.mark.parametrize(
    "path", ["/documents//", "/%2e%2e/documents", "/webhooks/../documents", "/ml/../documents", "/assets/../documents"]
)
def test_no_path_is_a_way_around(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={**PROXIED, "Host": "evil.example"})
    assert answer.status_code in (401, 404)
    assert "Location" not in answer.headers


def test_a_token_opens_every_page(client: FlaskClient, token: str) -> None:
    for path in PAGES:
        assert client.get(path, headers=bearing(token)).status_code == (404 if path.endswith("none") else 200)
    assert client.get("/", headers={**PROXIED, "Authorization": f"bearer {token}"}).status_code == 200


def test_a_token_opens_its_own_scope_only_and_until_it_is_revoked(client: FlaskClient, filled: World) -> None:
    _, secret = issue(filled.store, "puller", Scope.API, 1)
    answer = client.get("/", headers=bearing(secret))
    assert answer.status_code == 403
    assert "opens something else" in answer.text
    token, secret = issue(filled.store, "ada", Scope.PAGES, 1)
    assert client.get("/", headers=bearing(secret)).status_code == 200
    revoke(filled.store, token.id)
    assert client.get("/", headers=bearing(secret)).status_code == 401


def test_a_log_in_makes_a_session_that_ends_with_its_token(client: FlaskClient, filled: World) -> None:
    token, secret = issue(filled.store, "<b>ada", Scope.PAGES, 1)
    answer = log_in(client, secret, "/documents?state=waiting")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/documents?state=waiting")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["__Host-curator"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "")
    assert 0 < int(cookie["max-age"]) <= 12 * 3600
    assert secret not in answer.headers["Set-Cookie"]
    bearer = {**PROXIED, "Cookie": cookie_of(answer)}
    assert client.get("/documents", headers=bearer).status_code == 200
    assert "&lt;b&gt;ada" in client.get("/login", headers=bearer).text
    revoke(filled.store, token.id)
    assert client.get("/documents", headers=bearer).status_code == 401


def test_a_session_over_plain_http_is_not_kept_to_https(filled: World, folder: Path, token: str) -> None:
    door = PagesDoor(lambda: filled.store)
    client = application(filled, folder / "exports", door).test_client(use_cookies=False)
    cookie = SimpleCookie(log_in(client, token).headers["Set-Cookie"])["curator"]
    assert cookie["httponly"]
    assert not cookie["secure"]
    assert cookie["samesite"] == "Strict"


def test_logging_out_forgets_the_session(client: FlaskClient, token: str) -> None:
    bearer = {**PROXIED, "Cookie": cookie_of(log_in(client, token))}
    assert client.get("/logout", headers=bearer).status_code == 405
    answer = client.post("/logout", headers=bearer)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["__Host-curator"]
    assert (cookie.value, cookie["max-age"]) == ("", "0")
    assert cookie["secure"]


def test_a_session_that_was_tampered_with_opens_nothing(client: FlaskClient, token: str) -> None:
    name, _, value = cookie_of(log_in(client, token)).partition("=")
    number, ends, signature = value.split(".")
    for changed in (
        f"{int(number) + 1}.{ends}.{signature}",
        f"{number}.{int(ends) + 1}.{signature}",
        f"{number}.{ends}.{signature[::-1]}",
        f"{number}.{ends}.",
        f"{number}.{ends}",
        f"{number}..{signature}",
        f"{value}.",
        f".{value}",
        "",
    ):
        assert client.get("/", headers={**PROXIED, "Cookie": f"{name}={changed}"}).status_code == 401, changed


def test_a_session_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    value = session_value(b"key", 7)
    assert token_of_session(b"key", value) == 7
    assert token_of_session(b"other", value) is None
    now = time.time() + SECONDS
    monkeypatch.setattr("time.time", lambda: now)
    assert token_of_session(b"key", value) is None


def test_every_process_on_a_store_knows_the_sessions_of_all(filled: World, folder: Path, token: str) -> None:
    clients = [
        application(filled, folder / "exports", PagesDoor(lambda: filled.store)).test_client(use_cookies=False)
        for _ in range(2)
    ]
    cookie = cookie_of(log_in(clients[0], token))
    assert clients[1].get("/", headers={**PROXIED, "Cookie": cookie}).status_code == 200


def test_a_session_of_a_token_of_another_scope_opens_nothing(client: FlaskClient, filled: World) -> None:
    token, secret = issue(filled.store, "puller", Scope.API, 1)
    answer = log_in(client, secret)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    made = session_value(session_key(filled.store), token.id)
    assert client.get("/", headers={**PROXIED, "Cookie": f"__Host-curator={made}"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://curator.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://curator.example"}, 303),
        ({"Origin": "https://curator.example:443"}, 303),
        ({"Origin": "http://127.0.0.1:8081"}, 303),
        ({"Origin": "https://curator.example:8443"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "https://[::"}, 403),
    ],
    ids=str,
)
def test_forms_of_other_sites_are_refused(
    client: FlaskClient, token: str, headers: dict[str, str], status: int
) -> None:
    answer = log_in(client, token, **headers)
    assert answer.status_code == status
    assert ("Set-Cookie" in answer.headers) is (status == 303)
    assert client.post("/logout", headers={**PROXIED, **headers}).status_code == status


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/ /evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/\u2028",
    ],
)
def test_a_log_in_leads_to_no_other_site(client: FlaskClient, token: str, address: str) -> None:
    assert own_path(address) == "/"
    assert log_in(client, token, address).headers["Location"] == "/"
    assert 'name="next" value="/"' in client.get("/login", query_string={"next": address}, headers=PROXIED).text


def test_a_refused_page_is_where_the_log_in_leads_to(client: FlaskClient) -> None:
    assert 'name="next" value="/documents?state=waiting"' in client.get(PAGES[2], headers=PROXIED).text
    assert own_path("/documents/a?b=c&d=é") == "/documents/a?b=c&d=é"


def test_the_page_with_forms_lets_them_lead_here_alone(client: FlaskClient, token: str) -> None:
    for answer in (client.get("/login", headers=PROXIED), client.get("/", headers=PROXIED)):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'")
        assert "form-action 'self'; frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"
        # A browser tells no origin of a form on a page with no referrer at all.
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text)
        assert re.search(r'<label for="token">.*<input id="token"', answer.text, re.S)
    assert "form-action 'none'" in client.get("/", headers=bearing(token)).headers["Content-Security-Policy"]
    with client.get("/assets/dashboard.css", headers=PROXIED) as sheet:
        assert sheet.status_code == 200


def test_log_ins_that_fail_are_slowed_and_those_that_do_not_are_not(client: FlaskClient, token: str) -> None:
    assert {log_in(client, token).status_code for _ in range(30)} == {303}
    statuses = [log_in(client, "curator_" + "a" * 43).status_code for _ in range(30)]
    assert statuses[:10] == [401] * 10
    assert set(statuses[15:]) == {429}
    assert log_in(client, "curator_" + "a" * 43).headers["Retry-After"] == "2"
    # Whoever has a token is not kept out by those who have none.
    assert log_in(client, token).status_code == 303
    assert client.get("/", headers=bearing(token)).status_code == 200


def test_attempts_come_back_one_by_one() -> None:
    now = [0.0]
    attempts = Attempts(2, 3.0, lambda: now[0])
    assert [attempts.take() for _ in range(3)] == [True, True, False]
    now[0] = 3.0
    assert [attempts.take() for _ in range(2)] == [True, False]
    now[0] = 1e6
    assert [attempts.take() for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "5000"}], ids=["no length", "too long"])
def test_a_form_of_no_length_that_a_log_in_has_is_not_read(client: FlaskClient, headers: dict[str, str]) -> None:
    class Unread:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError(size)

    environ = {"wsgi.input": Unread(), "wsgi.input_terminated": True, "REQUEST_METHOD": "POST", "PATH_INFO": "/login"}
    if headers:
        environ["CONTENT_LENGTH"] = headers["Content-Length"]
    assert client.open(environ_overrides=environ).status_code == 413


def test_while_the_store_is_away_nobody_is_let_in_and_no_stranger_is_told_why(filled: World) -> None:
    def away() -> SqlStore:
        raise CuratorError("the store failed", "postgresql://somewhere", "see that it runs")

    dashboard = Dashboard(away, lambda _name, _number: None, PagesDoor(away))  # type: ignore[arg-type]
    client = create_app(
        Parts(filled.inbox, "s", 1000, lambda: None, lambda: "the store failed", dashboard)
    ).test_client()
    for headers in ({}, bearing("curator_" + "a" * 43), {"Cookie": "curator=1.9999999999.00"}):
        answer = client.get("/", headers=headers)
        assert answer.status_code in (401, 503)
        assert "somewhere" not in answer.text
    assert log_in(client, "curator_" + "a" * 43).status_code == 503
    assert client.get("/readyz").get_json() == {"status": "not ready"}
    told = client.get("/readyz", headers={SECRET_HEADER: "s"})
    assert (told.status_code, told.get_json()["reason"]) == (503, "the store failed")
    assert client.post(HOOK_PATH, data=b"{}", headers={SECRET_HEADER: "s"}).status_code == 200


def test_strangers_are_not_told_why_it_is_not_ready(filled: World) -> None:
    client = create_app(Parts(filled.inbox, "s", 1000, lambda: None, lambda: "the store failed")).test_client()
    assert client.get("/readyz").get_json()["reason"] == "the store failed"
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-For": "10.0.0.9"}):
        answer = client.get("/readyz", headers=headers)
        assert (answer.status_code, answer.get_json()) == (503, {"status": "not ready"})


def test_a_look_that_does_not_end_holds_one_of_those_who_ask(filled: World) -> None:
    looking, may_end = Event(), Event()

    def ready() -> str:
        looking.set()
        may_end.wait(HANG_SECONDS)
        return ""

    app = create_app(Parts(filled.inbox, "s", 1000, lambda: None, ready))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: app.test_client().get("/readyz").status_code)
        looking.wait(HANG_SECONDS)
        assert app.test_client().get("/readyz").get_json() == {"status": "not ready", "reason": "starting"}
        may_end.set()
        assert first.result(HANG_SECONDS) == 200


@pytest.mark.parametrize("path", ["/", "/documents", "/labels.css", "/assets/dashboard.css", "/login", "/nowhere"])
@pytest.mark.parametrize("headers", [{}, {"Host": "127.0.0.1:8081"}, {"X-Forwarded-Port": "8081"}], ids=str)
def test_the_port_of_what_label_studio_calls_has_no_page(
    filled: World, folder: Path, token: str, path: str, headers: dict[str, str]
) -> None:
    plain = application(filled, folder / "exports", PagesDoor(lambda: filled.store), webhook_port=8082)
    client = plain.test_client()
    here = {"SERVER_PORT": "8082"}
    for method in ("GET", "POST", "OPTIONS"):
        answer = client.open(path, method=method, headers={**bearing(token), **headers}, environ_overrides=here)
        assert (answer.status_code, answer.get_json()) == (404, {"error": "Not Found"})
    assert client.get("/healthz", environ_overrides=here).status_code == 200
    assert (
        client.post(HOOK_PATH, data=b"{}", headers={SECRET_HEADER: "secret"}, environ_overrides=here).status_code == 200
    )
    assert client.get("/", headers=bearing(token)).status_code == 200
