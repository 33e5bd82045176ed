"""A hook that fails many times in a row: nothing is taken for received, and one sync mends it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.conftest import RunningLabelStudio
from tests.e2e.conftest import Desk, opened_desk
from tests.e2e.regions import reviewed
from tests.e2e.small import small_corpus
from tests.waiting import HANG_SECONDS, wait_until

# After so many a coming Label Studio switches a webhook off.
FAILURES = 50


@pytest.fixture
def own(tmp_path: Path, label_studio: RunningLabelStudio) -> Iterator[Desk]:
    """A project of the test's own, with its hook."""
    with opened_desk(tmp_path, label_studio, small_corpus(tmp_path)) as desk:
        yield desk


@contextmanager
def unwritable(inbox: Path) -> Iterator[None]:
    """Let nothing be written into an inbox, whoever tries."""

    def rename(name: str, other: str) -> None:
        with closing(sqlite3.connect(inbox, timeout=HANG_SECONDS)) as connection, connection:
            connection.execute(f"ALTER TABLE {name} RENAME TO {other}")

    rename("delivery", "away")
    try:
        yield
    finally:
        rename("away", "delivery")


def test_fifty_failures_in_a_row_are_told_to_label_studio_and_mended_by_one_sync(own: Desk) -> None:
    task = own.tasks()[0]
    annotation = own.annotate(task, reviewed(task))
    wait_until(own.agrees)
    own.relay.answers.clear()
    with unwritable(own.curator.folder / "workspace" / "inbox.sqlite3"):
        for number in range(FAILURES):
            own.change(annotation, result=reviewed(task, at=1 + number % 5))
    assert own.relay.answers == [500] * FAILURES
    (webhook,) = own.http.get("/api/webhooks/", params={"project": own.project}).json()
    own.http.patch(f"/api/webhooks/{webhook['id']}/", json={"is_active": False}).raise_for_status()
    last = own.annotate(own.tasks()[1], reviewed(own.tasks()[1]))
    assert own.relay.answers == [500] * FAILURES

    report = own.curator.json("sync")
    assert report["webhook_rearmed"] is True
    assert {kind: count for kind, count in report["missed"].items() if count} == {"created": 1, "updated": 1}
    assert own.agrees()
    (armed,) = own.http.get("/api/webhooks/", params={"project": own.project}).json()
    assert (armed["is_active"], armed["send_payload"], armed["headers"]) == (True, True, webhook["headers"])
    own.change(last, ground_truth=True)
    wait_until(own.agrees)
    assert own.relay.answers[-1] == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"send_payload": False}, {"actions": []}], ids=str)
def test_a_webhook_that_sends_nothing_useful_is_armed_again_by_sync(own: Desk, change: dict[str, object]) -> None:
    (webhook,) = own.http.get("/api/webhooks/", params={"project": own.project}).json()
    changed = {"url": webhook["url"], **change}
    own.http.patch(f"/api/webhooks/{webhook['id']}/", json=changed).raise_for_status()
    assert own.curator.json("sync")["webhook_rearmed"] is True
    own.annotate(own.tasks()[0], reviewed(own.tasks()[0]))
    wait_until(lambda: len(own.curator.annotations()) == 1)
    assert own.agrees()
