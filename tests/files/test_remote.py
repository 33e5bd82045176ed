"""Addresses: what opens them, what is told of them, and what is not."""

import os
import socket
from pathlib import Path
from typing import Any

import fsspec
import pytest

from curator.domain.errors import CuratorError
from curator.files.addresses import public_address
from curator.files.remote import FsspecFolder, remote_folder


@pytest.mark.parametrize(
    ("address", "package"),
    [
        ("s3://bucket/x", "s3fs"),
        ("gs://bucket/x", "gcsfs"),
        ("abfs://box@account/x", "adlfs"),
        ("sftp://h/x", "paramiko"),
        ("https://h/x?sig=geheim", "aiohttp"),
        ("smb://ada:geheim@h/x", "smbprotocol"),
    ],
)
def test_a_protocol_whose_package_is_missing_names_it(address: str, package: str) -> None:
    with pytest.raises(CuratorError) as caught:
        remote_folder(address)
    assert f"`pip install {package}`" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nope://x", r"no protocol has this name \(nope:…\)"),
        ("nope:x", r"no protocol has this name \(nope:…\): .*\./…"),
        ("q://x", "no protocol has this name"),
        ("s3:x", "write s3://…"),
        ("S3:x", "write s3://…"),
        ("memory:x", "write memory://…"),
        ("simplecache::file:///x", "an address within an address"),
        ("zip://a.zip::ftp://h/x", "an address within an address"),
        ("", "an empty address leads nowhere"),
        ("  ", "an empty address leads nowhere"),
    ],
)
def test_what_is_no_address_is_told(address: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CuratorError, match=said):
        remote_folder(address)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "ftp:user:sekret@host/x",
        "s3:/user:sekret@host/x",
        "s3:user:sek/ret@host/x",
        "nope://user:sekret@host/x",
        "simplecache::ftp://user:sekret@host/x",
        "zip://a::ftp://user:sek::ret@host/x",
        "github://user:sekret@host/x?y=sekret",
    ],
)
def test_what_is_no_address_says_no_secret(address: str) -> None:
    with pytest.raises(CuratorError) as caught:
        remote_folder(address)
    assert [part for part in ("sek", "ret@", "user") if part in str(caught.value)] == []
    assert caught.value.__cause__ is None


def test_a_server_that_does_not_answer_is_told_by_its_address_alone() -> None:
    with socket.socket() as bound:
        # Bound and not listening: whoever connects is refused.
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(CuratorError, match=rf"cannot be reached: .*\(ftp://127\.0\.0\.1:{port}/x\)") as caught:
            remote_folder(f"ftp://user:sekret@127.0.0.1:{port}/x")
    assert "sekret" not in str(caught.value)
    assert "log-in" in caught.value.remedy


@pytest.mark.parametrize("address", ["file://a b", "FILE://a b", "file:a b", "local://a b", "a b", "./a b"])
def test_a_path_is_told_as_a_whole_one(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = remote_folder(address)
    assert folder.address == f"file://{tmp_path}/a b"
    folder.write("x.txt", [b"ab"])
    assert (tmp_path / "a b" / "x.txt").read_bytes() == b"ab"


@pytest.mark.parametrize("path", ["a::b", "zip::x"])
def test_colons_in_a_path_are_those_of_the_path(path: str, tmp_path: Path) -> None:
    remote_folder(f"{tmp_path}/{path}").write("x.txt", [b"ab"])
    assert (tmp_path / path / "x.txt").read_bytes() == b"ab"


def test_an_upper_case_protocol_is_the_lower_case_one() -> None:
    assert remote_folder("MEMORY://tests-remote/a").address == "memory://tests-remote/a"


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    folder = remote_folder(str(tmp_path))
    os.mkfifo(tmp_path / "x.txt")
    for ask in (folder.sizes, lambda: folder.size("x.txt")):
        with pytest.raises(CuratorError, match=r"is no file \(file://.*/x\.txt\)"):
            ask()
    (tmp_path / "x.txt").unlink()
    (tmp_path / "y.txt").write_bytes(b"ab")
    (tmp_path / "x.txt").symlink_to(tmp_path / "y.txt")
    assert (folder.sizes(), folder.size("x.txt")) == ({"x.txt": 2, "y.txt": 2}, 2)


@pytest.mark.parametrize("place", ["file", "file/deeper", "/proc/x"])
def test_a_path_that_cannot_be_written_is_told_as_a_path(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CuratorError, match=r"cannot be written: .*check the path and its permissions") as caught:
        remote_folder(str(tmp_path / place)).inner("v1").write("inner.json", [b""])
    assert "log-in" not in str(caught.value)
    assert "inner.json" not in str(caught.value)
    assert str(caught.value).count(str(tmp_path / place)) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://ada:geheim@example.org/a/b?token=geheim#geheim", "https://example.org/a/b"),
        ("s3://key:geheim@bucket/a", "s3://bucket/a"),
        ("s3://bucket?sig=geheim", "s3://bucket"),
        ("simplecache::ftp://ada:geheim@example.org/a", "simplecache::ftp://example.org/a"),
        ("ftp://user:pa/ss@h/x", "ftp://h/x"),
        ("ftp://user:p@ss@h/x", "ftp://h/x"),
        ("ftp://user:pa#ss@h/x", "ftp://…"),
        ("ftp://user:pa?ss@h/x", "ftp://…"),
        ("https://h/x?sig=a@geheim", "https://…"),
        ("file:///a/b?c#d@e", "file:///a/b?c#d@e"),
        ("/a/b?c", "/a/b?c"),
    ],
)
def test_an_address_is_told_without_what_a_log_in_needs(address: str, public: str) -> None:
    assert public_address(address) == public


def test_no_error_says_a_secret_of_its_address_or_more_than_a_line() -> None:
    class Telling:
        def info(self, path: str) -> Any:
            raise RuntimeError(f"403 for https://ada:geheim@example.org/{path}?sig=geheim2\nand more")

    address = "https://ada:geheim@example.org/x?sig=geheim2"
    folder = FsspecFolder(Telling(), "x", address).inner("news").inner("v1")
    with pytest.raises(CuratorError) as caught:
        folder.size("manifest.json")
    assert "geheim" not in str(caught.value)
    assert "and more" not in str(caught.value)
    assert caught.value.where == "https://example.org/x/news/v1/manifest.json"
    assert caught.value.what == "cannot be reached: RuntimeError"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_files_and_folders_are_written_listed_read_and_removed(scheme: str, tmp_path: Path) -> None:
    address = f"file://{tmp_path}/a b" if scheme == "file" else "memory://tests-remote/a b"
    folder = remote_folder(address)
    assert (folder.folders(), folder.sizes(), folder.size("x.txt")) == ([], {}, None)
    folder.write("x.txt", [b"ab", b"cd"])
    folder.inner("é").write("y/z.txt", [])
    assert folder.sizes() == {"x.txt": 4, "é/y/z.txt": 0}
    assert folder.folders() == ["é"]
    assert (folder.size("x.txt"), folder.size("z.txt")) == (4, None)
    with pytest.raises(CuratorError, match="is no file"):
        folder.size("é")
    assert b"".join(folder.blocks("x.txt", 1)) == b"bcd"
    assert list(folder.inner("é").blocks("y/z.txt")) == []
    folder.write("x.txt", [b"e"])
    folder.remove("x.txt")
    folder.remove("x.txt")
    with pytest.raises(CuratorError, match="is not there"):
        list(folder.blocks("x.txt"))
    assert folder.inner("é").address == f"{address}/é"
    if scheme == "memory":
        fsspec.filesystem("memory").rm("/tests-remote", recursive=True)
