"""What `-v` shows beside results, and what it never shows."""

import http.server
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from curator.cli.verbose import telling, without_secrets
from tests.cli.conftest import FRENCH, Run


class Silent(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture
def address() -> Iterator[str]:
    """Where something answers each request with 404."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_stages_and_migrations_are_reported_with_v_and_not_without(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text(FRENCH, encoding="utf-8")
    ran = run("--workspace", "new", "-v", "ingest", "a.txt", "--json")
    assert ran.json["documents"] == 1
    lines = [line.split(" ", 1)[1] for line in ran.err.splitlines()]
    assert lines[0] == "ingest begins"
    assert lines[1].startswith("migrations run: 0002")
    assert ran.err.splitlines()[2] == "workspace made: new"
    assert lines[3].startswith("ingest done, 1, in ")
    assert run("--workspace", "new", "ingest", "a.txt", "--json").err == ""


def test_v_counts_where_click_takes_it_for_an_option_only(run: Run) -> None:
    ran = run("export", "--", "-v")
    assert ran.code == 1
    assert "Traceback" not in ran.err


def test_requests_to_label_studio_are_reported(run: Run, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", f"http://reader:hush@{address}")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "very-secret-token")
    ran = run("-v", "push")
    assert ran.code == 1
    assert f"HTTP Request: GET http://{address}/api/projects" in ran.err
    assert "hush" not in ran.err
    assert "very-secret" not in ran.err
    assert "HTTP Request" not in run("push").err


def test_secrets_of_an_address_are_left_out(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with telling(), httpx.Client(trust_env=False) as client:
        client.get(f"http://me:hush@{address}/signup/?token=hush&page=2&api_key=hush")
        logging.getLogger("curator.x").info("two\nlines \x1b[31m")
    client_line, own_line = capsys.readouterr().err.splitlines()
    assert f"GET http://{address}/signup/?token=…&page=2&api_key=…" in client_line
    assert "hush" not in client_line
    assert own_line.endswith(" two lines [31m")


def test_nothing_is_logged_any_more_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    with telling():
        logging.getLogger("curator").info("one")
    logging.getLogger("curator").info("two")
    assert capsys.readouterr().err.endswith(" one\n")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("GET http://ada:pw@host/a?token=1&b=2 done", "GET http://host/a?token=…&b=2 done"),
        ("?x=1?token=2", "?x=1?token=…"),
        ("?token?x=1", "?token?x=…"),
        ('"a?api_key=1?b"?Secret=2"', '"a?api_key=…"?Secret=…"'),
        ("&PASSWORD=", "&PASSWORD=…"),
        ("token=1 ?token ?a=b", "token=1 ?token ?a=b"),
    ],
)
def test_values_of_secrets_are_hidden_wherever_they_stand(line: str, shown: str) -> None:
    assert without_secrets(line) == shown
