"""`curator doctor` against a real Label Studio: each thing broken in turn, and mended by what it says."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.conftest import ROOT, RunningLabelStudio, free_port
from tests.e2e.conftest import Curator, article, environment, wait_until_ready
from tests.waiting import HANG_SECONDS


@contextmanager
def served(curator: Curator) -> Iterator[None]:
    """Run what the remedy for a hook that is down says: `curator serve`."""
    log = (curator.folder / "hook.log").open("ab")
    command = [sys.executable, "-m", "curator", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=curator.env, stdout=log, stderr=log)
    try:
        wait_until_ready(f"http://127.0.0.1:{curator.env['CURATOR_HOOK__PORT']}/readyz", process)
        yield
    finally:
        process.terminate()
        process.wait(HANG_SECONDS)
        log.close()


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory, label_studio: RunningLabelStudio) -> Iterator[Curator]:
    """A set-up in order: pushed, its hook running, its label schema a file of its own."""
    folder = tmp_path_factory.mktemp("doctor")
    labels = folder / "labels.yaml"
    shutil.copy(ROOT / "configs" / "labels.yaml", labels)
    settings = {
        "CURATOR_LABEL_STUDIO__URL": label_studio.url,
        "CURATOR_LABEL_STUDIO__TOKEN": label_studio.token,
        "CURATOR_HOOK__PORT": str(free_port()),
        "CURATOR_LABEL_SCHEMA": str(labels),
    }
    curator = Curator(folder, environment(folder, **settings))
    curator.run("ingest", article(folder))
    curator.run("push")
    with served(curator):
        yield curator


@pytest.fixture
def curator(set_up: Curator) -> Curator:
    """The set-up, which every test leaves in order, with an environment of the test's own."""
    return Curator(set_up.folder, dict(set_up.env))


def failing(curator: Curator) -> dict[str, str]:
    """Return the remedy of each failing check, by name."""
    code, out, err = curator.try_to_run("doctor", "--json")
    checks = json.loads(out)["checks"]
    failed = {check["name"]: check["remedy"] for check in checks if not check["ok"]}
    assert code == (3 if failed else 0), err
    assert all(check["detail"] for check in checks)
    return failed


def follow(curator: Curator, name: str) -> None:
    """Run the command that the failing check of this name gives, and see that nothing fails any more."""
    remedy = failing(curator)[name]
    assert remedy.startswith("curator "), remedy
    curator.run(*remedy.removeprefix("curator ").split())
    assert failing(curator) == {}


def webhook(curator: Curator, http: httpx.Client) -> dict[str, Any]:
    project = curator.json("credentials")["project_id"]
    webhooks: list[dict[str, Any]] = http.get("/api/webhooks/", params={"project": project}).raise_for_status().json()
    (only,) = webhooks
    return only


def test_a_set_up_in_order_passes(curator: Curator) -> None:
    assert failing(curator) == {}


def test_a_missing_database(curator: Curator, tmp_path: Path) -> None:
    curator.env["CURATOR_WORKSPACE"] = str(tmp_path / "elsewhere")
    curator.run("init")
    (tmp_path / "elsewhere" / "store.sqlite3").unlink()
    assert failing(curator)["database"] == "curator store upgrade"
    assert not (tmp_path / "elsewhere" / "store.sqlite3").exists()
    curator.run("store", "upgrade")
    assert "database" not in failing(curator)


def test_migrations_that_were_not_run(curator: Curator, tmp_path: Path) -> None:
    curator.env["CURATOR_DATABASE__URL"] = f"sqlite:///{tmp_path}/empty.sqlite3"
    assert failing(curator)["migrations"] == "curator store upgrade"
    curator.run("store", "upgrade")
    assert "migrations" not in failing(curator)


def test_a_label_studio_that_is_down(curator: Curator, label_studio: RunningLabelStudio) -> None:
    curator.env["CURATOR_LABEL_STUDIO__URL"] = f"http://127.0.0.1:{free_port()}"
    assert "CURATOR_LABEL_STUDIO__URL" in failing(curator)["Label Studio"]
    curator.env["CURATOR_LABEL_STUDIO__URL"] = label_studio.url
    assert failing(curator) == {}


def test_a_token_that_is_refused(curator: Curator, label_studio: RunningLabelStudio) -> None:
    curator.env["CURATOR_LABEL_STUDIO__TOKEN"] = "f" * 40
    assert "CURATOR_LABEL_STUDIO__TOKEN" in failing(curator)["token"]
    curator.env["CURATOR_LABEL_STUDIO__TOKEN"] = label_studio.token
    assert failing(curator) == {}


def test_a_project_that_is_gone(curator: Curator, label_studio: RunningLabelStudio) -> None:
    project = curator.json("credentials")["project_id"]
    label_studio.http.delete(f"/api/projects/{project}/").raise_for_status()
    follow(curator, "project")


def test_a_project_whose_labels_somebody_changed(curator: Curator, label_studio: RunningLabelStudio) -> None:
    project = curator.json("credentials")["project_id"]
    config = '<View><Labels name="x" toName="text"><Label value="Y"/></Labels><Text name="text" value="$text"/></View>'
    label_studio.http.patch(f"/api/projects/{project}/", json={"label_config": config}).raise_for_status()
    follow(curator, "labelling interface")


def test_a_webhook_that_is_missing(curator: Curator, label_studio: RunningLabelStudio) -> None:
    registered = webhook(curator, label_studio.http)
    label_studio.http.delete(f"/api/webhooks/{registered['id']}/").raise_for_status()
    follow(curator, "webhook")


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"url": "http://127.0.0.1:9/elsewhere"}, {"send_payload": False}]
)
def test_a_webhook_that_was_changed(
    curator: Curator, label_studio: RunningLabelStudio, change: dict[str, object]
) -> None:
    registered = webhook(curator, label_studio.http)
    label_studio.http.patch(f"/api/webhooks/{registered['id']}/", json=change).raise_for_status()
    follow(curator, "webhook")


def test_a_hook_address_that_label_studio_refuses(curator: Curator) -> None:
    # A host without a dot is what it refuses whatever its guard is set to.
    curator.env["CURATOR_HOOK__PUBLIC_URL"] = "http://hook:5000"
    curator.run("push", code=3)
    assert "CURATOR_HOOK__PUBLIC_URL" in failing(curator)["webhook"]
    del curator.env["CURATOR_HOOK__PUBLIC_URL"]
    curator.run("sync")
    assert failing(curator) == {}


def test_a_hook_that_is_down(tmp_path: Path, label_studio: RunningLabelStudio) -> None:
    settings = {"CURATOR_LABEL_STUDIO__URL": label_studio.url, "CURATOR_LABEL_STUDIO__TOKEN": label_studio.token}
    curator = Curator(tmp_path, environment(tmp_path, **settings, CURATOR_HOOK__PORT=str(free_port())))
    curator.run("ingest", article(tmp_path))
    curator.run("push")
    assert failing(curator) == {"hook": "curator serve"}
    with served(curator):
        assert failing(curator) == {}


def test_a_label_schema_that_lost_a_label(curator: Curator) -> None:
    path = Path(curator.env["CURATOR_LABEL_SCHEMA"])
    whole = path.read_text("utf-8")
    schema = yaml.safe_load(whole)
    schema["layers"][0]["labels"].pop()
    path.write_text(yaml.safe_dump(schema, allow_unicode=True), "utf-8")
    assert str(path) in failing(curator)["labels in force"]
    path.write_text(whole, "utf-8")
    assert failing(curator) == {}


def test_a_label_schema_that_label_studio_refuses(curator: Curator, label_studio: RunningLabelStudio) -> None:
    project = curator.json("credentials")["project_id"]
    (task,) = label_studio.http.get("/api/tasks", params={"project": project}).json()["tasks"]
    value = {"start": 0, "end": 1, "labels": ["X"]}
    stray = {"id": "s", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
    answer = label_studio.http.post(f"/api/tasks/{task['id']}/annotations/", json={"result": [stray]})
    annotation = answer.raise_for_status().json()["id"]
    curator.run("sync")
    name = f"task {task['id']}, annotation {annotation}"
    assert set(failing(curator)) == {"quarantine"}
    path = Path(curator.env["CURATOR_LABEL_SCHEMA"])
    whole = path.read_text("utf-8")
    schema = yaml.safe_load(whole)
    schema["layers"][0]["labels"].append({"name": "LAW", "colour": "#123456", "hotkey": "0"})
    path.write_text(yaml.safe_dump(schema, allow_unicode=True), "utf-8")
    code, _, err = curator.try_to_run("push")
    assert code == 1
    assert name in err
    assert "label schema: added" not in err
    assert failing(curator)["labels in force"] == "curator push"
    label_studio.http.delete(f"/api/annotations/{annotation}/").raise_for_status()
    curator.run("sync")
    assert "label schema: added label entities/LAW" in curator.try_to_run("push")[2]
    assert failing(curator) == {}


def test_a_label_schema_that_has_grown(curator: Curator) -> None:
    path = Path(curator.env["CURATOR_LABEL_SCHEMA"])
    schema = yaml.safe_load(path.read_text("utf-8"))
    schema["layers"][0]["labels"].append({"name": "MONEY", "colour": "#123456", "hotkey": "9"})
    path.write_text(yaml.safe_dump(schema, allow_unicode=True), "utf-8")
    follow(curator, "labels in force")
