"""`curator datasets verify`."""

import json
import shutil
from pathlib import Path

import pytest

from curator.cli.datasets import verify
from tests.cli.conftest import Run


def test_a_version_as_it_was_written_is_told_so(run: Run, exported: Path) -> None:
    ran = run("datasets", "verify", "news@1", "--json")
    assert (ran.code, ran.json) == (0, {"version": "news@1", "ok": True, "against": "store", "faults": []})
    assert run("datasets", "verify", "news@1").out == "news@1: as it was written, held against the store\n"


def test_faults_are_named_by_file_and_line_with_exit_code_3(run: Run, exported: Path) -> None:
    record = (exported / "train.jsonl").read_text(encoding="utf-8")
    (exported / "train.jsonl").write_text(record.replace('"end":5', '"end":6'), encoding="utf-8")
    ran = run("datasets", "verify", "news@1", "--json")
    assert (ran.code, ran.json["ok"], ran.json["against"]) == (3, False, "store")
    (fault,) = [fault for fault in ran.json["faults"] if fault["what"] == "span does not fit its text"]
    assert (fault["file"], fault["line"], fault["item"]) == ("train.jsonl", 1, "entities:0-6:GPE")
    shown = run("datasets", "verify", "news@1")
    assert shown.code == 3
    assert "train.jsonl:1, entities:0-6:GPE: span does not fit its text" in shown.out.splitlines()
    assert shown.out.splitlines()[-1] == f"news@1: {len(ran.json['faults'])} faults, held against the store"


def test_a_terminal_is_not_flooded(run: Run, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_SHOWN", 2)
    (exported / "train.jsonl").write_bytes(b"{}\n" * 40)
    ran = run("datasets", "verify", "news@1", "--json")
    lines = run("datasets", "verify", "news@1").out.splitlines()
    assert len(lines) == 4
    assert lines[2] == f"… and {len(ran.json['faults']) - 2} more; --json lists all"


def test_a_version_whose_store_is_gone_is_held_against_its_manifest(run: Run, exported: Path, folder: Path) -> None:
    shutil.rmtree(folder / ".curator")
    assert run("datasets", "verify", "news@1").out.startswith("news@1: as it was written, held against its manifest")
    manifest = json.loads((exported / "manifest.json").read_text(encoding="utf-8"))
    manifest["counts"]["documents"] = 2
    (exported / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    ran = run("datasets", "verify", "news@1", "--json")
    assert (ran.code, ran.json["against"]) == (3, "manifest")
    assert "counts.documents is 2, not 1" in [fault["what"] for fault in ran.json["faults"]]
    assert not (folder / ".curator").exists()


def test_what_is_no_version_is_an_error(run: Run, exported: Path) -> None:
    assert run("datasets", "verify", "news").code == 1
    ran = run("datasets", "verify", "news@7")
    assert (ran.code, "no such version" in ran.error_line) == (1, True)


def test_an_export_names_its_sequence_number_and_takes_one(run: Run, exported: Path) -> None:
    first = run("export", "news", "--json").json
    again = run("export", "past", "--as-of", str(first["sequence"]), "--json").json
    assert (again["digest"], again["sequence"], again["version"]) == (first["digest"], first["sequence"], 1)
    assert (Path(again["path"]) / "train.jsonl").read_bytes() == (exported / "train.jsonl").read_bytes()
    assert "has not come yet" in run("export", "past", "--as-of", "99999").error_line
    assert "was empty then" in run("export", "past", "--as-of", "0").error_line
    assert run("export", "past", "--as-of", "-1").code == 2
