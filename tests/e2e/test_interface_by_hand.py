"""A label and an alias that somebody added in Label Studio's own settings."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.e2e.conftest import Desk
from tests.e2e.regions import region, reviewed, words


@pytest.fixture(autouse=True)
def _own_labels(own: Desk, tmp_path: Path) -> None:
    own.curator.env["CURATOR_LABEL_SCHEMA"] = str(shutil.copy(ROOT / "configs" / "labels.yaml", tmp_path))


def interface(desk: Desk) -> str:
    config: str = desk.http.get(f"/api/projects/{desk.project}").raise_for_status().json()["label_config"]
    return config


def failing(desk: Desk) -> dict[str, dict[str, Any]]:
    checks = desk.curator.json("doctor", code=3)["checks"]
    return {check["name"]: check for check in checks if not check["ok"]}


def test_a_label_and_an_alias_added_by_hand_are_left_alone_and_reported(own: Desk) -> None:
    before = interface(own)
    assert '<Label value="PER" ' in before
    by_hand = before.replace(
        '<Label value="PER" ', '<Label value="LAW" background="#123456"/><Label value="PER" alias="p" '
    )
    own.http.patch(f"/api/projects/{own.project}/", json={"label_config": by_hand}).raise_for_status()
    task = own.tasks()[0]
    law, alias = words(task, 10, 2)
    made = own.annotate(
        task, [*reviewed(task), region("x", "entities", "LAW", law), region("y", "entities", "p", alias)]
    )
    assert own.curator.json("sync")["missed"]["created"] == 1
    assert interface(own) == by_hand
    # What a person marked with it is kept, and told by name.
    (stored,) = own.curator.annotations()
    assert (stored["annotation"], len(stored["spans"]["entities"])) == (made, 2)
    assert {(entry["annotation"], entry["cause"]) for entry in own.curator.json("status")["quarantine"]} == {
        (str(made), "unknown-label")
    }
    reported = failing(own)
    assert reported["labelling interface"]["remedy"] == "curator push"
    assert str(made) in reported["quarantine"]["detail"]
    assert interface(own) == by_hand

    path = Path(own.curator.env["CURATOR_LABEL_SCHEMA"])
    schema = yaml.safe_load(path.read_text("utf-8"))
    schema["layers"][0]["labels"].append({"name": "LAW", "colour": "#123456", "hotkey": "9"})
    path.write_text(yaml.safe_dump(schema, allow_unicode=True), "utf-8")
    pushed = own.curator.json("push")
    assert pushed["updated"] is True
    assert 'value="LAW"' in interface(own)
    labels = [span["label"] for annotation in own.curator.annotations() for span in annotation["spans"]["entities"]]
    assert sorted(labels) == ["GPE", "LAW", "PER"]
    assert own.http.get(f"/api/annotations/{made}/").raise_for_status().json()["result"][-1]["value"]["labels"] == ["p"]
    assert len(own.curator.json("status")["quarantine"]) == 1
