"""A project's own export, deleted and imported again: annotations are current once, and right."""

from typing import Any

import pytest

from tests.e2e.agreement import record_attributes, record_relations, record_spans
from tests.e2e.conftest import Desk
from tests.e2e.regions import reviewed
from tests.e2e.small import TEXTS


def exported(desk: Desk) -> list[dict[str, Any]]:
    """Return the project as Label Studio's own JSON export has it, fit to be imported there again."""
    params = {"exportType": "JSON", "download_all_tasks": "true"}
    answer = desk.http.get(f"/api/projects/{desk.project}/export", params=params)
    tasks: list[dict[str, Any]] = answer.raise_for_status().json()
    # Of predictions it has ids alone, which its import fails on.
    return [{**task, "predictions": []} for task in tasks]


def reimport(desk: Desk, tasks: list[dict[str, Any]]) -> None:
    desk.http.delete(f"/api/projects/{desk.project}/tasks/").raise_for_status()
    desk.http.post(f"/api/projects/{desk.project}/import", json=tasks).raise_for_status()


def said(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the store holds of each document, whatever the ids in Label Studio."""
    held: dict[str, list[tuple[Any, ...]]] = {}
    for annotation in desk.curator.annotations():
        facts = (record_spans(annotation), record_relations(annotation), record_attributes(annotation))
        held.setdefault(annotation["document"], []).append((annotation["skipped"], *facts))
    return held


@pytest.mark.parametrize("ids", ["again", "other"])
def test_an_export_imported_again_is_current_once_and_right(own: Desk, ids: str) -> None:
    tasks = own.tasks()
    for task in tasks[:3]:
        own.annotate(task, reviewed(task))
    own.annotate(tasks[3], [], was_cancelled=True)
    own.curator.run("sync")
    before, revisions = said(own), own.curator.json("status")["revisions"]
    assert len(before) == 4
    export = exported(own)
    if ids == "other":
        # Label Studio counts on from the highest id there is; without this one, ids of deleted tasks come again.
        held = own.http.post("/api/projects", json={"title": "holds an id"}).raise_for_status().json()
        own.http.post(f"/api/projects/{held['id']}/import", json=[{"text": "a"}]).raise_for_status()
    reimport(own, export)
    assert (own.tasks()[0]["id"] == tasks[0]["id"]) is (ids == "again")
    code, _, err = own.curator.try_to_run("sync")
    assert code in (0, 3), err
    if code == 3:
        assert "--accept-deletions" in err
        own.curator.run("sync", "--accept-deletions")
    assert own.agrees()
    assert said(own) == before
    assert own.curator.json("sync", "--full")["applied"] == 0
    assert own.curator.json("status")["revisions"] >= revisions + 4
    assert own.curator.json("push")["tasks"] == 0
    assert len(own.tasks()) == len(TEXTS)
    records = own.curator.json("export", "news")
    assert records["documents"] == 3
