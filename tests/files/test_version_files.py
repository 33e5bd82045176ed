import hashlib
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from curator.domain.errors import CuratorError
from curator.files import version_files
from curator.files.version_files import VersionFileReader
from curator.files.versions import VersionFolder
from curator.steps.ports.version_files import OpenFile


def made(folder: Path) -> VersionFolder:
    """Return the folder of a version with a form of it."""
    versions = VersionFolder(folder)
    versions.write("news", 1, {"train.jsonl": [b"un\n", b"deux\n"], "loadable/train.jsonl": [b"trois\n"]})
    with versions.stage_format("news", 1) as staged:
        staged.append("train/a.txt", b"Paris")
        staged.append("LOSSES.json", b"{}")
        staged.replace("brat")
    return versions


def aged(path: Path) -> None:
    """Have a file be as if it had been there for a while: only its change time shows that it was not."""
    os.utime(path, ns=(10**18, 10**18))


def content(opened: OpenFile | None) -> tuple[bytes, int, str]:
    assert opened is not None
    with opened.stream as stream:
        return stream.read(), opened.size, opened.sha256


def facts(data: bytes) -> tuple[bytes, int, str]:
    return data, len(data), hashlib.sha256(data).hexdigest()


def test_files_are_opened_with_their_size_and_digest(tmp_path: Path) -> None:
    reader = VersionFileReader(made(tmp_path))
    for _ in range(2):
        assert content(reader.open("news", 1, "train.jsonl")) == facts(b"un\ndeux\n")
        assert content(reader.open("news", 1, "train.jsonl", 8)) == facts(b"un\ndeux\n")
        assert content(reader.open("news", 1, "loadable/train.jsonl")) == facts(b"trois\n")
        assert content(reader.open("news", 1, "formats/brat/train/a.txt")) == facts(b"Paris")
    assert reader.open("news", 1, "train.jsonl", 9) is None


@pytest.mark.parametrize(
    "file",
    [
        "none",
        "loadable",
        "loadable/",
        "loadable/none",
        "train.jsonl/none",
        "",
        "/",
        ".",
        "..",
        "../v1/train.jsonl",
        "loadable/../train.jsonl",
        "/etc/passwd",
        "link",
        "folder/train.jsonl",
        "socket",
        "pipe",
        ".hidden",
        "a\x00b",
        "é",
        "a" * 101,
        "a\\b",
    ],
)
def test_no_name_leads_to_anything_but_a_file_of_the_version(tmp_path: Path, file: str) -> None:
    versions = made(tmp_path)
    folder = tmp_path / "news" / "v1"
    (folder / "link").symlink_to("train.jsonl")
    (folder / "folder").symlink_to("loadable")
    (folder / ".hidden").touch()
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))
    assert VersionFileReader(versions).open("news", 1, file) is None
    assert VersionFileReader(versions).open("news", 2, file) is None


def test_forms_are_listed_with_their_files(tmp_path: Path) -> None:
    reader = VersionFileReader(made(tmp_path))
    forms = tmp_path / "news" / "v1" / "formats"
    (forms / ".partial").mkdir()
    (forms / "file").touch()
    (forms / "link").symlink_to("brat")
    (forms / "brat" / "link").symlink_to(forms)
    (forms / "brat" / ".hidden").touch()
    assert reader.forms("news", 1) == ["brat"]
    assert reader.forms("news", 2) == []
    for _ in range(2):
        files = reader.form_files("news", 1, "brat", "", 100)
        assert {name: (file.size, file.sha256) for name, file in files.items()} == {
            "LOSSES.json": facts(b"{}")[1:],
            "train/a.txt": facts(b"Paris")[1:],
        }
    for form in ("none", "link", ".partial", "..", "brat/train", ""):
        assert reader.form_files("news", 1, form, "", 100) == {}


def test_a_file_is_hashed_once_as_long_as_it_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = VersionFileReader(made(tmp_path))
    path = tmp_path / "news" / "v1" / "formats" / "brat" / "train" / "a.txt"
    hashed: list[int] = []

    def counting(stream: FileIO, name: str) -> Any:
        hashed.append(1)
        return hashlib.file_digest(stream, name)

    monkeypatch.setattr(version_files, "file_digest", counting)
    monkeypatch.setattr(version_files, "_SETTLED_NS", 0)
    aged(path)

    def ask() -> tuple[bytes, int, str]:
        return content(reader.open("news", 1, "formats/brat/train/a.txt"))

    with ThreadPoolExecutor(8) as pool:
        assert {pool.submit(ask).result() for _ in range(32)} == {facts(b"Paris")}
    assert len(hashed) == 1
    reader.form_files("news", 1, "brat", "", 100)
    assert len(hashed) == 2
    # Of the same size and time as before.
    path.write_bytes(b"Lille")
    aged(path)
    assert ask() == facts(b"Lille")
    path.with_name("b.txt").write_bytes(b"Nancy")
    aged(path.with_name("b.txt"))
    path.with_name("b.txt").replace(path)
    assert ask() == facts(b"Nancy")
    assert len(hashed) == 4


def test_what_is_known_of_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version_files, "_SETTLED_NS", -(10**12))
    monkeypatch.setattr(version_files, "_KNOWN", 2)
    reader = VersionFileReader(made(tmp_path))
    for _ in range(3):
        for file in ("train.jsonl", "loadable/train.jsonl", "formats/brat/train/a.txt"):
            content(reader.open("news", 1, file))
    assert len(reader._digests._known) == 2
    assert not reader._digests._turns


def test_a_file_that_was_just_written_is_not_taken_for_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = VersionFileReader(made(tmp_path))
    path = tmp_path / "news" / "v1" / "train.jsonl"
    written = path.stat().st_ctime_ns

    def known_after(nanoseconds: int) -> bool:
        monkeypatch.setattr("time.time_ns", lambda: written + nanoseconds)
        assert content(reader.open("news", 1, "train.jsonl")) == facts(b"un\ndeux\n")
        return reader._digests.known(path.stat()) is not None

    # The times of a file are as coarse as a few hundredths of a second, and on some disks a whole one.
    assert [known_after(after) for after in (-(10**12), 0, 10**9, 2 * 10**9)] == [False, False, False, True]


def test_a_disk_that_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = VersionFileReader(made(tmp_path))

    def refusing(*_: object, **__: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.open", refusing)
    monkeypatch.setattr("os.scandir", refusing)
    for ask in (
        lambda: reader.open("news", 1, "train.jsonl"),
        lambda: reader.forms("news", 1),
        lambda: reader.form_files("news", 1, "brat", "", 100),
    ):
        with pytest.raises(CuratorError, match="Input/output error"):
            ask()
