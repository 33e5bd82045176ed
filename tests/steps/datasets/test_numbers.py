"""A version's number, digest and bytes are the store's; its folder is a copy."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from curator.domain.dataset import manifest
from curator.domain.errors import CuratorError
from curator.domain.loadable import LOADABLE_FILES, loadable_lines
from curator.files.versions import VersionFolder
from curator.steps.datasets.comparing.version_changes import VersionHistory
from curator.steps.datasets.folder import stored_version, write_folder
from curator.steps.datasets.freeze import Frozen
from curator.steps.in_force.schema import adopt_schema
from tests.fakes.parts import NamePipeline, raw, region, schema_with_label
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import EMPTY, LYON, PARIS, Export, export_of, now, records


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    return tmp_path / "exports"


@pytest.fixture
def export(world: World, exports: Path) -> Export:
    return export_of(world, exports)


@pytest.fixture
def tasks(world: World) -> list[int]:
    """Three documents with tasks; the first one annotated, the last one skipped."""
    tasks = world.with_tasks(raw("a.txt", PARIS, meta={"b": 1, "é": [None]}), EMPTY, LYON)
    world.server.annotate(tasks[0], [region(0, 11, "PER"), region(18, 23, "GPE")])
    world.server.annotate(tasks[2], [region(0, 4, "PER")], was_cancelled=True)
    world.deliver()
    return tasks


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change(world: World, tasks: list[int]) -> None:
    """Review one more document."""
    world.server.annotate(tasks[1], [])
    world.deliver()


def change_everything(world: World, tasks: list[int]) -> None:
    """Change all that an export hangs on."""
    change(world, tasks)
    world.server.change(1, result=[])
    world.deliver()
    world.ingest(raw("later.txt", PARIS, meta={"c": 2}))
    world.preannotate(NamePipeline(digest="d2"))
    adopt_schema(world.store, schema_with_label("ORG"), "tests")


def parents(*versions: Frozen) -> list[int | None]:
    return [frozen.manifest["parent"] and frozen.manifest["parent"]["version"] for frozen in versions]


def test_a_removed_folder_is_written_again_byte_for_byte(world: World, tasks: list[int], export: Export) -> None:
    first = export()
    before = content(first.path)
    shutil.rmtree(first.path)
    again = export()
    assert (again.version, again.unchanged, again.restored, again.digest) == (1, True, True, first.digest)
    assert content(again.path) == before
    assert not export().restored


def test_a_folder_whose_manifest_names_no_encoding_is_written_again_in_ascii(
    world: World, tasks: list[int], export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def head(*arguments: Any, **named: Any) -> dict[str, Any]:
        return {key: value for key, value in manifest(*arguments, **named).items() if key != "loadable"}

    with monkeypatch.context() as before:
        before.setattr("curator.steps.datasets.draft.loadable_lines", lambda lines: loadable_lines(lines, "ascii"))
        before.setattr("curator.steps.datasets.freeze.manifest", head)
        first = export()
    files = content(first.path)
    assert b"".join(files[name] for name in LOADABLE_FILES.values()).isascii()
    shutil.rmtree(first.path)
    assert export().restored
    assert content(first.path) == files


def test_a_removed_folder_gives_no_number_back(world: World, tasks: list[int], export: Export, exports: Path) -> None:
    first = export()
    shutil.rmtree(exports)
    change(world, tasks)
    second = export()
    assert (second.version, second.strangers) == (2, ())
    assert second.manifest["parent"] == {"version": 1, "digest": first.digest}


def test_an_old_version_is_written_again_whatever_was_changed_since(
    world: World, tasks: list[int], export: Export, exports: Path
) -> None:
    first = export()
    before = content(first.path)
    change_everything(world, tasks)
    second = export(named=True)
    assert content(second.path)["train.jsonl"] != before["train.jsonl"]
    shutil.rmtree(exports)
    version = stored_version(world.store, "news", 1)
    assert version is not None
    assert write_folder(version, store=world.store, storage=VersionFolder(exports))
    assert content(first.path) == before
    assert not write_folder(version, store=world.store, storage=VersionFolder(exports))


def test_a_file_that_would_come_out_otherwise_is_not_written(
    world: World, tasks: list[int], export: Export, exports: Path
) -> None:
    first = export()
    shutil.rmtree(first.path)
    with world.sql.engine.begin() as connection:
        connection.execute(text("update decision set record = cast('{}' as blob) where record is not null"))
    version = stored_version(world.store, "news", 1)
    assert version is not None
    with pytest.raises(CuratorError, match=r"no longer gives \w+\.jsonl of news@1 as it was"):
        write_folder(version, store=world.store, storage=VersionFolder(exports))
    assert list((exports / "news").iterdir()) == []


def test_a_state_that_comes_back_is_the_version_that_it_was(world: World, tasks: list[int], export: Export) -> None:
    first = export()
    world.server.annotate(tasks[1], [])
    world.deliver()
    second = export()
    world.server.delete(3)
    world.deliver()
    back = export()
    assert (first.version, second.version, back.version, back.unchanged) == (1, 2, 1, True)
    world.server.annotate(tasks[1], [region(0, 4, "PER")])
    world.deliver()
    assert export().version == 3


def test_what_was_exported_of_the_past_is_never_newest_nor_a_parent(
    world: World, tasks: list[int], export: Export, exports: Path
) -> None:
    moment = now(world)
    change(world, tasks)
    first = export()
    past = export(as_of=moment)
    assert (first.version, past.version, past.unchanged) == (1, 2, False)
    world.server.annotate(tasks[2], [])
    world.deliver()
    between = now(world)
    third = export()
    world.server.change(1, result=[])
    world.deliver()
    fourth = export()
    assert [frozen.version for frozen in (third, fourth)] == [3, 4]
    assert parents(first, past, third, fourth) == [None, None, 1, 3]
    later_past = export("other", as_of=between)
    assert parents(later_past) == [None]
    assert export(as_of=moment).version == 2
    assert export(as_of=between).version == 3
    changes = VersionHistory(VersionFolder(exports)).changes("news", 3)
    assert changes is not None
    assert (changes.parent, changes.added) == (1, 1)


def test_the_parent_of_a_past_state_is_the_newest_version_up_to_it(
    world: World, tasks: list[int], export: Export
) -> None:
    export()
    change(world, tasks)
    moment = now(world)
    world.server.annotate(tasks[2], [])
    world.deliver()
    second = export()
    past = export(as_of=moment)
    assert (second.version, past.version) == (2, 3)
    assert parents(second, past) == [1, 1]


def test_folders_of_another_store_are_left_alone_and_their_numbers_not_given_out(
    world: World, tasks: list[int], export: Export, exports: Path
) -> None:
    storage = VersionFolder(exports)
    for number in (1, 3):
        storage.write("news", number, {"manifest.json": [b'{"version": 9}']})
    first = export()
    assert (first.version, first.strangers) == (4, (1, 3))
    assert parents(first) == [None]
    assert storage.manifest("news", 1) == {"version": 9}
    assert (export().version, export().strangers) == (4, ())


@pytest.fixture
def old(world: World, tasks: list[int], export: Export) -> Frozen:
    """A version from before the store kept what versions are made of, with its folder as it was written then."""
    frozen = export()
    with world.sql.engine.begin() as connection:
        for table in ("version_file", "version_record"):
            connection.execute(text(f"delete from {table}"))
    return frozen


def test_a_version_that_the_store_has_no_files_of_stands_by_its_folder(
    world: World, tasks: list[int], export: Export, old: Frozen
) -> None:
    assert (export().version, export().unchanged) == (1, True)
    change(world, tasks)
    second = export()
    assert (second.version, parents(second)) == (2, [1])


def test_a_version_that_the_store_has_no_files_of_cannot_be_written_again(
    world: World, export: Export, exports: Path, old: Frozen
) -> None:
    shutil.rmtree(old.path)
    version = stored_version(world.store, "news", 1)
    assert version is not None
    with pytest.raises(CuratorError, match="not reproducible from the store"):
        write_folder(version, store=world.store, storage=VersionFolder(exports))
    # Its number is taken, and what is asked for is given nevertheless.
    again = export()
    assert (again.version, again.unchanged, again.digest) == (2, False, old.digest)
    assert (export().version, export().unchanged) == (2, True)


def test_a_name_that_is_none_is_refused_before_anything_is_decided(
    world: World, tasks: list[int], export: Export
) -> None:
    with pytest.raises(CuratorError, match="no name for a dataset"):
        export("../news")
    with world.store.reading() as transaction:
        assert transaction.counts()["decisions"] == 0


def test_the_manifest_on_disk_is_the_one_that_is_reported(tasks: list[int], export: Export) -> None:
    frozen = export()
    manifest: Any = json.loads((frozen.path / "manifest.json").read_bytes())
    assert frozen.manifest == manifest
    assert (manifest["version"], manifest["digest"]) == (1, frozen.digest)
    assert records(frozen).keys() == {PARIS}
