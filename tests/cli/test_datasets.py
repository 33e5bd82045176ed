"""`curator datasets`, and the formats of `curator export`."""

import json
import shutil
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.test_export import content


def test_without_a_further_word_the_versions_are_listed(run: Run, exported: Path) -> None:
    manifest = json.loads((exported / "manifest.json").read_text(encoding="utf-8"))
    facts = {"dataset": "news", "version": 1, "digest": manifest["digest"], "parent": None, "fetched_from": None}
    assert run("datasets", "list", "--json").json == [{**facts, "records": {"train": 1, "dev": 0, "test": 0}}]
    assert run("datasets").out.split()[:1] == ["news@1"]
    shutil.rmtree(exported)
    assert run("datasets", "list", "--json").json == [{**facts, "records": None}]
    assert "not on this machine" in run("datasets").out


def test_a_version_is_written_in_a_format_beside_its_records_and_is_the_same_version(run: Run, exported: Path) -> None:
    before = content(exported)
    ran = run("datasets", "convert", "news@1", "--to", "doccano, doccano", "--json")
    (facts,) = ran.json["formats"]
    folder = exported / "formats" / "doccano"
    assert (ran.code, facts["format"], Path(facts["path"]).resolve()) == (0, "doccano", folder)
    ledger = json.loads((folder / "LOSSES.json").read_text(encoding="utf-8"))
    assert ledger["of"] == {
        "dataset": "news",
        "version": 1,
        "digest": run("datasets", "list", "--json").json[0]["digest"],
    }
    assert ledger["losses"] == []
    assert json.loads((folder / "train.jsonl").read_text(encoding="utf-8"))["entities"][0]["label"] == "GPE"
    first = content(folder)
    assert run("datasets", "convert", "news@1", "--to", "doccano").out == f"doccano: {folder.relative_to(Path.cwd())}\n"
    assert content(folder) == first
    assert run("export", "news").out == "unchanged: v1\n"
    shutil.rmtree(folder.parent)
    assert content(exported) == before


def test_an_export_writes_its_formats_too(run: Run, exported: Path) -> None:
    ran = run("export", "news", "--formats", "doccano", "--json")
    assert (ran.code, ran.json["unchanged"], ran.json["formats"][0]["format"]) == (0, True, "doccano")
    assert (exported / "formats" / "doccano" / "train.jsonl").exists()


def test_what_is_damaged_of_a_format_is_written_anew(run: Run, exported: Path) -> None:
    run("datasets", "convert", "news@1", "--to", "doccano")
    folder = exported / "formats" / "doccano"
    before = content(folder)
    (folder / "train.jsonl").write_bytes(b"")
    (folder / "more").mkdir()
    run("datasets", "convert", "news@1", "--to", "doccano")
    assert content(folder) == before
    assert [entry.name for entry in folder.parent.iterdir()] == ["doccano"]


def test_formats_that_there_are_not_and_versions_that_were_changed_are_refused(run: Run, exported: Path) -> None:
    for arguments in (["datasets", "convert", "news@1", "--to", "docano"], ["export", "other", "--formats", "docano"]):
        ran = run(*arguments)
        assert (ran.code, ran.out) == (1, "")
        assert "no such format: 'docano'" in ran.error_line
        assert "doccano" in ran.error_line
    assert run("export", "news@1", "--formats", "doccano").code == 2
    assert "names no dataset version" in run("datasets", "convert", "news", "--to", "doccano").error_line
    assert "no such version" in run("datasets", "convert", "news@2", "--to", "doccano").error_line
    (exported / "train.jsonl").write_bytes(b"{}\n")
    ran = run("datasets", "convert", "news@1", "--to", "doccano")
    assert (ran.code, "train.jsonl was changed" in ran.error_line) == (1, True)
    assert not (exported / "formats").exists()


def test_a_version_whose_store_is_gone_is_converted(run: Run, exported: Path, folder: Path) -> None:
    shutil.rmtree(folder / ".curator")
    assert run("datasets", "convert", "news@1", "--to", "doccano").code == 0
    assert (exported / "formats" / "doccano" / "train.jsonl").exists()


def test_a_list_of_no_format_is_a_wrong_usage(run: Run, exported: Path) -> None:
    assert run("datasets", "convert", "news@1", "--to", " ,").code == 2
    assert run("export", "news", "--formats", "").code == 2
    assert not (exported / "formats").exists()
