"""`curator annotators`, as far as it goes without a Label Studio."""

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("address", ["zoe", "@example.org", "zoe@", "zo e@example.org", "zoé@example.org"])
def test_a_malformed_address_is_reported_before_label_studio_is_asked(run: Run, address: str) -> None:
    ran = run("annotators", "add", address)
    assert (ran.code, ran.out) == (1, "")
    assert "is no e-mail address" in ran.error_line


@pytest.mark.parametrize(
    "arguments", [["annotators"], ["annotators", "list"], ["annotators", "add", "zoe@example.org"]]
)
def test_a_label_studio_that_is_not_there_is_reported(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")
    ran = run(*arguments)
    assert (ran.code, ran.out) == (1, "")
    assert "Label Studio does not answer (http://127.0.0.1:1)" in ran.error_line


def test_an_address_is_needed(run: Run) -> None:
    assert run("annotators", "add").code == 2
    assert run("annotators", "remove").code == 2
