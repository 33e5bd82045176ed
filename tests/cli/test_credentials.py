"""`curator credentials`."""

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_credentials_are_made_once_and_are_their_owners_alone(run: Run, folder: Path) -> None:
    first = run("credentials", "--json")
    ml = {"ml_url", "ml_username", "ml_password"}
    assert set(first.json) == {"url", "username", "password", "token", "project_id", *ml}
    assert first.json["url"] == "http://127.0.0.1:8080"
    assert first.json["project_id"] is None
    assert run("credentials", "--json").json == first.json
    assert stat.S_IMODE((folder / ".curator").stat().st_mode) == 0o700
    for name in ("credentials.json", "secrets.json"):
        assert stat.S_IMODE((folder / ".curator" / name).stat().st_mode) == 0o600


def test_the_token_of_a_configured_server_is_needed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "https://labels.example.org/")
    assert "set CURATOR_LABEL_STUDIO__TOKEN" in run("credentials", "--json").error_line
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")
    credentials = run("credentials", "--json").json
    assert (credentials["url"], credentials["token"], credentials["password"]) == (
        "https://labels.example.org",
        "t",
        None,
    )
