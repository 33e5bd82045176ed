"""A label renamed on a project of a real Label Studio: interface, waiting predictions and annotations follow."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, RunningLabelStudio, free_port
from tests.e2e.conftest import Curator, environment
from tests.e2e.small import small_corpus


def labels(result: list[dict[str, Any]]) -> list[str]:
    return [label for item in result if item["type"] == "labels" for label in item["value"]["labels"]]


def test_a_renamed_label_is_renamed_everywhere(tmp_path: Path, label_studio: RunningLabelStudio) -> None:
    schema = tmp_path / "labels.yaml"
    shutil.copy(ROOT / "configs" / "labels.yaml", schema)
    server = {"CURATOR_LABEL_STUDIO__URL": label_studio.url, "CURATOR_LABEL_STUDIO__TOKEN": label_studio.token}
    own = {"CURATOR_LABEL_SCHEMA": str(schema), "CURATOR_HOOK__PORT": str(free_port()), "CURATOR_ML__CONNECT": "false"}
    curator, http = Curator(tmp_path, environment(tmp_path, **server, **own)), label_studio.http
    curator.run("ingest", small_corpus(tmp_path))
    curator.run("preannotate")
    curator.try_to_run("push")
    project = curator.json("credentials")["project_id"]
    query: dict[str, Any] = {"project": project, "fields": "all", "page_size": 100}

    def tasks() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = http.get("/api/tasks", params=query).raise_for_status().json()["tasks"]
        return sorted(listed, key=lambda task: int(task["id"]))

    before = tasks()
    reviewed = next(task for task in before if "PER" in labels(task["predictions"][0]["result"]))
    result = reviewed["predictions"][0]["result"]
    http.post(f"/api/tasks/{reviewed['id']}/annotations/", json={"result": result}).raise_for_status()
    curator.run("sync")
    waiting = [task for task in before if task is not reviewed and "PER" in labels(task["predictions"][0]["result"])]
    assert waiting

    planned = curator.json("labels", "rename", "entities/PER", "PERSON", "--dry-run")
    assert planned["predictions"] == len(waiting)
    assert [task["predictions"] for task in tasks()] == [task["predictions"] for task in before]
    _, out, err = curator.try_to_run("labels", "rename", "entities/PER", "PERSON", "--json")
    changed = json.loads(out)
    assert (changed["pushed"], changed["predictions"]) == (True, len(waiting)), err

    config = http.get(f"/api/projects/{project}").raise_for_status().json()["label_config"]
    assert ('value="PERSON"' in config, 'value="PER"' in config) == (True, False)
    after = {task["id"]: task for task in tasks()}
    for task in waiting:
        (old,), (new,) = task["predictions"], after[task["id"]]["predictions"]
        renamed = ["PERSON" if label == "PER" else label for label in labels(old["result"])]
        assert (new["id"], labels(new["result"])) == (old["id"], renamed)
    assert labels(after[reviewed["id"]]["annotations"][0]["result"]) == labels(result)

    (annotation,) = curator.annotations()
    assert "PERSON" in [span["label"] for span in annotation["spans"]["entities"]]
    assert annotation["quarantined"] == []
    synced = curator.json("sync", "--full")
    assert not any(synced["missed"].values())
    assert (curator.annotations(), curator.json("status")["quarantined"]) == ([annotation], 0)
    _, out, _ = curator.try_to_run("labels", "rename", "entities/PER", "PERSON")
    assert out.startswith("nothing to change\n  0 predictions")
