"""`curator tokens`."""

import pytest

from tests.cli.conftest import Run


def test_a_token_is_shown_once_and_never_listed(run: Run) -> None:
    issued = run("tokens", "issue", "ada's laptop", "--days", "7", "--json")
    assert issued.code == 0
    token = issued.json
    assert token["token"].startswith("curator_")
    assert (token["name"], token["scope"], token["revoked_at"]) == ("ada's laptop", "pages", None)
    api = run("tokens", "issue", "bob", "--scope", "api").out
    assert "curator_" in api
    listed = run("tokens", "list", "--json")
    assert [entry["name"] for entry in listed.json] == ["ada's laptop", "bob"]
    assert {key: value for key, value in token.items() if key != "token"} == listed.json[0]
    for shown in (listed.out, run("tokens").out, run("tokens", "list").out):
        assert "curator_" not in shown
    assert run("tokens").out.count("until") == 2


def test_revoking_twice_is_revoking_once(run: Run) -> None:
    number = run("tokens", "issue", "ada", "--json").json["id"]
    revoked = [run("tokens", "revoke", number, "--json").json for _ in range(2)]
    assert revoked[0] == revoked[1]
    assert revoked[0]["revoked_at"]
    assert "revoked" in run("tokens").out


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_a_senseless_name_is_refused(run: Run, name: str) -> None:
    ran = run("tokens", "issue", name)
    assert (ran.code, ran.out) == (1, "")
    assert "1 to 100 printable characters" in ran.error_line


def test_an_unknown_token_is_reported(run: Run) -> None:
    ran = run("tokens", "revoke", "9")
    assert (ran.code, ran.out) == (1, "")
    assert "no such token (9)" in ran.error_line


@pytest.mark.parametrize(
    "arguments",
    [["issue"], ["issue", "a", "--scope", "all"], ["issue", "a", "--days", "0"], ["revoke", "x"], ["revoke", "0"]],
    ids=" ".join,
)
def test_wrong_usage(run: Run, arguments: list[str]) -> None:
    assert run("tokens", *arguments).code == 2
