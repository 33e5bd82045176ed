"""`curator datasets leakage`."""

import json
import shutil
from pathlib import Path

from tests.cli.conftest import Run
from tests.conftest import ROOT
from tests.steps.datasets.verify.damage import covered_up, lines, write_lines


def test_what_leaks_is_told_as_text_and_as_json(run: Run, folder: Path) -> None:
    version = folder / "exports" / "sample" / "v1"
    shutil.copytree(ROOT / "exports" / "sample" / "v1", version)
    shutil.rmtree(folder / ".curator")
    ran = run("datasets", "leakage", "sample@1", "--json")
    assert (ran.code, ran.json["leaks"], ran.json["pairs"]) == (0, False, [])
    assert ran.json["drift"]["wanted"] == {"train": 0.8, "dev": 0.1, "test": 0.1}
    assert 0 < ran.json["surfaces"]["entities"]["test"]["unseen_share"] < 1
    assert 0 < ran.json["trigger_lemmas"]["test"]["unseen_share"] < 1
    assert 0 < ran.json["label_distance_from_train"]["events"]["dev"] < 1
    record = lines(version, "train")[0]
    write_lines(version, "test", sorted([*lines(version, "test"), record]))
    covered_up(version)
    ran = run("datasets", "leakage", "sample@1", "--json")
    name = json.loads(record)["id"]
    assert ran.code == 3
    assert [(pair["kind"], pair["documents"]) for pair in ran.json["pairs"]] == [("exact", [name, name])]
    shown = run("datasets", "leakage", "sample@1")
    assert shown.code == 3
    assert shown.out.splitlines()[:2] == ["pairs across splits: 1", f"  exact: {name} in train, {name} in test"]


def test_what_is_no_version_is_an_error(run: Run, exported: Path) -> None:
    assert run("datasets", "leakage", "news@1").code == 0
    ran = run("datasets", "leakage", "news@2")
    assert (ran.code, "no such version" in ran.error_line) == (1, True)
