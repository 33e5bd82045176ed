"""`curator doctor` on set-ups that lack what the first checks look at."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def _nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", "http://127.0.0.1:1")


def test_a_missing_workspace_is_reported_and_not_made(run: Run, folder: Path) -> None:
    ran = run("--workspace", "typo", "doctor", "--json")
    assert (ran.code, ran.err) == (3, "")
    (failed,) = [check for check in ran.json["checks"] if not check["ok"]]
    assert (failed["name"], failed["detail"]) == ("workspace", "no such workspace (typo)")
    assert failed["remedy"] == "check --workspace, or `curator init`"
    assert not (folder / "typo").exists()
    (folder / "configs" / "labels.yaml").unlink()
    failing = [check["name"] for check in run("--workspace", "typo", "doctor", "--json").json["checks"]]
    assert failing == ["label schema", "workspace"]


def test_a_workspace_without_a_store_is_reported_with_its_remedy(run: Run, folder: Path) -> None:
    (folder / ".curator" / "store.sqlite3").unlink()
    ran = run("doctor", "--json")
    assert (ran.code, ran.err) == (3, "")
    failed = {check["name"]: check["remedy"] for check in ran.json["checks"] if not check["ok"]}
    assert failed["database"] == "curator store upgrade"
    assert not Path(".curator/store.sqlite3").exists()
    assert failed["hook"] == "curator serve"
    assert "CURATOR_LABEL_STUDIO__URL" in failed["Label Studio"]
    assert run("store", "upgrade").code == 0
    names = [check["name"] for check in run("doctor", "--json").json["checks"] if check["ok"]]
    assert names == [
        *("label schema", "workspace", "database", "migrations", "labels in force", "quarantine", "held deletions"),
        *("texts of tasks", "doubled tasks", "versions", "deliveries"),
    ]


def test_checks_that_hang_on_a_failed_check_are_left_out(run: Run, folder: Path) -> None:
    (folder / "configs" / "labels.yaml").unlink()
    ran = run("doctor")
    assert ran.code == 3
    assert "FAIL  label schema: no such label schema" in ran.out
    assert "mend it: check the path in the configuration" in ran.out
    assert "database" not in ran.out


def test_labels_that_are_not_in_force_yet_are_reported(run: Run, folder: Path) -> None:
    run("export", "news")
    labels = folder / "configs" / "labels.yaml"
    labels.write_text(labels.read_text(encoding="utf-8").replace("name: PER,", "name: PERSON,"), encoding="utf-8")
    (check,) = [check for check in run("doctor", "--json").json["checks"] if check["name"] == "labels in force"]
    assert (check["ok"], check["detail"]) == (False, "the file no longer has label entities/PER")
