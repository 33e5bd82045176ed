"""A cache in which something else stands where a folder or a file of a version goes: it alone is mended."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from curator_client import FileDoesNotFit, ServerGone
from curator_client.attempts import ATTEMPTS
from curator_client.download import downloaded
from curator_client.server import Server
from curator_client.version import find_version
from tests.client.faulty_server import TOKEN, FaultyServer
from tests.client.loads import Load, ranges, whole
from tests.steps.datasets.copies import content


def _link(place: Path, elsewhere: Path) -> None:
    place.symlink_to(elsewhere, target_is_directory=True)


def _dangling_link(place: Path, elsewhere: Path) -> None:
    place.symlink_to(elsewhere / "none")


def _file(place: Path, elsewhere: Path) -> None:
    place.write_text("in the way")


def _folder(place: Path, elsewhere: Path) -> None:
    (place / "deeper").mkdir(parents=True)
    (place / "deeper" / "file").write_text("in the way")


def _pipe(place: Path, elsewhere: Path) -> None:
    os.mkfifo(place)


IN_THE_WAY: dict[str, Callable[[Path, Path], None]] = {
    "a link": _link,
    "a link to nothing": _dangling_link,
    "a file": _file,
    "a folder": _folder,
    "a pipe": _pipe,
}
PLACES = [(".", way) for way in IN_THE_WAY] + [("loadable", way) for way in IN_THE_WAY]
PLACES += [("train.jsonl", way) for way in IN_THE_WAY] + [("loadable/dev.jsonl", way) for way in IN_THE_WAY]


def _is_real(folder: Path) -> bool:
    return not any(path.is_symlink() for path in [folder, *folder.rglob("*")])


def _replace(place: Path, way: str, elsewhere: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    IN_THE_WAY[way](place, elsewhere)


@pytest.fixture
def elsewhere(server: FaultyServer, tmp_path: Path) -> Path:
    """A folder outside of the cache, with files that have the names of those of a version."""
    folder = tmp_path / "elsewhere"
    (folder / "loadable").mkdir(parents=True)
    for name in ("dev.jsonl", "train.jsonl", "manifest.json", "loadable/dev.jsonl"):
        (folder / name).write_text("mine")
    return folder


@pytest.mark.parametrize(("place", "way"), PLACES)
def test_a_version_in_the_cache_is_made_whole_and_nothing_is_written_elsewhere(
    load: Load, server: FaultyServer, elsewhere: Path, place: str, way: str
) -> None:
    folder, before = load(), content(elsewhere)
    _replace(folder / place, way, elsewhere)
    assert load() == folder
    assert content(folder) == whole(server)
    assert _is_real(folder)
    assert content(elsewhere) == before
    server.asked.clear()
    load()
    assert len(server.asked) == 1


@pytest.mark.parametrize(("place", "way"), PLACES)
def test_what_is_left_of_a_download_is_gone_on_from_and_nothing_is_written_elsewhere(
    load: Load, server: FaultyServer, elsewhere: Path, place: str, way: str
) -> None:
    server.faults["/files/train.jsonl"] = [1000] + [0] * (ATTEMPTS - 1)
    with pytest.raises(ServerGone):
        load()
    (working,), before = load.cache.glob("partial/*"), content(elsewhere)
    _replace(working / place, way, elsewhere)
    folder = load()
    assert content(folder) == whole(server)
    assert _is_real(folder)
    assert content(elsewhere) == before


def test_a_link_to_the_right_files_is_no_part_of_a_version(load: Load, server: FaultyServer, tmp_path: Path) -> None:
    folder = load()
    (folder / "loadable").rename(tmp_path / "moved")
    (folder / "loadable").symlink_to(tmp_path / "moved")
    before = content(tmp_path / "moved")
    server.asked.clear()
    assert content(load()) == whole(server)
    assert _is_real(folder)
    assert content(tmp_path / "moved") == before
    assert ranges(server, "train.jsonl") == []


def test_a_folder_that_is_changed_while_it_is_made_is_not_moved_into_place(load: Load, server: FaultyServer) -> None:
    working = load.cache / "partial"

    def change(wait: float) -> None:
        (path,) = working.glob("*/dev.jsonl")
        path.write_bytes(b"changed")

    server.faults["/files/train.jsonl"] = [0]
    load.sleep = change
    with pytest.raises(FileDoesNotFit, match=r"was changed while it was made: dev\.jsonl"):
        load()
    assert not list(load.cache.glob("versions/*"))
    assert content(load()) == whole(server)


def test_a_folder_that_was_asked_for_is_not_mended_where_a_link_is_in_it(
    server: FaultyServer, elsewhere: Path, tmp_path: Path
) -> None:
    remote = Server(server.url, TOKEN)
    version = find_version(remote, "sample@1")
    folder, before = downloaded(version, remote, tmp_path / "out"), content(elsewhere)
    _replace(folder / "loadable", "a link", elsewhere)
    with pytest.raises(FileDoesNotFit, match=r"was changed: loadable/dev\.jsonl"):
        downloaded(version, remote, tmp_path / "out")
    assert (folder / "loadable").is_symlink()
    assert content(elsewhere) == before
