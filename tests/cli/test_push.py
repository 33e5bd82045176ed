"""`curator push`, as far as it goes without a Label Studio."""

import pytest

from tests.cli.conftest import Run


def test_the_token_of_a_configured_server_is_needed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    ran = run("push", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "set CURATOR_LABEL_STUDIO__TOKEN" in ran.error_line


def test_a_label_studio_that_is_not_there_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")
    ran = run("push", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "Label Studio does not answer" in ran.error_line
