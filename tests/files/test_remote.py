"""Addresses: what opens them, what is told of them, and what is not."""

from pathlib import Path
from typing import Any

import fsspec
import pytest

from curator.domain.errors import CuratorError
from curator.files.remote import FsspecFolder, public_address, remote_folder


@pytest.mark.parametrize(
    ("address", "package"),
    [
        ("s3://bucket/x", "s3fs"),
        ("gs://bucket/x", "gcsfs"),
        ("abfs://box@account/x", "adlfs"),
        ("sftp://h/x", "paramiko"),
        ("https://h/x?sig=geheim", "aiohttp"),
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
    [("nope://x", "Protocol not known: nope"), ("s3:x", "write s3://…"), ("memory:x", "write memory://…")],
)
def test_what_is_no_address_is_told(address: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CuratorError, match=said):
        remote_folder(address)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://ada:geheim@example.org/a/b?token=geheim#geheim", "https://example.org/a/b"),
        ("s3://key:geheim@bucket/a", "s3://bucket/a"),
        ("s3://bucket?sig=geheim", "s3://bucket"),
        ("simplecache::ftp://ada:geheim@example.org/a", "simplecache::ftp://example.org/a"),
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


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_files_and_folders_are_written_listed_read_and_removed(scheme: str, tmp_path: Path) -> None:
    address = f"file://{tmp_path}/a b" if scheme == "file" else "memory://tests-remote/a b"
    folder = remote_folder(address)
    assert (folder.folders(), folder.sizes(), folder.size("x.txt")) == ([], {}, None)
    folder.write("x.txt", [b"ab", b"cd"])
    folder.inner("é").write("y/z.txt", [])
    assert folder.sizes() == {"x.txt": 4, "é/y/z.txt": 0}
    assert folder.folders() == ["é"]
    assert (folder.size("x.txt"), folder.size("é")) == (4, None)
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
