from contextlib import ExitStack

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.hook import make_parts
from curator.bootstrap.pull_api import pull_limits
from curator.bootstrap.tokens import issue
from curator.domain.token import Scope
from curator.web.application import create_app


@pytest.mark.parametrize(
    ("host", "public_url", "status"),
    [
        ("127.0.0.1", "", 200),
        ("::1", "", 200),
        ("localhost", "", 200),
        ("0.0.0.0", "", 401),  # noqa: S104 - what is listened to here is nothing
        ("::", "", 401),
        ("192.0.2.7", "", 401),
        ("127.0.0.1", "https://curator.example", 401),
    ],
)
def test_a_token_is_needed_wherever_others_could_reach_the_hook(
    configured: Context, monkeypatch: pytest.MonkeyPatch, host: str, public_url: str, status: int
) -> None:
    monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", public_url)
    _, token = issue(configured, "ada", Scope.API, 1)
    with ExitStack() as opened:
        client = create_app(make_parts(configured, host, lambda: None, opened)).test_client()
        assert client.get("/api/v1/datasets").status_code == status
        answer = client.get("/api/v1/datasets", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.get_json()) == (200, {"datasets": []})


def test_limits_are_those_of_the_settings(configured: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_API", '{"requests_per_minute": 1, "megabytes_per_minute": 2, "downloads": 3}')
    limits = pull_limits(configured)
    assert (limits.requests_per_minute, limits.bytes_per_minute, limits.downloads, limits.threads) == (1, 2 << 20, 3, 8)
    with ExitStack() as opened:
        client = create_app(make_parts(configured, "127.0.0.1", lambda: None, opened)).test_client()
        assert [client.get("/api/v1/datasets").status_code for _ in range(2)] == [200, 429]
