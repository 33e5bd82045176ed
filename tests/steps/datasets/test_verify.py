"""Whatever is done to a version, verifying it says so; and of what is as it was written, nothing."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.bootstrap.formats import formats
from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.files.versions import VersionFolder
from curator.steps.datasets.convert import convert
from curator.steps.datasets.verify.fault import Fault
from curator.steps.datasets.verify.verify import verify
from tests.fakes.parts import silent
from tests.fakes.world import World
from tests.steps.datasets.damage import (
    Value,
    covered_up,
    lines,
    manifest_changed,
    moved,
    other_text,
    record_changed,
    version_of_all,
    write_lines,
)
from tests.steps.datasets.test_freeze import export_of

REF = DatasetRef("news", 2)
FILES = (
    *("README.md", "LOSSES.json", "manifest.json", "train.jsonl", "dev.jsonl", "test.jsonl"),
    *("loadable/train.jsonl", "loadable/dev.jsonl", "loadable/test.jsonl"),
)
Damage = Callable[[Path], object]


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


def _swapped(folder: Path) -> None:
    write_lines(folder, "train", lines(folder, "train")[::-1])


def _sorted(folder: Path) -> None:
    write_lines(folder, "train", sorted(lines(folder, "train")))


def _doubled(folder: Path) -> None:
    write_lines(folder, "train", [lines(folder, "train")[0], *lines(folder, "train")])


def _in_both(folder: Path) -> None:
    write_lines(folder, "dev", sorted([*lines(folder, "dev"), lines(folder, "train")[0]]))


def _appended(file: str, content: bytes) -> Damage:
    def damage(folder: Path) -> None:
        with (folder / file).open("ab") as stream:
            stream.write(content)

    return damage


def _replaced(file: str, before: bytes, after: bytes) -> Damage:
    def damage(folder: Path) -> None:
        content = (folder / file).read_bytes()
        assert before in content
        (folder / file).write_bytes(content.replace(before, after, 1))

    return damage


def _then(*damages: Damage) -> Damage:
    def damage(folder: Path) -> None:
        for each in damages:
            each(folder)

    return damage


def where(words: bytes, change: Callable[[Value], object]) -> Damage:
    """Return what changes the record of train that has these words."""

    def damage(folder: Path) -> None:
        at = next(at for at, line in enumerate(lines(folder, "train")) if words in line)
        record_changed(change, at=at)(folder)

    return damage


def with_spans(change: Callable[[Value], object]) -> Damage:
    return where(b"Paul", lambda value: change(value["spans"]["entities"][0]))


def with_relations(change: Callable[[Value], object]) -> Damage:
    return where(b"Marie", change)


def _oslo(change: Callable[[Value], object]) -> Damage:
    return where(b"Oslo", change)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "a file added": (_appended("notes.txt", b"x"), "notes.txt: was added"),
    "a file added in a folder": (_appended("loadable/notes.txt", b""), "loadable/notes.txt: was added"),
    "bytes after the end": (_appended("train.jsonl", b"\n"), "train.jsonl: was changed"),
    "truncated": (lambda folder: (folder / "train.jsonl").write_bytes(lines(folder, "train")[0][:-5]), "train.jsonl:1"),
    "emptied": (lambda folder: (folder / "dev.jsonl").write_bytes(b""), "dev.jsonl: was changed"),
    "a line removed": (lambda folder: write_lines(folder, "train", lines(folder, "train")[1:]), "was changed"),
    "lines swapped": (_swapped, "not in the order of their ids"),
    "a line doubled": (_doubled, "document is there twice"),
    "a record in two splits": (_in_both, "document is in train too"),
    "a label": (with_spans(lambda span: span.update(label="GPE")), "line is not written"),
    "an unknown label": (with_spans(lambda span: span.update(label="XYZ")), "unknown-label"),
    "an offset": (with_spans(lambda span: span.update(start=1)), "span does not fit its text"),
    "an offset outside": (with_spans(lambda span: span.update(end=10_000)), "span does not fit its text"),
    "offsets that are none": (with_spans(lambda span: span.update(start="0")), "span does not fit its text"),
    "a span's text": (with_spans(lambda span: span.update(text="autre")), "span does not fit its text"),
    "an id": (record_changed(lambda value: value.update(id="0" * 24)), "id is not that of its text"),
    "a text": (_oslo(lambda value: value.update(text="Oslo dort sous la pluie.")), "id is not that of its text"),
    "metadata": (record_changed(lambda value: value["meta"].update(n=99)), "loadable/train.jsonl:1"),
    "provenance": (record_changed(lambda value: value["provenance"].update(policy="x")), "loadable/train.jsonl:1"),
    "a key more": (record_changed(lambda value: value.update(more=1)), "line is not written as records are"),
    "a key less": (record_changed(lambda value: value.pop("relations")), "line is not written as records are"),
    "not JSON": (_appended("test.jsonl", b"{\n"), "test.jsonl:2: not a JSON object"),
    "loadable swapped": (
        lambda folder: shutil.copy(folder / "loadable/dev.jsonl", folder / "loadable/train.jsonl"),
        "line is not that of its record",
    ),
    "a relation's end": (
        with_relations(lambda value: value["relations"][0].update(head="events:0-1:ATTACK")),
        "relation names no span",
    ),
    "a ledger's count": (_replaced("LOSSES.json", b'"doubled": 1', b'"doubled": 2'), "counts are"),
    "a ledger emptied": (_replaced("LOSSES.json", b"{", b"["), "is no ledger"),
    "a card": (_replaced("README.md", b"Licence: none", b"Licence: some"), "is not the card of its manifest"),
    "a manifest's count": (manifest_changed(lambda m: m["counts"].update(documents=7)), "counts.documents is 7, not 6"),
    "a manifest's bytes": (manifest_changed(lambda m: m["files"]["dev.jsonl"].update(bytes=1)), "dev.jsonl.bytes is 1"),
    "a manifest's records": (manifest_changed(lambda m: m["files"]["dev.jsonl"].update(records=3)), "records is 3"),
    "a manifest's hash": (manifest_changed(lambda m: m["files"]["dev.jsonl"].update(sha256="0")), 'sha256 is "0"'),
    "a manifest's digest": (manifest_changed(lambda m: m.update(digest="0" * 64)), "digest is"),
    "a manifest's name": (manifest_changed(lambda m: m.update(dataset="olds")), 'dataset is "olds", not "news"'),
    "a manifest's number": (manifest_changed(lambda m: m.update(version=3)), "version is 3, not 2"),
    "a manifest's parent": (manifest_changed(lambda m: m.update(parent=None)), "is not the card"),
    "a parent's digest": (manifest_changed(lambda m: m["parent"].update(digest="0" * 64)), "parent's digest is"),
    "a manifest's rules": (manifest_changed(lambda m: m["rules"]["split"].update(seed="x")), "digest is"),
    "a manifest's schema": (manifest_changed(lambda m: m["schema"].update(title="x")), "schema_hash is"),
    "a schema that is none": (manifest_changed(lambda m: m.update(schema=[])), "manifest.json"),
    "a record format": (manifest_changed(lambda m: m.update(record_format=9)), "record_format 9 is not known"),
    "a key more in the manifest": (manifest_changed(lambda m: m.update(more=1)), "more is not known"),
    "a key less in the manifest": (manifest_changed(lambda m: m.pop("rules")), "is no manifest"),
    "files unlisted": (manifest_changed(lambda m: m.pop("files")), "manifest.json"),
    "a manifest that is none": (lambda folder: (folder / "manifest.json").write_bytes(b"[]"), "is no JSON object"),
    "a manifest reformatted": (_appended("manifest.json", b" "), "manifest.json"),
} | {f"{file} removed": (lambda folder, file=file: (folder / file).unlink(), f"{file}: is missing") for file in FILES}


@pytest.mark.parametrize("stored", [True, False], ids=["store", "manifest"])
@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_and_named(made: World, exports: Path, name: str, stored: bool) -> None:
    damage, words = DAMAGES[name]
    damage(exports / "news" / "v2")
    told = [str(fault) for fault in faults(exports, made if stored else None)]
    # Where a file is not the store's, what it should say of the records is not asked.
    assert any(words in fault or (stored and fault.endswith(": was changed")) for fault in told), told


COVERED: dict[str, tuple[Damage, str | None]] = {
    "a record moved": (moved, None),
    "a record removed": (lambda folder: write_lines(folder, "train", lines(folder, "train")[1:]), None),
    "a text and its id": (_then(_oslo(other_text), _sorted), None),
    "metadata": (record_changed(lambda value: value["meta"].update(n=99)), None),
    "lines swapped": (_swapped, "not in the order of their ids"),
    "a line doubled": (_doubled, "document is there twice"),
    "a record in two splits": (_in_both, "document is in train too"),
    "a label": (with_spans(lambda span: span.update(label="GPE")), "line is not written as records are"),
    "an unknown label": (with_spans(lambda span: span.update(label="XYZ")), "unknown-label"),
    "an offset": (with_spans(lambda span: span.update(start=1)), "span does not fit its text"),
    "a blank edge": (
        with_spans(lambda span: span.update(end=5, text="Paul ", id="entities:0-5:PER")),
        "span is trimmed",
    ),
    "overlapping spans": (
        with_relations(
            lambda value: value["spans"]["entities"].insert(
                1, {"id": "entities:6-11:PER", "start": 6, "end": 11, "label": "PER", "text": "Curie"}
            )
        ),
        "span is overlaps-longer",
    ),
    "a span doubled": (
        with_relations(lambda value: value["spans"]["entities"].insert(0, value["spans"]["entities"][0])),
        "span is doubled",
    ),
    "a relation doubled": (
        with_relations(lambda value: value["relations"].append(value["relations"][0])),
        "relation is doubled",
    ),
    "an unknown relation": (
        with_relations(lambda value: value["relations"][0].update(label="with")),
        "unknown-relation",
    ),
    "an attribute's value": (
        with_relations(lambda value: value["attributes"][0].update(value="sûr")),
        "unknown-choice",
    ),
    "a layer": (record_changed(lambda value: value["spans"].pop("events")), "layers are not those"),
    "an id": (record_changed(lambda value: value.update(id="0" * 24)), "id is not that of its text"),
}


@pytest.mark.parametrize("stored", [True, False], ids=["store", "manifest"])
@pytest.mark.parametrize("name", COVERED)
def test_damage_with_all_hashes_made_to_fit_is_found(made: World, exports: Path, name: str, stored: bool) -> None:
    damage, words = COVERED[name]
    folder = exports / "news" / "v2"
    _then(damage, covered_up)(folder)
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
    _then(moved, covered_up)(folder)
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
