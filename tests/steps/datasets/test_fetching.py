"""A copied version from elsewhere: another store's dataset, whole and verified, or nothing."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import fsspec
import pytest

from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.files.remote import remote_folder
from curator.steps.datasets import freeze
from curator.steps.datasets.comparing.authors import attributed
from curator.steps.datasets.comparing.version_diff import document_lines, readable_version
from curator.steps.datasets.show import show_version
from curator.steps.datasets.tags import tag_version
from curator.steps.datasets.versions import versions
from tests.fakes.fuse import Fuse, FusedStore, Killed
from tests.fakes.remote import Line, failing_folder
from tests.steps.datasets.copies import NEWS, TEXTS, Site, altered, content, site

OTHER = DatasetRef("other", 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copied version, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    with site(folder / "there") as there:
        there.annotate(*TEXTS)
        there.export()
        there.copy(str(folder / "copies"))
        there.annotate("Nantes attend la pluie depuis lundi")
        there.export()
        there.copy(str(folder / "second"), DatasetRef("news", 2))
    return folder / "copies" / "news" / "v1"


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """The folder of a copied version, which may be changed."""
    shutil.copytree(made, tmp_path / "copies" / "news" / "v1")
    return tmp_path / "copies" / "news" / "v1"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "here") as made_here:
        yield made_here


def test_a_version_is_fetched_as_it_was_made_and_once(here: Site, copied: Path) -> None:
    files = content(copied)
    fetched = here.fetch(str(copied))
    size = sum(map(len, files.values()))
    assert (fetched.ref, fetched.made_as, fetched.unchanged) == (NEWS, "news", False)
    assert (fetched.received, fetched.kept) == (size, 0)
    assert (fetched.path, fetched.address) == (here.exports / "news" / "v1", f"file://{copied}")
    assert here.files() == files
    assert [entry.name for entry in here.exports.iterdir()] == ["news"]
    again = here.fetch(f"file://{copied}")
    assert (again.unchanged, again.received, again.path) == (True, len(files["manifest.json"]), fetched.path)
    (listed,) = versions(here.world.store, here.storage)
    assert (listed.dataset, listed.number, listed.digest) == ("news", 1, fetched.digest)
    assert (listed.fetched_from, sum((listed.records or {}).values())) == (fetched.address, len(TEXTS))
    # No document, annotation or decision came with it.
    counts = here.world.status()
    assert (counts["documents"], counts["annotations"], counts["versions"]) == (0, 0, 1)


def test_of_a_dataset_the_newest_version_that_is_whole_is_fetched(here: Site, made: Path, copied: Path) -> None:
    (copied.parent / "v3").mkdir()
    (copied.parent / "v3" / "train.jsonl").write_bytes(b"half")
    shutil.copytree(made.parent.parent.parent / "second" / "news" / "v2", copied.parent / "v2")
    (copied.parent / "vx").mkdir()
    (copied.parent / f"v{'9' * 200}").mkdir()
    assert here.fetch(str(copied.parent)).ref.number == 2
    shutil.rmtree(copied.parent)
    copied.parent.mkdir()
    with pytest.raises(CuratorError, match="no copied version is there"):
        here.fetch(str(copied.parent))
    with pytest.raises(CuratorError, match="no copied version is there"):
        here.fetch(str(copied.parent / "nowhere"))


def test_it_is_shown_verified_tagged_and_compared_as_any_other(here: Site, copied: Path) -> None:
    fetched = here.fetch(str(copied))
    assert here.faults() == []
    shown = show_version(NEWS, [], store=here.world.store, storage=here.storage)
    assert (shown.fetched_from, shown.against, list(shown.differing)) == (fetched.address, "store", [])
    tag_version(here.world.store, NEWS, "theirs")
    here.annotate(*TEXTS, label="PER")
    here.export("mine")
    mine, theirs = (
        readable_version(ref, store=here.world.store, storage=here.storage) for ref in (DatasetRef("mine", 1), NEWS)
    )
    documents = document_lines(mine, theirs, here.storage)
    differing = list(attributed(documents, mine, theirs, here.world.store))
    assert len(differing) == len(TEXTS)
    assert [document.authors for document in differing] == [()] * len(TEXTS)
    assert {change.diff.changes.spans[0].kind for change in differing} == {"relabelled"}


def test_what_was_changed_of_it_is_told_by_every_byte(here: Site, copied: Path) -> None:
    here.fetch(str(copied))
    manifest = here.exports / "news" / "v1" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"code_version": "0"', '"code_version": "9"'))
    assert here.faults() == ["manifest.json: was changed"]
    with pytest.raises(CuratorError, match=r"datasets fetch file://.*/copies/news/v1 --as news` fetches it again"):
        here.fetch(str(copied))
    shutil.rmtree(manifest.parent)
    assert here.faults()[0].startswith("folder is missing: ")
    assert (here.fetch(str(copied)).unchanged, here.faults()) == (False, [])


def test_under_another_name_it_stays_what_it_was(here: Site, copied: Path) -> None:
    fetched = here.fetch(str(copied), "other")
    assert (fetched.ref, fetched.made_as) == (OTHER, "news")
    assert here.files(OTHER) == content(copied)
    assert here.faults(OTHER) == []
    assert here.fetch(str(copied), "other").unchanged
    # Beside it, by its own name, it is a version of its own.
    assert here.fetch(str(copied)).ref == NEWS


def test_a_name_or_number_of_this_store_is_not_taken(here: Site, copied: Path) -> None:
    here.annotate(*TEXTS, label="PER")
    here.export()
    before = here.files()
    with pytest.raises(CuratorError, match=r"news@1 is another version here.*--as OTHER"):
        here.fetch(str(copied))
    second = altered(copied, copied.parent / "v2", version=2)
    with pytest.raises(CuratorError, match=r"news is a dataset of this store.*--as OTHER"):
        here.fetch(str(second))
    assert here.files() == before
    assert here.fetch(str(copied), "other").ref == OTHER
    assert here.storage.versions("news") == [1]


def test_its_own_version_that_comes_back_is_unchanged(here: Site, tmp_path: Path) -> None:
    here.annotate(*TEXTS)
    here.export()
    address = here.copy(str(tmp_path / "copies")).address
    assert here.fetch(address).unchanged
    before = here.files()
    shutil.rmtree(here.exports / "news" / "v1")
    assert here.fetch(address).unchanged
    assert here.files() == before
    with here.world.store.reading() as transaction:
        assert [version.fetched_from for version in transaction.versions.all()] == [""]


def test_a_fetched_dataset_is_not_exported_into(here: Site, copied: Path) -> None:
    here.fetch(str(copied))
    here.annotate(*TEXTS, label="PER")
    with pytest.raises(CuratorError, match="news is another store's dataset, which was fetched"):
        here.export()
    assert here.storage.versions("news") == [1]
    assert here.export("mine").manifest["parent"] is None


def test_a_name_that_is_fetched_while_it_is_exported_is_not_exported_into(
    here: Site, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.annotate(*TEXTS, label="PER")
    draft: Any = vars(freeze)["draft"]

    def meanwhile(*arguments: Any) -> Any:
        here.fetch(str(copied))
        return draft(*arguments)

    monkeypatch.setattr(freeze, "draft", meanwhile)
    with pytest.raises(CuratorError, match="which was fetched"):
        here.export()
    assert here.files() == content(copied)
    assert here.storage.versions("news") == [1]


def test_a_name_that_is_exported_while_it_is_fetched_is_not_taken(here: Site, copied: Path) -> None:
    here.annotate(*TEXTS, label="PER")
    exported: list[str] = []

    class Meanwhile(Unsized):
        def blocks(self, file: str, start: int = 0) -> Iterator[bytes]:
            if file == "train.jsonl" and not exported:
                exported.append(here.export().digest)
            blocks: Iterator[bytes] = self._folder.blocks(file, start)
            return blocks

    source: Any = Meanwhile(remote_folder(str(copied)))
    with pytest.raises(CuratorError, match="news@1 is another version here"):
        here.fetch(source)
    assert [(each.digest, each.fetched_from) for each in versions(here.world.store, here.storage)] == [
        (exported[0], "")
    ]
    assert here.faults() == []
    # What has come is there for a fetch under another name.
    assert here.fetch(str(copied), "other").received == (copied / "manifest.json").stat().st_size


def test_a_fetched_version_is_copied_on(here: Site, copied: Path, tmp_path: Path) -> None:
    here.fetch(str(copied), "other")
    here.copy(str(tmp_path / "further"), OTHER)
    assert content(tmp_path / "further" / "other" / "v1") == content(copied)


def test_a_folder_of_the_same_bytes_is_taken_in_and_another_one_is_left_alone(here: Site, copied: Path) -> None:
    shutil.copytree(copied, here.exports / "news" / "v1")
    assert here.fetch(str(copied)).unchanged
    assert len(versions(here.world.store, here.storage)) == 1
    (here.exports / "other" / "v1").mkdir(parents=True)
    (here.exports / "other" / "v1" / "notes.txt").write_text("mine")
    with pytest.raises(CuratorError, match="there is another folder other/v1 already"):
        here.fetch(str(copied), "other")
    assert content(here.exports / "other" / "v1") == {"notes.txt": b"mine"}


def _lines(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest of a copied version."""
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    edit(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _rehash(path: Path, file: str) -> None:
    data = (path / file).read_bytes()
    facts = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    _lines(path, lambda manifest: manifest["files"][file].update(facts))


def _facts(file: str, **values: Any) -> Callable[[Path], None]:
    return lambda path: _lines(path, lambda manifest: manifest["files"].setdefault(file, {}).update(values))


def _values(**values: Any) -> Callable[[Path], None]:
    return lambda path: _lines(path, lambda manifest: manifest.update(values))


def _bytes(file: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        (path / file).write_bytes(change((path / file).read_bytes()))

    return damage


def _foreign_record(path: Path) -> None:
    _bytes("train.jsonl", lambda data: data.replace(b'"start":0', b'"start":1', 1))(path)
    _rehash(path, "train.jsonl")


_HASH = "0" * 64
HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a name that leads out": (_facts("../../x", sha256=_HASH, bytes=1), "names a file that no version has"),
    "an absolute name": (_facts("/etc/passwd", sha256=_HASH, bytes=1), "names a file that no version has"),
    "a dataset that leads out": (_values(dataset="../x"), "no name for a dataset"),
    "a hidden dataset": (_values(dataset=".fetching"), "no name for a dataset"),
    "no number": (_values(version="1"), "names no version"),
    "true for a number": (_values(version=True), "names no version"),
    "a huge number": (_values(version=10**30), "names no version"),
    "no digest": (_values(digest=None), "not the manifest of a version"),
    "another digest": (_values(digest=_HASH), "digest is"),
    "a parent that is none": (_values(parent=5), "manifest.json: parent should be null or an object with version"),
    "a parent of nothing": (_values(parent={}), "manifest.json: parent should be null or an object with version"),
    "rules that are none": (_values(rules=[]), "manifest.json: rules should be an object"),
    "a schema that is none": (_values(schema=[]), "manifest.json: schema should be an object with a name and a list"),
    "layers that are none": (_values(schema={"name": "x", "layers": 5}), "manifest.json: schema should be an object"),
    "no files": (_values(files=[]), "not the manifest of a version"),
    "a split that is not named": (
        lambda path: _lines(path, lambda manifest: manifest["files"].pop("dev.jsonl")),
        "does not name dev.jsonl",
    ),
    "a negative size": (_facts("train.jsonl", bytes=-1), "no hash and size of train.jsonl"),
    "facts that are none": (
        lambda path: _lines(path, lambda manifest: manifest["files"].update({"README.md": 3})),
        "no hash and size",
    ),
    "a manifest that is no JSON": (_bytes("manifest.json", lambda _: b"<html>"), "manifest is no JSON object"),
    "a manifest cut short": (_bytes("manifest.json", lambda data: data[:-20]), "manifest is no JSON object"),
    "a nest of lists": (_bytes("manifest.json", lambda _: b"[" * 100_000), "manifest is no JSON object"),
    "nested rules": (
        lambda path: _bytes(
            "manifest.json",
            lambda data: data.replace(b'"rules": {', b'"rules": {"deep": ' + b"[" * 900 + b"]" * 900 + b", ", 1),
        )(path),
        "news@1 is not",
    ),
    "a giant manifest": (_bytes("manifest.json", lambda data: data + b" " * (1 << 24)), "larger than"),
    "a file longer than told": (_bytes("train.jsonl", lambda data: data * 2), "its manifest says"),
    "a file cut short": (_bytes("train.jsonl", lambda data: data[:-9]), "its manifest says"),
    "wrong bytes": (
        _bytes("train.jsonl", lambda data: data.replace(b'"lang":"fr"', b'"lang":"en"')),
        "train.jsonl has another hash",
    ),
    "a missing file": (lambda path: (path / "LOSSES.json").unlink(), "LOSSES.json"),
    "records that do not fit": (_foreign_record, "span does not fit its text"),
    "counts that are wrong": (
        lambda path: _lines(path, lambda manifest: manifest["counts"].update(documents=9)),
        "counts.documents is 9",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_not_as_a_manifest_says_is_told_in_a_line_and_nothing_of_it_is_here(
    here: Site, copied: Path, made: Path, case: str
) -> None:
    damage, said = HOSTILE[case]
    damage(copied)
    with pytest.raises(CuratorError) as caught:
        here.fetch(str(copied))
    assert said in str(caught.value), str(caught.value)
    assert "\n" not in str(caught.value)
    assert here.nothing_is_here()
    outside = {path.name for path in here.exports.parent.iterdir()}
    assert outside <= {"exports", "store.sqlite3", "inbox.sqlite3"} | {name for name in outside if "sqlite3-" in name}
    # What was right of it may be used by the next fetch, of the right version.
    assert here.fetch(str(made)).ref == NEWS
    assert here.faults() == []


@pytest.mark.parametrize("name", ["manifest.json", "train.jsonl"])
def test_a_pipe_is_no_file(here: Site, copied: Path, name: str) -> None:
    (copied / name).unlink()
    os.mkfifo(copied / name)
    with pytest.raises(CuratorError, match="is no file"):
        here.fetch(str(copied))
    assert here.nothing_is_here()


def test_an_empty_name_is_not_that_of_where_it_was_made(here: Site, copied: Path) -> None:
    with pytest.raises(CuratorError, match="no name for a dataset"):
        here.fetch(str(copied), "")
    assert here.nothing_is_here()


class Unsized:
    """A folder whose files have no size that anybody could tell."""

    def __init__(self, folder: Any) -> None:
        self._folder = folder
        self.address = folder.address

    def size(self, file: str) -> int | None:
        size: int | None = self._folder.size(file)
        return size if file == "manifest.json" else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._folder, name)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data * 2, "file is longer than its manifest says"),
        (lambda data: data[:-9], "train.jsonl ends after"),
    ],
)
def test_where_nobody_tells_sizes_no_byte_too_many_is_kept(
    here: Site, copied: Path, made: Path, change: Callable[[bytes], bytes], said: str
) -> None:
    _bytes("train.jsonl", change)(copied)
    source: Any = Unsized(remote_folder(str(copied)))
    with pytest.raises(CuratorError, match=said):
        here.fetch(source)
    (kept,) = here.exports.glob(".fetching/*/news/v1/train.jsonl")
    assert kept.stat().st_size <= (made / "train.jsonl").stat().st_size
    assert here.nothing_is_here()
    assert here.fetch(str(made)).ref == NEWS


def test_a_fetch_goes_on_within_a_file(here: Site, copied: Path) -> None:
    whole = (copied / "README.md").stat().st_size
    before = 0
    for calls in range(1, 60):
        with pytest.raises(CuratorError, match="it goes on from here"):
            here.fetch(failing_folder(str(copied), Line(calls)))
        before = sum(path.stat().st_size for path in here.exports.glob(".fetching/*/news/v1/README.md"))
        if before:
            break
    assert 0 < before < whole
    losses = (copied / "LOSSES.json").stat().st_size
    fetched = here.fetch(str(copied))
    assert fetched.kept == before + losses
    rest = sum(map(len, content(copied).values())) - fetched.kept
    assert (fetched.received, here.files()) == (rest, content(copied))


def test_kept_bytes_that_are_wrong_are_fetched_anew(here: Site, copied: Path) -> None:
    with pytest.raises(CuratorError):
        here.fetch(failing_folder(str(copied), Line(30)))
    kept = [path for path in here.exports.glob(".fetching/*/news/v1/*") if path.is_file() and path.stat().st_size]
    kept[0].write_bytes(b"x" * kept[0].stat().st_size)
    here.fetch(str(copied))
    assert here.files() == content(copied)


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_a_fetch_that_is_cut_short_at_any_call_has_nothing_here_and_goes_on(
    tmp_path: Path, copied: Path, scheme: str
) -> None:
    files = content(copied)
    address = str(copied)
    if scheme == "memory":
        address = "memory://copies/news/v1"
        for name, data in files.items():
            remote_folder(address).write(name, [data])
    counting = Line()
    with site(tmp_path / "counting") as here:
        here.fetch(failing_folder(address, counting))
    assert counting.calls > 50
    kept = 0
    with site(tmp_path / "sweep") as here:
        beginning = here.world.keep()
        for call in range(counting.calls):
            with pytest.raises(CuratorError) as caught:
                here.fetch(failing_folder(address, Line(call)))
            assert "\n" not in str(caught.value)
            assert here.nothing_is_here()
            fetched = here.fetch(address)
            assert here.files() == files
            kept += bool(fetched.kept)
            shutil.rmtree(here.exports)
            here.world.back_to(beginning)
    assert kept > 20
    memory: Any = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def test_several_that_fetch_at_once_get_one_version(here: Site, copied: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        fetched = list(pool.map(lambda _: here.fetch(str(copied)), range(4)))
    assert sorted(each.unchanged for each in fetched) == [False, True, True, True]
    assert here.files() == content(copied)
    assert len(versions(here.world.store, here.storage)) == 1
    assert [entry.name for entry in here.exports.iterdir()] == ["news"]


@pytest.mark.parametrize("death", range(1, 6))
def test_a_store_that_fails_at_the_end_leaves_what_the_next_fetch_takes_in(
    here: Site, copied: Path, death: int
) -> None:
    fuse = Fuse(death)
    store = here.world.store
    here.world.store = FusedStore(store, fuse)
    with suppress(Killed):
        here.fetch(str(copied))
    here.world.store = store
    assert here.fetch(str(copied)).ref == NEWS
    assert here.faults() == []
    assert here.files() == content(copied)
