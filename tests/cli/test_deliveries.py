"""`curator deliveries`, on an inbox that a hook has filled."""

from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_inbox
from curator.bootstrap.workspace import Workspace
from tests.cli.conftest import Run

UNKNOWN = b'{"action": "LABEL_LINK_CREATED"}'


@pytest.fixture
def waiting(folder: Path) -> list[str]:
    """The ids of two deliveries that wait, oldest first."""
    with open_inbox(Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")) as inbox:
        return [inbox.put(UNKNOWN), inbox.put(b"{}")]


def test_the_list_is_newest_first_and_may_be_of_one_state(run: Run, waiting: list[str]) -> None:
    listed = run("deliveries", "list", "--json").json
    assert [delivery["id"] for delivery in listed] == waiting[::-1]
    assert {delivery["state"] for delivery in listed} == {"pending"}
    assert [delivery["bytes"] for delivery in listed] == [2, len(UNKNOWN)]
    assert [delivery["id"] for delivery in run("deliveries", "list", "--limit", "1", "--json").json] == waiting[1:]
    assert run("deliveries", "list", "--state", "dead", "--json").json == []
    assert run("deliveries").out == run("deliveries", "list").out
    assert run("deliveries").out.count("pending") == 2


def test_the_list_shows_how_often_a_delivery_failed_and_when_it_is_tried_again(
    run: Run, folder: Path, waiting: list[str]
) -> None:
    with open_inbox(Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")) as inbox:
        inbox.put_off(waiting[0], 3600, "HTTP 500\x1b[2J")
    last, first = run("deliveries", "list", "--json").json
    assert (last["attempts"], last["next_attempt_at"], last["cause"]) == (0, None, "")
    assert (first["attempts"], first["cause"]) == (1, "HTTP 500\x1b[2J")
    assert first["next_attempt_at"] > first["received_at"]
    shown = run("deliveries", "list").out
    assert f"HTTP 500[2J (failed 1 times, next at {first['next_attempt_at']})" in shown
    assert "\x1b" not in shown


def test_replaying_what_cannot_be_applied_leaves_dead_letters_with_their_cause(run: Run, waiting: list[str]) -> None:
    ran = run("deliveries", "replay", waiting[0], "--json")
    assert (ran.code, ran.json) == (3, {"replayed": 1, "applied": 0, "stale": 0, "dead": 2, "pending": 0})
    again = run("deliveries", "replay", "--json")
    assert (again.code, again.json["replayed"], again.json["dead"]) == (3, 2, 2)
    assert "unknown-action" in run("deliveries", "list", "--state", "dead").out


def test_a_delivery_whose_body_is_no_longer_kept_is_not_replayed(run: Run, folder: Path, waiting: list[str]) -> None:
    with open_inbox(Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")) as inbox:
        inbox.settle(waiting[0], "applied", "")
        assert inbox.drop_bodies(0, 9) == 1
    ran = run("deliveries", "replay", waiting[0])
    assert (ran.code, ran.out) == (1, "")
    assert f"its body is no longer kept, so it cannot be applied again (delivery {waiting[0]})" in ran.error_line
    listed = run("deliveries", "list", "--json").json[-1]
    assert (listed["bytes"], len(listed["sha256"]), listed["state"]) == (len(UNKNOWN), 64, "applied")


def test_an_unknown_delivery_is_reported(run: Run, waiting: list[str]) -> None:
    ran = run("deliveries", "replay", "nonsense")
    assert (ran.code, ran.out) == (1, "")
    assert "no such delivery (nonsense)" in ran.error_line


@pytest.mark.parametrize("arguments", [["list", "--state", "lost"], ["list", "--limit", "0"], ["forget"]], ids=" ".join)
def test_wrong_usage(run: Run, arguments: list[str]) -> None:
    assert run("deliveries", *arguments).code == 2
