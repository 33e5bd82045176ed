"""Versions and their parents, by the files they left."""

import json
import shutil
from pathlib import Path

from curator.files.versions import VersionFolder
from curator.steps.datasets.comparing.version_changes import VersionChanges, VersionHistory


def write(storage: VersionFolder, number: int, **splits: list[tuple[str, str]]) -> Path:
    files = {
        f"{split}.jsonl": [
            json.dumps({"id": name, "text": text}, separators=(",", ":")).encode() + b"\n" for name, text in of
        ]
        for split, of in {"train": [], "dev": [], "test": [], **splits}.items()
    }
    manifest = {
        "parent": {"version": number - 1} if number > 1 else None,
        "files": {file: {"sha256": repr(lines), "records": len(lines)} for file, lines in files.items()},
    }
    return storage.write("news", number, {**files, "manifest.json": [json.dumps(manifest).encode()]})


def test_documents_are_added_removed_and_changed(tmp_path: Path) -> None:
    storage = VersionFolder(tmp_path)
    write(storage, 1, train=[("a", "1"), ("b", "1"), ("c", "1")], dev=[("d", "1")])
    write(storage, 2, train=[("a", "1"), ("b", "2"), ("e", "1"), ('"\\', "1")], dev=[("d", "1")])
    history = VersionHistory(storage)
    assert history.changes("news", 1) == VersionChanges(0, 4, 4, 0, 0)
    assert history.changes("news", 2) == VersionChanges(1, 5, 2, 1, 1)


def test_files_that_are_the_same_are_not_read_and_what_is_known_is_remembered(tmp_path: Path) -> None:
    storage = VersionFolder(tmp_path)
    for number in (1, 2):
        folder = write(storage, number, train=[("a", "1")])
        (folder / "train.jsonl").write_bytes(b"not even JSON")
    history = VersionHistory(storage)
    assert history.changes("news", 2) == VersionChanges(1, 1, 0, 0, 0)
    shutil.rmtree(tmp_path)
    assert history.changes("news", 2) is not None
    assert history.changes("news", 1) is None


def test_what_cannot_be_read_has_no_changes(tmp_path: Path) -> None:
    storage = VersionFolder(tmp_path)
    write(storage, 1, train=[("a", "1")])
    folder = write(storage, 2, train=[("a", "2")])
    (folder / "train.jsonl").write_bytes(b"[]\n")
    assert VersionHistory(storage).changes("news", 2) is None
    assert VersionHistory(storage).changes("no/name", 1) is None
