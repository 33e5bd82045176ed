"""A file that was changed on disk is noticed, whichever file it is, and named with what mends it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from curator.domain.errors import CuratorError
from curator.files.versions import VersionFolder
from curator.steps.datasets.folder import Difference, differences, refuse_changed, stored_version
from curator.steps.datasets.freeze import Frozen
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import PARIS, Export, export_of


@pytest.fixture
def export(world: World, tmp_path: Path) -> Export:
    return export_of(world, tmp_path / "exports")


@pytest.fixture
def frozen(world: World, export: Export) -> Frozen:
    (task,) = world.with_tasks(PARIS)
    world.server.annotate(task, [region(0, 11, "PER")])
    world.deliver()
    return export()


def with_crlf(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def all_files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_every_file_counts(world: World, frozen: Frozen, export: Export) -> None:
    names = all_files(frozen.path)
    assert {"README.md", "LOSSES.json", "manifest.json", "train.jsonl"} < set(names)
    for name in names:
        path = frozen.path / name
        before = path.read_bytes()
        for harm, what in ((lambda path: path.write_bytes(b"\xff"), "was changed"), (Path.unlink, "is missing")):
            harm(path)
            with pytest.raises(CuratorError, match=f"news@1 was changed on disk: {name} {what}.*curator export news@1"):
                export()
            with pytest.raises(CuratorError, match=f"{name} {what}"):
                refuse_changed("news", 1, store=world.store, storage=VersionFolder(frozen.path.parents[1]))
        path.write_bytes(before)
    assert export().unchanged


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "folder/more.jsonl"])
def test_a_file_that_was_added_is_named(frozen: Frozen, export: Export, name: str) -> None:
    (frozen.path / name).parent.mkdir(exist_ok=True)
    (frozen.path / name).touch()
    with pytest.raises(CuratorError, match=f"{name} was added"):
        export()


def test_a_folder_that_was_moved_away_is_written_again(frozen: Frozen, export: Export) -> None:
    before = (frozen.path / "train.jsonl").read_bytes()
    for split in ("train", "dev", "test"):
        with_crlf(frozen.path / f"{split}.jsonl")
    with pytest.raises(CuratorError) as raised:
        export()
    assert "move that folder away" in str(raised.value)
    frozen.path.rename(frozen.path.parent / "broken")
    assert export().restored
    assert (frozen.path / "train.jsonl").read_bytes() == before


def test_the_stores_digest_counts_not_that_of_the_manifest(world: World, frozen: Frozen) -> None:
    storage = VersionFolder(frozen.path.parents[1])
    other = VersionFolder(world.folder / "other")
    other.write("news", 1, {name: [b"{}"] for name in all_files(frozen.path) if "/" not in name})
    version = stored_version(world.store, "news", 1)
    assert version is not None
    assert differences(version, storage) == []
    assert Difference("manifest.json", "changed") in (differences(version, other) or [])
    assert differences(version, VersionFolder(world.folder / "none")) is None


@pytest.mark.parametrize("store_is_there", [True, False])
def test_a_version_of_another_store_is_held_against_its_own_manifest(
    world: World, frozen: Frozen, store_is_there: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = World(tmp_path_factory.mktemp("other"))
    storage = VersionFolder(frozen.path.parents[1])
    store = other.store if store_is_there else None
    refuse_changed("news", 1, store=store, storage=storage)
    with_crlf(next(path for path in sorted(frozen.path.glob("*.jsonl")) if path.stat().st_size))
    with pytest.raises(CuratorError, match=r"\.jsonl was changed"):
        refuse_changed("news", 1, store=store, storage=storage)
    (frozen.path / "manifest.json").write_text('{"files": []}')
    with pytest.raises(CuratorError, match=r"manifest\.json was changed.*from a copy"):
        refuse_changed("news", 1, store=store, storage=storage)
    shutil.rmtree(frozen.path)
    with pytest.raises(CuratorError, match="no such version: news@1"):
        refuse_changed("news", 1, store=store, storage=storage)
    other.close()


def test_a_folder_that_is_elsewhere_is_told_from_one_that_never_was(
    world: World, frozen: Frozen, export: Callable[..., Frozen]
) -> None:
    storage = VersionFolder(world.folder / "elsewhere")
    with pytest.raises(CuratorError, match=r"news@1 is not on this machine.*curator export news@1"):
        refuse_changed("news", 1, store=world.store, storage=storage)
    with pytest.raises(CuratorError, match="no such version: news@2"):
        refuse_changed("news", 2, store=world.store, storage=storage)
