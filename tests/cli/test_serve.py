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


def test_a_missing_token_is_reported_before_anything_is_served(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    ran = run("serve", "--port", "1024")
    assert ran.code == 1
    assert "CURATOR_LABEL_STUDIO__TOKEN" in ran.error_line
