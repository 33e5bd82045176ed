"""`curator datasets copy` and `curator datasets fetch`: from one workspace into another."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def elsewhere(folder: Path, made_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another workspace, with nothing in it."""
    other = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(folder / "configs", other / "configs")
    shutil.copytree(made_workspace, other / ".curator")
    return other


def test_a_version_is_copied_and_fetched_by_another_workspace(
    run: Run, exported: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("datasets", "tag", "news@1", "gold")
    address = (elsewhere / "copies").as_uri()
    copied = run("datasets", "copy", "news@gold", address, "--json")
    files = [path for path in exported.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    assert copied.json == {
        "version": "news@1",
        "address": f"{address}/news/v1",
        "files": len(files),
        "bytes": size,
        "sent": len(files),
        "skipped": 0,
        "verified": len(files),
        "bytes_sent": size,
        "bytes_verified": size,
        "unchanged": False,
    }
    again = run("datasets", "copy", "news@1", address)
    assert again.out.startswith(f"news@1: {address}/news/v1: unchanged, {len(files)} there already")
    assert f"{len(files)} read back and hashed ({size} bytes)" in again.out

    digest = json.loads((exported / "manifest.json").read_text(encoding="utf-8"))["digest"]
    monkeypatch.chdir(elsewhere)
    fetched = run("datasets", "fetch", f"{address}/news", "--as", "theirs", "--json")
    assert fetched.json == {
        "version": "theirs@1",
        "dataset": "theirs",
        "number": 1,
        "made_as": "news",
        "address": f"{address}/news/v1",
        "path": str(Path("exports/theirs/v1")),
        "digest": digest,
        "unchanged": False,
        "bytes_received": size,
        "bytes_kept": 0,
    }
    unchanged = run("datasets", "fetch", f"{address}/news/v1", "--as", "theirs")
    assert unchanged.out == "unchanged: theirs@1: exports/theirs/v1\n"
    (listed,) = run("datasets", "list", "--json").json
    assert (listed["dataset"], listed["fetched_from"]) == ("theirs", f"{address}/news/v1")
    assert f"fetched from {address}/news/v1" in run("datasets").out
    assert run("datasets", "show", "theirs@1", "--json").json["fetched_from"] == f"{address}/news/v1"
    assert run("datasets", "verify", "theirs@1").out == "theirs@1: as it was written, held against the store\n"
    assert run("datasets", "convert", "theirs@1", "--to", "doccano").code == 0
    assert run("datasets", "verify", "theirs@1").code == 0
    assert run("datasets", "leakage", "theirs@1").code == 0
    assert run("doctor").out.count("1 as they were written") == 1
    differing = run("datasets", "diff", "theirs@1", "theirs@1", "--json")
    assert (differing.code, "theirs@1 was fetched: who changed it when is not told" in differing.err) == (0, True)
    refused = run("export", "theirs")
    assert (refused.code, "theirs is another store's dataset, which was fetched" in refused.error_line) == (1, True)
    restored = run("export", "theirs@1")
    assert restored.out.startswith("as it was written: ")
    shutil.rmtree("exports/theirs")
    assert "datasets fetch" in run("export", "theirs@1").error_line
    assert run("datasets", "fetch", f"{address}/news", "--as", "theirs", "--json").json["unchanged"] is False


def test_a_fetched_version_is_compared_patched_and_trained_from_as_any_other(
    run: Run, exported: Path, folder: Path
) -> None:
    run("datasets", "copy", "news@1", "copies")
    run("datasets", "fetch", "copies/news", "--as", "theirs")
    made = run("datasets", "diff", "theirs@1", "news@1", "--patch", "none.json", "--json")
    assert (made.code, made.json["documents"]) == (0, {"added": [], "removed": []})
    ran = run("datasets", "patch", "theirs@1", "none.json", "--out", "patched", "--json")
    assert (ran.code, ran.json["records"]) == (0, {"train": 1, "dev": 0, "test": 0})
    assert (folder / "patched" / "train.jsonl").read_bytes() == (exported / "train.jsonl").read_bytes()
    # As far as any version of one document goes.
    refused = run("train", "theirs@1").error_line
    assert refused.replace("theirs", "news") == run("train", "news@1").error_line
    assert "exports/theirs/v1/train.jsonl" in refused


def test_addresses_and_names_that_lead_nowhere_are_a_line(run: Run, exported: Path, folder: Path) -> None:
    assert "`pip install s3fs`" in run("datasets", "copy", "news@1", "s3://bucket/x").error_line
    assert "`pip install s3fs`" in run("datasets", "fetch", "s3://bucket/x").error_line
    assert "no such tag: news@gold" in run("datasets", "copy", "news@gold", "there").error_line
    assert "no copied version is there" in run("datasets", "fetch", "nowhere").error_line
    assert "no such version: news@2" in run("datasets", "copy", "news@2", "there").error_line
    run("datasets", "copy", "news@1", "there")
    assert "is no name for a dataset" in run("datasets", "fetch", "there/news", "--as", "../x").error_line
    assert not (folder / "nowhere").exists()


def test_what_no_file_would_outlast_or_reach_is_refused(run: Run, exported: Path, folder: Path) -> None:
    before = sorted(folder.iterdir())
    for command in (("copy", "news@1"), ("fetch",)):
        refused = run("datasets", *command, "memory://x")
        assert (refused.code, "ends with the command" in refused.error_line) == (1, True)
        empty = run("datasets", *command, "")
        assert (empty.code, "ADDRESS" in empty.err) == (2, True)
    run("datasets", "copy", "news@1", "there")
    unnamed = run("datasets", "fetch", "there/news", "--as", "")
    assert (unnamed.code, "--as" in unnamed.err) == (2, True)
    (folder / "plain").write_bytes(b"")
    line = run("datasets", "copy", "news@1", "plain").error_line
    assert "cannot be written" in line
    assert not [word for word in ("log-in", "copying.json") if word in line]
    assert sorted(folder.iterdir()) == sorted([*before, folder / "there", folder / "plain"])


def test_a_version_without_folder_is_told_without_an_empty_name(run: Run, exported: Path) -> None:
    shutil.rmtree(exported)
    ran = run("datasets", "verify", "news@1")
    assert ran.out.startswith("folder is missing: ")
