"""Zip archives of others: what is in them is read, and what would do harm is refused in one line."""

import io
import zipfile
from pathlib import Path

import pytest

from curator.files.imports import opened
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument
from tests.files.imports.as_imported import documents, labelled, read, refusal

TEXT, ANN = "Zoé dort à Paris.\n", "T1\tGPE 11 16\tParis\n"


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return zipped(tmp_path / "a.zip", {"brat/train/a.txt": TEXT, "brat/train/a.ann": ANN, "__MACOSX/._a.ann": b"\0"})


def test_an_archive_is_read_as_a_folder_is(archive: Path) -> None:
    (document,) = documents("", archive)
    assert labelled(document) == [("entities", "Paris", "GPE")]
    assert document.name == f"{archive}/brat/train/a.txt"
    assert document.split == "train"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_refuse_the_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": TEXT, "a.ann": ANN})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a.ann", "")
    assert "two files by the name 'a.ann'" in refusal("", path)


@pytest.mark.parametrize("name", ["../a.ann", "/etc/a.ann", "b/../../a.ann", "..\\a.ann", "C:\\a.ann"])
def test_a_file_that_would_lie_outside_refuses_the_archive(tmp_path: Path, name: str) -> None:
    told = refusal("", zipped(tmp_path / "a.zip", {"a.txt": TEXT, "a.ann": ANN, name: ANN}))
    assert "would lie outside of it" in told
    assert str(tmp_path / "a.zip") in told


def test_an_archive_within_the_archive_refuses_it(tmp_path: Path, archive: Path) -> None:
    told = refusal("", zipped(tmp_path / "b.zip", {"x/a.zip": archive.read_bytes()}))
    assert told == f"the archive has an archive in it: 'x/a.zip' ({tmp_path}/b.zip): unpack it, and give the folder"


@pytest.mark.parametrize("name", ["a\n.ann", "\x1b[2J.ann"])
def test_a_name_that_no_line_shows_refuses_the_archive(tmp_path: Path, name: str) -> None:
    told = refusal("", zipped(tmp_path / "a.zip", {"a.txt": TEXT, name: ANN}))
    assert told == f"the archive has a file by the name {name!r} ({tmp_path}/a.zip): rename it, and make it again"


def test_a_file_without_a_name_refuses_the_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": TEXT})
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 28 : at + 30] = b"\0\0"
    del raw[at + 46]
    end = raw.index(b"PK\x05\x06")
    raw[end + 12 : end + 16] = (end - at).to_bytes(4, "little")
    path.write_bytes(raw)
    assert refusal("brat", path).startswith("the archive has a file by the name ''")


@pytest.mark.parametrize("form", ["brat", "conll"])
def test_a_file_that_grows_beyond_measure_is_refused(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "_LEAST_BOUND", 1_000_000)
    files: dict[str, str | bytes] = {"a.conll": bytes(5_000_000)}
    if form == "brat":
        files = {"a.txt": bytes(5_000_000), "a.ann": ANN, "b.txt": TEXT, "b.ann": ANN}
    path = zipped(tmp_path / "a.zip", files)
    refused = next(item for item in read(form, path) if isinstance(item, Refused))
    assert f"to 5000000 ({tmp_path}/a.zip/a." in str(refused.error)
    if form == "brat":
        assert len([item for item in read(form, path) if isinstance(item, ImportedDocument)]) == 1


def test_an_archive_that_grows_beyond_measure_as_a_whole_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "MOST_BYTES", 1_000_000)
    path = zipped(tmp_path / "a.zip", {f"{number}.txt": bytes(200_000) for number in range(9)})
    assert refusal("brat", path).startswith("it unpacks from ")


def test_a_size_that_is_a_lie_is_no_way_around_the_bound(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": b"a" * 5_000_000, "a.ann": ""})
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(signature) + offset
        raw[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(raw)
    assert f"cannot be read from the archive: Bad CRC-32 for file 'a.txt' ({path}/a.txt)" in refusal("brat", path)


def test_an_encrypted_file_is_refused(archive: Path) -> None:
    raw = bytearray(archive.read_bytes())
    at = -1
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        while (at := raw.find(signature, at + 1)) >= 0:
            raw[at + offset] |= 1
    archive.write_bytes(raw)
    assert refusal("", archive).startswith(f"file is encrypted ({archive}/brat/train/a.txt)")


@pytest.mark.parametrize("cut", [0, 10, 60, -5])
def test_an_archive_cut_short_is_refused(archive: Path, cut: int) -> None:
    archive.write_bytes(archive.read_bytes()[:cut])
    assert refusal("", archive).startswith("not a zip archive")


def test_another_way_of_packing_that_is_damaged_is_refused(tmp_path: Path) -> None:
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr("a.txt", TEXT * 50)
            archive.writestr("a.ann", ANN)
        raw = bytearray(buffer.getvalue())
        raw[50:60] = b"\xff" * 10
        (tmp_path / "a.zip").write_bytes(raw)
        assert f"{tmp_path}/a.zip/a.txt" in refusal("brat", tmp_path / "a.zip")
