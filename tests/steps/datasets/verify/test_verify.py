"""Whatever is done to a version, verifying it says so; and of what is as it was written, nothing."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.bootstrap.formats import formats
from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.files.versions import VersionFolder
from curator.steps.datasets.convert import convert
from curator.steps.datasets.folder import manifest_content
from curator.steps.datasets.verify.fault import Fault
from curator.steps.datasets.verify.verify import verify
from tests.fakes.parts import silent
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import export_of
from tests.steps.datasets.verify.damage import (
    covered_up,
    lines,
    moved,
    version_of_all,
)
from tests.steps.datasets.verify.damages import COVERED, DAMAGES, FILES, then

REF = DatasetRef("news", 2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with two versions; nothing of it is changed."""
    world = World(tmp_path_factory.mktemp("world"))
    version_of_all(world)
    yield world
    world.close()


@pytest.fixture
def exports(made: World, tmp_path: Path) -> Path:
    """A copy of the exports, to be damaged."""
    return Path(shutil.copytree(made.folder / "exports", tmp_path / "exports"))


def faults(exports: Path, world: World | None, ref: DatasetRef = REF) -> list[Fault]:
    verification = verify(
        ref,
        store=None if world is None else world.store,
        storage=VersionFolder(exports),
        find_format=lambda name: formats([name])[0],
        code_version="0",
        progress=silent,
    )
    assert verification.against == ("manifest" if world is None else "store")
    return list(verification.faults)


def test_what_is_as_it_was_written_has_no_faults(made: World, exports: Path) -> None:
    for number in (1, 2):
        for world in (made, None):
            assert faults(exports, world, DatasetRef("news", number)) == []


def test_a_manifest_of_before_splits_were_counted_has_no_faults(made: World, exports: Path) -> None:
    path = exports / "news" / "v2" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    del manifest["counts"]["by_split"]
    path.write_bytes(manifest_content(manifest))
    assert faults(exports, None) == []


@pytest.mark.parametrize("stored", [True, False], ids=["store", "manifest"])
@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_and_named(made: World, exports: Path, name: str, stored: bool) -> None:
    damage, words = DAMAGES[name]
    damage(exports / "news" / "v2")
    told = [str(fault) for fault in faults(exports, made if stored else None)]
    # Where a file is not the store's, what it should say of the records is not asked.
    assert any(words in fault or (stored and fault.endswith(": was changed")) for fault in told), told


@pytest.mark.parametrize("stored", [True, False], ids=["store", "manifest"])
@pytest.mark.parametrize("name", COVERED)
def test_damage_with_all_hashes_made_to_fit_is_found(made: World, exports: Path, name: str, stored: bool) -> None:
    damage, words = COVERED[name]
    folder = exports / "news" / "v2"
    then(damage, covered_up)(folder)
    told = [str(fault) for fault in faults(exports, made if stored else None)]
    if stored:
        assert any("jsonl: was changed" in fault for fault in told), told
    if words is not None:
        assert any(words in fault for fault in told), told
    elif not stored:
        # What is whole in itself is another version: nobody can tell without the store.
        assert told == []


def test_what_the_store_has_of_a_record_and_its_split_is_named(made: World, exports: Path) -> None:
    folder = exports / "news" / "v2"
    first = lines(folder, "train")[0]
    then(moved, covered_up)(folder)
    told = [fault for fault in faults(exports, made) if fault.what == "the store has the document in train"]
    ((line, document),) = {(fault.line, fault.document) for fault in told}
    assert document is not None
    assert document.encode() in first
    assert lines(folder, "test")[(line or 0) - 1] == first


def test_a_store_that_was_damaged_is_named_too(world: World, tmp_path: Path) -> None:
    version_of_all(world)
    exports = world.folder / "exports"
    with world.sql.engine.begin() as connection:
        connection.exec_driver_sql("update split set split = 'dev' where reason = 'given' and split = 'train'")
        connection.exec_driver_sql(
            "update decision set record = ? where cast(record as text) like '%Oslo%'", (b"{}\n",)
        )
    told = [str(fault) for fault in faults(exports, world)]
    assert sum("the store has the document in dev" in fault for fault in told) == 3
    assert sum("line is not the store's" in fault for fault in told) == 1


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(file=st.sampled_from(FILES), place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_byte_changed_anywhere_is_found(
    made: World, tmp_path_factory: pytest.TempPathFactory, file: str, place: float, flip: int
) -> None:
    exports = tmp_path_factory.mktemp("flip") / "exports"
    shutil.copytree(made.folder / "exports", exports)
    path = exports / "news" / "v2" / file
    content = bytearray(path.read_bytes())
    at = int(place * len(content))
    content[at] ^= flip
    path.write_bytes(content)
    # What no record gives and no hash covers.
    untold = file == "manifest.json" and b"code_version" in content[: at + 30].splitlines()[-1]
    for world in (made, None) if not untold else (made,):
        assert faults(exports, world), (file, at)
    shutil.rmtree(exports)


def test_a_folder_that_is_missing_is_a_fault_where_the_store_has_the_version(made: World, exports: Path) -> None:
    shutil.rmtree(exports / "news" / "v2")
    (fault,) = faults(exports, made)
    assert "`curator export news@2` writes it again" in fault.what
    with pytest.raises(CuratorError, match="no such version"):
        faults(exports, None)
    with pytest.raises(CuratorError, match="no such version"):
        faults(exports, made, DatasetRef("news", 3))


def test_what_is_no_file_is_named_and_nobody_waits_for_it(made: World, exports: Path) -> None:
    folder = exports / "news" / "v2"
    (folder / "link").symlink_to("nowhere")
    (folder / "empty").mkdir()
    (folder / "dev.jsonl").unlink()
    os.mkfifo(folder / "dev.jsonl")
    (folder / "LOSSES.json").unlink()
    (folder / "LOSSES.json").mkdir()
    for world in (made, None):
        told = {(fault.file, fault.what) for fault in faults(exports, world)}
        added = {("link", "was added"), ("empty/", "was added"), ("LOSSES.json/", "was added")}
        assert told >= added | {("LOSSES.json", "is missing"), ("dev.jsonl", "was changed")}


def test_what_a_version_was_converted_to_is_what_converting_gives(made: World, exports: Path) -> None:
    storage = VersionFolder(exports)
    list(convert(REF, formats(["doccano"]), store=made.store, storage=storage))
    assert faults(exports, made) == faults(exports, None) == []
    form = exports / "news" / "v2" / "formats" / "doccano"
    content = (form / "dev.jsonl").read_bytes()
    (form / "dev.jsonl").write_bytes(content.replace(b"Dakar", b"Tunis", 1))
    (form / "more").touch()
    (form / "LOSSES.json").unlink()
    (exports / "news" / "v2" / "formats" / "unknown").mkdir()
    told = [(fault.file, fault.what.partition(":")[0]) for fault in faults(exports, None)]
    assert told == [
        ("formats/doccano/LOSSES.json", "is missing"),
        ("formats/doccano/dev.jsonl", "was changed"),
        ("formats/doccano/more", "was added"),
        ("formats/unknown", "cannot be held against the records"),
    ]
    (exports / "news" / "v2" / "test.jsonl").unlink()
    assert ("formats/doccano", "cannot be held against records that are damaged") in [
        (fault.file, fault.what) for fault in faults(exports, None)
    ]


def test_verifying_changes_nothing(made: World, exports: Path) -> None:
    with made.store.reading() as transaction:
        before = transaction.seq
    faults(exports, made)
    with made.store.reading() as transaction:
        assert transaction.seq == before
    assert export_of(made, exports)().unchanged
