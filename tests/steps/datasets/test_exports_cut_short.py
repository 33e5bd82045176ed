"""Exports that are killed anywhere, or run at once: the next one gives what it would have given."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.errors import CuratorError
from curator.domain.policy import Policy
from curator.files.versions import VersionFolder
from curator.steps.curation import batches
from curator.steps.curation.decide import Rules
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.ports.store import Store
from curator.steps.ports.version_folders import StagedVersion, VersionStorage, WrittenFile
from tests.fakes.fuse import Fuse, FusedStore, Killed
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import EMPTY, LYON, PARIS
from tests.steps.datasets.test_numbers import content
from tests.waiting import HANG_SECONDS


class FusedStage:
    """Implements `StagedVersion`; may die before and after anything reaches the disk."""

    def __init__(self, staged: StagedVersion, fuse: Fuse) -> None:
        self._staged = staged
        self._fuse = fuse

    def append(self, file: str, block: bytes) -> None:
        self._fuse.burn()
        self._staged.append(file, block)
        self._fuse.burn()

    def seal(self) -> dict[str, WrittenFile]:
        self._fuse.burn()
        return self._staged.seal()

    def publish(self, number: int) -> Path:
        self._fuse.burn()
        path = self._staged.publish(number)
        self._fuse.burn()
        return path


class FusedFolder(VersionFolder):
    """Implements `VersionStorage`; may die before a folder is written, within it and after it."""

    def __init__(self, root: Path, fuse: Fuse) -> None:
        super().__init__(root)
        self._fuse = fuse

    @contextmanager
    def stage(self, name: str) -> Iterator[StagedVersion]:
        self._fuse.burn()
        with super().stage(name) as staged:
            yield FusedStage(staged, self._fuse)
        self._fuse.burn()


class RefusingFolder(VersionFolder):
    """Implements `VersionStorage`; the disk has no room for another folder."""

    @contextmanager
    def stage(self, name: str) -> Iterator[StagedVersion]:
        with super().stage(name) as staged:
            yield RefusingStage(staged, Fuse())


class RefusingStage(FusedStage):
    def publish(self, number: int) -> Path:
        raise CuratorError("version cannot be written", str(number))


def export(store: Store, storage: VersionStorage, *, named: bool = False, as_of: str | None = None) -> Frozen:
    return freeze(
        "news",
        store=store,
        storage=storage,
        rules=Rules(Policy("latest"), named, "salt"),
        read_content=READ_ANNOTATION,
        as_of=as_of,
        code_version="0",
    )


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    return tmp_path / "exports"


@pytest.fixture
def tasks(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(batches, "BATCH", 1)
    tasks = world.with_tasks(PARIS, EMPTY, LYON)
    for task in tasks[:2]:
        world.server.annotate(task, [region(0, 4, "PER")])
    world.deliver()
    return tasks


def outcome(world: World, exports: Path) -> dict[str, Any]:
    with world.store.reading() as transaction:
        versions = [(str(version), version.digest) for version in transaction.versions.all()]
        decisions = transaction.counts()["decisions"]
    return {"versions": versions, "decisions": decisions, "files": content(exports)}


def killed(world: World, exports: Path, length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Export and die after so many steps; whoever is dead tidies nothing up."""
    fuse = Fuse(length)
    with monkeypatch.context() as patch:
        patch.setattr("curator.files.staging.shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            export(FusedStore(world.sql, fuse), FusedFolder(exports, fuse))


@pytest.mark.parametrize("earlier", [0, 1], ids=["first", "second"])
def test_an_export_killed_anywhere_is_made_good_by_the_next(
    world: World, tasks: list[int], exports: Path, earlier: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if earlier:
        export(world.store, VersionFolder(exports))
        world.server.annotate(tasks[2], [])
        world.deliver()
    before = world.folder / "before"
    before.mkdir()
    if exports.exists():
        shutil.copytree(exports, before / "exports")
    kept = world.keep()
    fuse = Fuse()
    assert export(FusedStore(world.sql, fuse), FusedFolder(exports, fuse)).version == earlier + 1
    expected = outcome(world, exports)
    partial = 0
    for length in range(1, fuse.burnt + 1):
        world.back_to(kept)
        shutil.rmtree(exports)
        if earlier:
            shutil.copytree(before / "exports", exports)
        killed(world, exports, length, monkeypatch)
        partial += any(path.name.endswith(".partial") for path in exports.rglob("*"))
        frozen = export(world.store, VersionFolder(exports))
        assert frozen.version == earlier + 1, f"killed at {length}"
        assert outcome(world, exports) == expected, f"killed at {length}"
        assert export(world.store, VersionFolder(exports)).unchanged
        exports.mkdir(exist_ok=True)
    assert fuse.burnt > 15
    assert partial > 3


def test_exports_of_the_same_at_once_are_one_version(world: World, tasks: list[int], exports: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(export, world.store, VersionFolder(exports)) for _ in range(4)]
        frozen = [future.result(HANG_SECONDS) for future in running]
    assert {each.version for each in frozen} == {1}
    assert [each.unchanged for each in frozen].count(False) == 1
    assert [path.name for path in (exports / "news").iterdir()] == ["v1"]


def test_different_exports_at_once_have_different_numbers(world: World, tasks: list[int], exports: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(export, world.store, VersionFolder(exports), named=named) for named in (True, False) * 2]
        frozen = [future.result(HANG_SECONDS) for future in running]
    assert {each.version for each in frozen} == {1, 2}
    for each in frozen:
        assert each.manifest["version"] == each.version
        assert each.manifest["digest"] == each.digest
    assert len({each.digest for each in frozen}) == 2
    for named in (True, False):
        assert export(world.store, VersionFolder(exports), named=named).unchanged


def test_a_disk_that_is_full_leaves_nothing_of_what_has_no_number(
    world: World, tasks: list[int], exports: Path
) -> None:
    exports.write_text("no folder")
    with pytest.raises(CuratorError, match="cannot be written"):
        export(world.store, VersionFolder(exports))
    exports.unlink()
    again = export(world.store, VersionFolder(exports))
    assert (again.version, again.unchanged, again.restored) == (1, False, False)


def test_a_disk_that_is_full_leaves_a_version_that_the_next_export_writes(
    world: World, tasks: list[int], exports: Path
) -> None:
    with pytest.raises(CuratorError, match="cannot be written"):
        export(world.store, RefusingFolder(exports))
    assert list((exports / "news").iterdir()) == []
    again = export(world.store, VersionFolder(exports))
    assert (again.version, again.unchanged, again.restored) == (1, True, True)


def test_a_folder_that_another_export_wrote_first_is_taken(world: World, tasks: list[int], exports: Path) -> None:
    class Overtaken(FusedStage):
        def publish(self, number: int) -> Path:
            assert export(world.store, VersionFolder(exports)).restored
            return super().publish(number)

    class Overtaking(VersionFolder):
        @contextmanager
        def stage(self, name: str) -> Iterator[StagedVersion]:
            with super().stage(name) as staged:
                yield Overtaken(staged, Fuse())

    frozen = export(world.store, Overtaking(exports))
    assert (frozen.version, frozen.unchanged) == (1, False)
    assert [path.name for path in (exports / "news").iterdir()] == ["v1"]
    assert export(world.store, VersionFolder(exports)).unchanged


def test_what_another_export_is_at_is_left_alone(world: World, tasks: list[int], exports: Path) -> None:
    with VersionFolder(exports).stage("news") as staged:
        staged.append("train.jsonl", b"first")
        assert export(world.store, VersionFolder(exports)).version == 1
        staged.append("train.jsonl", b"second")
        assert (staged.publish(2) / "train.jsonl").read_bytes() == b"firstsecond"
    assert sorted(path.name for path in (exports / "news").iterdir()) == ["v1", "v2"]
