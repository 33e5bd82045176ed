import hashlib
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from curator.domain.errors import CuratorError
from curator.files.versions import VersionFolder


def files(text: str = "a") -> dict[str, list[bytes]]:
    return {"train.jsonl": [text.encode(), b"\n"], "manifest.json": [b'{"digest": "', text.encode(), b'"}']}


def test_versions_are_written_and_listed(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path / "exports")
    assert folder.versions("news") == []
    for number in (1, 2, 10):
        folder.write("news", number, files(str(number)))
    assert folder.versions("news") == [1, 2, 10]
    assert folder.manifest("news", 10) == {"digest": "10"}
    assert (tmp_path / "exports" / "news" / "v2" / "train.jsonl").read_bytes() == b"2\n"


def test_a_version_never_changes(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    folder.write("news", 1, files())
    with pytest.raises(CuratorError, match="there already"):
        folder.write("news", 1, files("b"))
    assert folder.manifest("news", 1) == {"digest": "a"}


def test_an_interrupted_version_is_not_there_and_is_cleaned_up(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    (tmp_path / "news" / ".v3.partial").mkdir(parents=True)
    (tmp_path / "news" / ".v3.partial" / "train.jsonl").write_text("half")
    assert folder.versions("news") == []

    def failing() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        folder.write("news", 1, {"train.jsonl": failing()})
    assert list((tmp_path / "news").iterdir()) == []
    folder.write("news", 1, files())
    assert folder.versions("news") == [1]


def test_writers_at_once_write_one_version_whole(tmp_path: Path) -> None:
    refused: list[CuratorError] = []

    def write(text: str) -> None:
        try:
            VersionFolder(tmp_path).write("news", 1, files(text * 1000))
        except CuratorError as error:
            refused.append(error)

    threads = [Thread(target=write, args=(text,)) for text in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    text = VersionFolder(tmp_path).manifest("news", 1)["digest"]
    assert (tmp_path / "news" / "v1" / "train.jsonl").read_text() == text + "\n"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a@1", ".hidden", "é", "a b", "a\n", "-x", "a" * 101])
def test_names_are_plain(tmp_path: Path, name: str) -> None:
    folder = VersionFolder(tmp_path / "exports")
    for call in (folder.versions, lambda name: folder.manifest(name, 1), lambda name: folder.write(name, 1, {})):
        with pytest.raises(CuratorError, match="no name for a dataset"):
            call(name)
    for file in {name, f"{name}/a", f"a/{name}", f"a/b/{name}"} - {"a/b", "a/b/a", "a/a/b", "a/b/a/b"}:
        with pytest.raises(CuratorError, match="no name for a file"):
            folder.write("news", 1, {file: []})
    assert list(tmp_path.iterdir()) == []


def test_files_in_folders_of_a_version_are_hashed_with_the_others(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    assert folder.digests("news", 1) is None
    path = folder.write("news", 1, {"a": [b"a"], "more/b": [b"b", b"c"]})
    assert (path / "more" / "b").read_bytes() == b"bc"
    expected = {"a": b"a", "more/b": b"bc"}
    assert folder.digests("news", 1) == {name: hashlib.sha256(data).hexdigest() for name, data in expected.items()}
    (path / "gone").symlink_to(tmp_path / "nowhere")
    (path / "more" / "empty").mkdir()
    assert (folder.digests("news", 1) or {}).items() >= {"gone": "", "more/empty/": ""}.items()


def test_records_are_read_where_they_begin(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    folder.write("news", 1, {"train.jsonl": [b"one\n", b"three\n", b"five\n"], "more/b": [b"x\ny"]})
    assert list(folder.lines_at("news", 1, "train", [4, 10])) == [b"three\n", b"five\n"]
    assert list(folder.lines_at("news", 1, "train", [10, 0])) == [b"five\n", b"one\n"]
    assert list(folder.file_lines("news", 1, "more/b")) == [b"x\n", b"y"]
    for lines in (folder.lines_at("news", 1, "dev", [0]), folder.file_lines("news", 1, "more/c")):
        with pytest.raises(CuratorError, match="records cannot be read"):
            list(lines)


def test_forms_of_a_version_are_hashed_apart(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    path = folder.write("news", 1, {"a": [b"a"]})
    assert folder.form_digests("news", 1) == {}
    with folder.stage_format("news", 1) as staged:
        staged.append("more/b", b"b")
        staged.replace("brat")
    (path / "formats" / ".x.partial").mkdir()
    assert folder.form_digests("news", 1) == {"brat": {"more/b": hashlib.sha256(b"b").hexdigest()}}
    assert (folder.digests("news", 1) or {}).keys() == {"a"}


def test_what_is_not_there_is_reported(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    with pytest.raises(CuratorError, match="no such version: news@1"):
        folder.manifest("news", 1)
    with pytest.raises(CuratorError, match="no version number"):
        folder.write("news", 0, files())
    folder.write("news", 1, {"manifest.json": [b"["]})
    with pytest.raises(CuratorError, match="manifest cannot be read"):
        folder.manifest("news", 1)
    (tmp_path / "file").touch()
    with pytest.raises(CuratorError, match="cannot be written"):
        VersionFolder(tmp_path / "file").write("news", 1, files())


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "has no ledger"), (b"[", "cannot be read"), (b"[]", "no JSON object"), (b"{}", "no counts")],
)
def test_a_ledger_that_cannot_be_read_is_reported(tmp_path: Path, content: bytes | None, words: str) -> None:
    folder = VersionFolder(tmp_path)
    folder.write("news", 1, files() | ({} if content is None else {"LOSSES.json": [content]}))
    with pytest.raises(CuratorError, match=words):
        folder.ledger("news", 1)


def test_records_are_read_by_lines_and_by_blocks_of_the_same_bytes(tmp_path: Path) -> None:
    folder = VersionFolder(tmp_path)
    content = b"".join(b"%06d\n" % number for number in range(100_000))
    folder.write("news", 1, {"train.jsonl": [content]})
    blocks = list(folder.blocks("news", 1, "train"))
    assert b"".join(blocks) == content == b"".join(folder.lines("news", 1, "train"))
    assert len(blocks) > 1
    for read in (folder.blocks, folder.lines):
        with pytest.raises(CuratorError, match="records cannot be read"):
            list(read("news", 1, "dev"))
