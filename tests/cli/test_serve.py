"""`curator serve`, as far as it goes without being served."""

import socket

import pytest

from tests.cli.conftest import Run


def test_a_taken_port_is_reported(run: Run) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        ran = run("serve", "--port", port)
    assert (ran.code, ran.out) == (1, "")
    assert f"port {port} is taken" in ran.error_line
    assert "--port" in ran.error_line


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - to be refused
def test_pages_are_not_bound_beyond_this_machine_without_a_token(
    run: Run, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("CURATOR_HOOK__HOST", host)
    # A token that opens something else, and one that is over, open no page.
    run("tokens", "issue", "puller", "--scope", "api")
    revoked = run("tokens", "issue", "ada", "--json").json["id"]
    run("tokens", "revoke", revoked)
    ran = run("serve", "--port", "1024")
    assert (ran.code, ran.out) == (1, "")
    assert "no token opens them" in ran.error_line
    assert f"({host}:1024)" in ran.error_line
    assert "curator tokens issue" in ran.error_line


def test_the_port_to_publish_is_not_that_of_the_pages(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_HOOK__WEBHOOK_PORT", "1024")
    ran = run("serve", "--port", "1024")
    assert ran.code == 1
    assert "hook.webhook_port is the port of the pages, too" in ran.error_line


def test_a_missing_token_is_reported_before_anything_is_served(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    ran = run("serve", "--port", "1024")
    assert ran.code == 1
    assert "CURATOR_LABEL_STUDIO__TOKEN" in ran.error_line
