"""The pull API's door: what opens it, and what does not."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from curator.domain.token import PREFIX, Scope, token_hash
from curator.steps.desk.publish import SECRET_HEADER
from curator.steps.in_force.identity import session_key
from curator.steps.in_force.tokens import issue, revoke
from curator.steps.ports.stored_tokens import HashedToken
from curator.web.doors.pages import PagesDoor
from curator.web.doors.session import session_value
from tests.fakes.world import World
from tests.web.filled import application
from tests.web.pulled import FORM, FORM_FILE, STABLE, V1, pull_application, pulled_world

PATHS = (
    "/api/v1/datasets",
    V1,
    STABLE,
    f"{V1}/manifest",
    f"{V1}/files/train.jsonl",
    f"{V1}/formats/{FORM}/{FORM_FILE}",
    "/api/v1/none",
)
_PAST = "2020-01-01T00:00:00.000000Z"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    folder = tmp_path_factory.mktemp("door")
    world = pulled_world(folder)
    yield world, folder
    world.close()


@pytest.fixture
def client(site: tuple[World, Path]) -> FlaskClient:
    return pull_application(*site, open_to_this_machine=False).test_client(use_cookies=False)


def get(client: FlaskClient, path: str, token: str | None = None, **headers: str) -> TestResponse:
    bearing = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.get(path, headers={**bearing, **headers}, buffered=True)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "127.0.0.1:8081"},
        {"Forwarded": "for=127.0.0.1"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic Y3VyYXRvcjpjdXJhdG9y"},
        {"Authorization": "Bearer \u00e9"},
        {"Authorization": "Bearer curator_" + "a" * 43},
        {SECRET_HEADER: "s"},
    ],
    ids=str,
)
def test_without_a_token_nothing_is_open_whatever_else_is_sent(
    client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(path, method=method, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="curator"')
        assert "ETag" not in answer.headers
    value = client.get(path, headers=headers).get_json()
    assert value.keys() == {"error", "remedy"}
    known = "curator_" in headers.get("Authorization", "") or "\u00e9" in headers.get("Authorization", "")
    assert value["error"] == ("this token is not known" if known else "a token is missing")
    assert "curator tokens issue NAME --scope api" in value["remedy"]


def test_a_token_of_the_api_opens_all_of_it_until_it_is_revoked(client: FlaskClient, site: tuple[World, Path]) -> None:
    token, secret = issue(site[0].store, "ada", Scope.API, 1)
    for path in PATHS:
        assert get(client, path, secret).status_code == (404 if path.endswith("none") else 200)
    assert client.get(PATHS[0], headers={"Authorization": f"bearer  {secret}"}).status_code == 200
    revoked = revoke(site[0].store, token.id)
    for path in PATHS:
        answer = get(client, path, secret)
        assert (answer.status_code, answer.get_json()["error"]) == (
            401,
            f"this token was revoked at {revoked.revoked_at}",
        )
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_an_expired_token_is_told_since_when(client: FlaskClient, site: tuple[World, Path]) -> None:
    secret = PREFIX + secrets.token_urlsafe(32)
    with site[0].store.writing() as transaction:
        transaction.tokens.add(HashedToken("old", Scope.API, str(token_hash(secret)), _PAST, _PAST))
    for path in PATHS:
        answer = get(client, path, secret)
        assert (answer.status_code, answer.get_json()["error"]) == (401, f"this token expired at {_PAST}")


def test_a_token_of_another_scope_opens_nothing(client: FlaskClient, site: tuple[World, Path]) -> None:
    _, secret = issue(site[0].store, "ada", Scope.PAGES, 1)
    for path in PATHS:
        answer = get(client, path, secret)
        assert (answer.status_code, answer.get_json()["error"]) == (403, "this token opens pages, not the pull API")
        assert 'error="insufficient_scope", scope="api"' in answer.headers["WWW-Authenticate"]


def test_a_session_of_the_pages_opens_nothing(client: FlaskClient, site: tuple[World, Path]) -> None:
    store = site[0].store
    for scope in (Scope.PAGES, Scope.API):
        token, _ = issue(store, "ada", scope, 1)
        cookie = {"Cookie": f"curator={session_value(session_key(store), token.id)}"}
        for path in PATHS:
            assert get(client, path, **cookie).status_code == 401
    pages = application(site[0], site[1] / "exports", PagesDoor(lambda: store)).test_client(use_cookies=False)
    token, _ = issue(store, "ada", Scope.PAGES, 1)
    cookie = {"Cookie": f"curator={session_value(session_key(store), token.id)}"}
    assert get(pages, "/documents", **cookie).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Cf-Connecting-Ip": "127.0.0.1"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic Y3VyYXRvcjpjdXJhdG9y"},
        {"Authorization": "Bearer curator_" + "a" * 43},
    ],
    ids=str,
)
def test_where_nobody_else_can_reach_it_this_machine_needs_no_token_and_others_do(
    site: tuple[World, Path], headers: dict[str, str]
) -> None:
    client = pull_application(*site).test_client(use_cookies=False)
    for path in PATHS[:-1]:
        assert get(client, path).status_code == get(client, path, Host="127.0.0.1:8081").status_code == 200
        assert get(client, path, **headers).status_code == 401
        assert client.get(path, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 401
    _, secret = issue(site[0].store, "ada", Scope.PAGES, 1)
    assert get(client, PATHS[0], secret).status_code == 403


def test_the_description_is_open_and_tells_nothing_of_what_is_there(client: FlaskClient) -> None:
    answer = get(client, "/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.get_json()["openapi"].startswith("3.1")
    assert "news" not in answer.text
