"""What a push and a sync come upon in a real Label Studio: doubles, projects that are gone, edited texts, a past."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, RunningLabelStudio, free_port
from tests.e2e.conftest import ARTICLES_OF_PART, PART, Curator, environment
from tests.waiting import HANG_SECONDS


@pytest.fixture
def curator(tmp_path: Path, label_studio: RunningLabelStudio) -> Curator:
    """A set-up with some documents and no hook."""
    settings = {"CURATOR_LABEL_STUDIO__URL": label_studio.url, "CURATOR_LABEL_STUDIO__TOKEN": label_studio.token}
    hook = {"CURATOR_HOOK__PORT": str(free_port()), "CURATOR_ML__CONNECT": "false"}
    made = Curator(tmp_path, environment(tmp_path, **settings, **hook))
    assert made.json("ingest", PART)["documents"] == ARTICLES_OF_PART
    return made


@pytest.fixture
def http(label_studio: RunningLabelStudio) -> httpx.Client:
    return label_studio.http


@pytest.fixture
def database(
    tmp_path_factory: pytest.TempPathFactory, label_studio: RunningLabelStudio
) -> Iterator[sqlite3.Connection]:
    databases = tmp_path_factory.getbasetemp().glob("label-studio*/studio/label_studio.sqlite3")
    (path,) = {database.resolve() for database in databases}
    with closing(sqlite3.connect(path, timeout=HANG_SECONDS)) as connection:
        yield connection


def tasks(curator: Curator, http: httpx.Client) -> list[dict[str, Any]]:
    project = curator.json("credentials")["project_id"]
    query: dict[str, str | int] = {"project": project, "fields": "all", "page_size": 1000}
    listed: list[dict[str, Any]] = http.get("/api/tasks", params=query).raise_for_status().json()["tasks"]
    return sorted(listed, key=lambda task: int(task["id"]))


def annotate(http: httpx.Client, task: dict[str, Any]) -> int:
    answer = http.post(f"/api/tasks/{task['id']}/annotations/", json={"result": []})
    return int(answer.raise_for_status().json()["id"])


def failing(curator: Curator) -> dict[str, dict[str, Any]]:
    _, out, _ = curator.try_to_run("doctor", "--json")
    return {check["name"]: check for check in json.loads(out)["checks"] if not check["ok"] and check["name"] != "hook"}


def test_two_pushes_that_meet_give_every_document_one_task(curator: Curator, http: httpx.Client) -> None:
    command = [sys.executable, "-m", "curator", "push", "--json"]
    pipe = subprocess.PIPE
    pushes = [subprocess.Popen(command, cwd=ROOT, env=curator.env, stdout=pipe, stderr=pipe) for _ in range(2)]
    outputs = [push.communicate(timeout=HANG_SECONDS) for push in pushes]
    assert [push.returncode for push in pushes] == [0, 0], outputs
    reports = [json.loads(out) for out, _ in outputs]
    assert sorted(report["tasks"] for report in reports) == [0, ARTICLES_OF_PART]
    assert len({report["project"] for report in reports}) == 1
    documents = Counter(task["data"]["document"] for task in tasks(curator, http))
    assert (len(documents), set(documents.values())) == (ARTICLES_OF_PART, {1})


def test_surplus_tasks_are_named_and_removed_where_nobody_worked(curator: Curator, http: httpx.Client) -> None:
    project = curator.json("push")["project"]
    first, second, third, *_ = tasks(curator, http)
    again = [{"data": task["data"]} for task in (first, second, third)]
    http.post(f"/api/projects/{project}/import", json=again).raise_for_status()
    worked_on = annotate(http, tasks(curator, http)[-1])
    http.post(f"/api/tasks/{second['id']}/drafts", json={"result": []}).raise_for_status()
    report = curator.json("sync", code=3)
    assert {double["document"] for double in report["doubled"]} == {
        task["data"]["document"] for task in (first, second, third)
    }
    assert set(failing(curator)) == {"doubled tasks"}
    mended = curator.json(*failing(curator)["doubled tasks"]["remedy"].split(" (")[0].split()[1:])
    assert (len(mended["removed"]), mended["doubled"]) == (3, [])
    documents = Counter(task["data"]["document"] for task in tasks(curator, http))
    assert (len(documents), set(documents.values())) == (ARTICLES_OF_PART, {1})
    assert [annotation["annotation"] for annotation in curator.annotations()] == [worked_on]
    assert second["id"] in {task["id"] for task in tasks(curator, http)}
    assert curator.json("sync")["applied"] == 0
    assert failing(curator) == {}


def test_a_project_that_was_deleted_and_pushed_anew_lets_its_annotations_go_once_accepted(
    curator: Curator, http: httpx.Client
) -> None:
    project = curator.json("push")["project"]
    annotate(http, tasks(curator, http)[0])
    curator.run("sync")
    http.delete(f"/api/projects/{project}/").raise_for_status()
    code, _, err = curator.try_to_run("push")
    assert code == 3
    assert f"project {project} is gone from Label Studio, with 1 annotations current" in err
    assert curator.json("sync", code=3)["gone"] == [{"project": project, "tasks": ARTICLES_OF_PART, "annotations": 1}]
    assert len(curator.annotations()) == 1
    checks = failing(curator)
    assert set(checks) == {"earlier projects"}
    curator.run(*checks["earlier projects"]["remedy"].split()[1:])
    assert curator.annotations() == []
    assert failing(curator) == {}
    assert curator.json("sync")["gone"] == []


def test_a_text_that_was_edited_is_named_until_it_is_restored(curator: Curator, http: httpx.Client) -> None:
    curator.run("push")
    task = tasks(curator, http)[0]
    url, text = f"/api/tasks/{task['id']}/", task["data"]["text"]
    http.patch(url, json={"data": {**task["data"], "text": f"{text[:9]}\x1b[2J{text[9:]}"}}).raise_for_status()
    annotate(http, task)
    _, out, err = curator.try_to_run("sync", "--json")
    (foreign,) = json.loads(out)["foreign"]
    assert foreign["cause"].startswith(
        f"foreign-text: document {task['data']['document']}, from character 9 on '\\x1b[2J"
    )
    assert f"left alone: task {task['id']} (foreign-text" in err
    assert "restore the text in Label Studio" in err
    assert set(failing(curator)) == {"texts of tasks"}
    assert f"task {task['id']}, document {task['data']['document']}: foreign-text" in curator.run("quarantine")
    http.patch(url, json={"data": task["data"]}).raise_for_status()
    assert curator.json("sync")["missed"]["created"] == 1
    assert failing(curator) == {}
    assert curator.run("quarantine") == ""


def test_a_server_that_was_set_back_is_read_in_full(
    curator: Curator, http: httpx.Client, database: sqlite3.Connection
) -> None:
    curator.run("push")
    first, second, last = tasks(curator, http)[:3]
    kept, lost = annotate(http, first), annotate(http, second)
    annotate(http, last)
    assert curator.json("sync")["missed"]["created"] == 3
    # As a backup of days ago has it: the second annotation was not made, and neither time says otherwise.
    past = "2026-01-01 00:00:00.000000"
    with database:
        database.execute("DELETE FROM task_completion WHERE id = ?", (lost,))
        database.execute("UPDATE task SET updated_at = ?, total_annotations = 0 WHERE id = ?", (past, second["id"]))
        database.execute("UPDATE task SET updated_at = ? WHERE id = ?", (past, first["id"]))
    http.post(f"/api/tasks/{last['id']}/annotations/", json={"result": []}).raise_for_status()
    report = curator.json("sync")
    assert report["reread"].startswith(f"task {second['id']} is not as it was")
    assert report["missed"]["deleted"] == 1
    assert kept in {annotation["annotation"] for annotation in curator.annotations()}
    assert lost not in {annotation["annotation"] for annotation in curator.annotations()}
    again = curator.json("sync")
    assert (again["reread"], again["applied"]) == ("", 0)


def test_an_address_is_judged_and_no_webhook_made(curator: Curator, label_studio: RunningLabelStudio) -> None:
    project = curator.json("push")["project"]
    before = label_studio.client.webhooks(project)
    label_studio.client.check_webhook(project, before[0].url)
    with pytest.raises(Exception, match="valid URL"):
        label_studio.client.check_webhook(project, "http://hook:5000")
    assert label_studio.client.webhooks(project) == before
    assert failing(curator) == {}
    assert label_studio.client.webhooks(project) == before
