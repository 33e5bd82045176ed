"""Many acts on the real Label Studio, a way to the hook that loses, doubles and delays, and one reconciliation."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import RunningLabelStudio
from tests.e2e.agreement import from_label_studio, from_store
from tests.e2e.conftest import PART, Desk, opened_desk
from tests.e2e.relay import FaultyRelay
from tests.e2e.reviewers import TOO_DEEP, Reviewers

_log = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--acts-seed"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, label_studio: RunningLabelStudio, seed: int) -> Iterator[Desk]:
    def make_relay(hook: str) -> FaultyRelay:
        return FaultyRelay(hook, seed)

    with opened_desk(tmp_path_factory.mktemp("faulty-way"), label_studio, PART, make_relay=make_relay) as desk:
        yield desk


def test_one_sync_leaves_no_difference_and_an_exact_quarantine(
    desk: Desk, seed: int, request: pytest.FixtureRequest
) -> None:
    reviewers = Reviewers(desk, seed)
    reviewers.work(request.config.getoption("--acts"))
    relay = desk.relay
    assert isinstance(relay, FaultyRelay)
    report = desk.curator.json("sync", "--accept-deletions")
    assert report["missed"]["created"] + report["missed"]["updated"] > 0
    _assert_equal(desk, reviewers)
    # What comes after the reconciliation is of the past, and changes nothing.
    relay.deliver_late()
    assert desk.curator.json("sync", "--full")["applied"] == 0
    _assert_equal(desk, reviewers)
    _log.info("acts: %s; relay: %s; sync: %s", dict(reviewers.acts), dict(relay.fates), report)


def _assert_equal(desk: Desk, reviewers: Reviewers) -> None:
    tasks = desk.tasks()
    unreadable = {annotation for _, annotation in reviewers.unreadable()}
    # Of an annotation that cannot be read by now the store holds the last state that could be.
    stored = [annotation for annotation in desk.curator.annotations() if annotation["annotation"] not in unreadable]
    assert from_store(stored) == from_label_studio(_readable(tasks, unreadable))
    entries = desk.curator.json("quarantine", "list")
    named = {(entry["task"], int(entry["annotation"]), entry["cause"]) for entry in entries}
    assert len(named) == sum(desk.curator.json("status")["in_quarantine"].values())
    assert named == {(*names, TOO_DEEP) for names in reviewers.unreadable()} | reviewers.strays()
    assert desk.curator.json("status")["tasks"] == len(tasks)


def _readable(tasks: list[dict[str, Any]], unreadable: set[int]) -> list[dict[str, Any]]:
    """Return the tasks without annotations that nobody can read and items that fit nowhere."""
    return [
        {
            **task,
            "annotations": [
                {**annotation, "result": [item for item in annotation["result"] or [] if not _is_stray(item)]}
                for annotation in task["annotations"]
                if annotation["id"] not in unreadable
            ],
        }
        for task in tasks
    ]


def _is_stray(item: dict[str, Any]) -> bool:
    return str(item.get("id", "")).startswith("stray-")
