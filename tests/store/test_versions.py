"""Dataset versions, on both databases."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError, NotThere
from curator.files.version_files import VersionFileReader
from curator.files.versions import VersionFolder
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.datasets.pull import Pull
from curator.steps.ports.stored_versions import StoredVersion, VersionFile
from curator.store.database import SqlStore
from tests.store.conftest import arrival
from tests.store.test_decisions import RULES, decision

VERSION = StoredVersion(
    "news",
    1,
    "a" * 64,
    as_of=3,
    retrospective=True,
    files={"train.jsonl": VersionFile("b" * 64, 12), "README.md": VersionFile("c" * 64, 4, b"\x00\xffab")},
)


def decisions(store: SqlStore, **records: bytes) -> list[int]:
    """Decide documents with these texts, each with a record; returns the numbers of the decisions."""
    with store.writing() as transaction:
        transaction.documents.add([arrival(text) for text in records])
        kept = transaction.decisions.add(
            {document_id(text): ("key", decision(document_id(text), record=record)) for text, record in records.items()}
        )
    return [kept[document_id(text)].number for text in records]


def test_a_version_comes_back_as_it_was_added(store: SqlStore) -> None:
    first, second, third = decisions(store, Paris=b"1\n", Lyon=b"2\n", Nice=b"3\n")
    with store.writing() as transaction:
        transaction.versions.add(VERSION, [("train", third), ("dev", second), ("train", first)])
        transaction.versions.add(StoredVersion("old", 7, "d" * 64, 1), [])
    with store.reading() as transaction:
        versions = transaction.versions
        kept, old = versions.all()
        assert versions.all("old") == [old] == [StoredVersion("old", 7, "d" * 64, 1)]
        assert (kept.reproducible, old.reproducible) == (True, False)
        assert (str(kept), kept.digest, kept.as_of, kept.retrospective) == ("news@1", "a" * 64, 3, True)
        assert {name: (file.sha256, file.size) for name, file in kept.files.items()} == {
            "train.jsonl": ("b" * 64, 12),
            "README.md": ("c" * 64, 4),
        }
        assert versions.content(kept, "README.md") == b"\x00\xffab"
        assert versions.content(kept, "train.jsonl") == versions.content(old, "README.md") == b""
        assert list(versions.lines(kept, "train")) == [[b"3\n", b"1\n"]]
        assert list(versions.lines(kept, "dev")) == [[b"2\n"]]
        assert list(versions.lines(kept, "test")) == list(versions.lines(old, "train")) == []
        assert list(versions.decisions(kept, "train")) == [third, first]
        assert list(versions.decisions(old, "train")) == []
        assert transaction.counts()["versions"] == 2


def test_a_version_of_another_store_keeps_where_it_is_from(store: SqlStore) -> None:
    files = {"train.jsonl": VersionFile("b" * 64, 12), "manifest.json": VersionFile("c" * 64, 4)}
    fetched = StoredVersion("theirs", 7, "d" * 64, 0, files=files, fetched_from="s3://box/theirs/v7")
    with store.writing() as transaction:
        transaction.versions.add(fetched, [])
        transaction.versions.add(VERSION, [])
    with store.reading() as transaction:
        own, kept = transaction.versions.all()
        assert kept == fetched
        assert (kept.reproducible, own.reproducible, own.fetched_from) == (False, True, "")
        assert list(transaction.versions.lines(kept, "train")) == []


def test_a_number_is_given_once(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.versions.add(VERSION, [])

    def again() -> Any:
        with store.writing() as transaction:
            transaction.versions.add(VERSION, [])

    with pytest.raises(CuratorError, match="the store failed"):
        again()
    with store.reading() as transaction:
        assert len(transaction.versions.all("news")) == 1


def test_a_version_is_written_again_byte_for_byte(store: SqlStore, reviewed: list[str], tmp_path: Path) -> None:
    def export() -> Frozen:
        return freeze(
            "news",
            store=store,
            storage=VersionFolder(tmp_path),
            rules=RULES,
            read_content=READ_ANNOTATION,
            as_of=None,
            code_version="0",
        )

    first = export()
    before = VersionFolder(tmp_path).digests("news", 1)
    shutil.rmtree(first.path)
    again = export()
    assert (again.version, again.restored, again.manifest["counts"]["documents"]) == (1, True, len(reviewed))
    assert VersionFolder(tmp_path).digests("news", 1) == before


def test_tags_are_set_anew_and_keep_all_that_they_were_set_to(store: SqlStore) -> None:
    moves = [("news", "stable", 1), ("news", "gold", 1), ("old", "stable", 7), ("news", "stable", 2)]
    for move in (*moves, moves[-1], moves[2]):
        with store.writing() as transaction:
            transaction.versions.tag(*move)
    with store.reading() as transaction:
        versions = transaction.versions
        history = versions.tag_history()
        assert [(tag.dataset, tag.name, tag.number) for tag in history] == moves
        assert [tag.at for tag in history] == sorted({tag.at for tag in history})
        assert [(tag.name, tag.number) for tag in versions.tags("news")] == [("gold", 1), ("stable", 2)]
        assert [(tag.dataset, tag.number) for tag in versions.tags()] == [("news", 1), ("news", 2), ("old", 7)]
        assert [tag.number for tag in versions.tag_history("old")] == [7]
        assert versions.tags("none") == []


def test_a_version_and_what_a_tag_is_set_to_are_found_by_name(store: SqlStore) -> None:
    with store.writing() as transaction:
        versions = transaction.versions
        for dataset, number in (("news", 1), ("news", 2), ("other", 1)):
            versions.add(StoredVersion(dataset, number, str(number) * 64, number, files=VERSION.files), [])
        versions.tag("news", "stable", 2)
        versions.tag("news", "stable", 1)
        versions.tag("other", "stable", 1)
        seq = transaction.seq
    with store.reading() as transaction:
        versions = transaction.versions
        listed = versions.all()
        assert [versions.find(version.dataset, version.number) for version in listed] == listed
        found = versions.find("news", 2)
        assert found is not None
        assert (found.digest, found.files.keys()) == ("2" * 64, VERSION.files.keys())
        assert transaction.seq_at(found.created_at) == seq
        assert versions.find("news", 3) is versions.find("none", 1) is None
        assert versions.tagged("news", "stable") == 1
        assert versions.tagged("news", "none") is versions.tagged("none", "stable") is None


def test_no_name_is_one_that_a_database_will_not_look_for(store: SqlStore, tmp_path: Path) -> None:
    with store.writing() as transaction:
        transaction.versions.add(VERSION, [])
    folders = VersionFolder(tmp_path)
    pull = Pull(lambda: store, folders, VersionFileReader(folders))
    assert str(pull.find("news", "v1")) == "news@1"
    names = ("none", "", "\x00", "news\x00", "n\u00e9ws", "news@1", "../news", "\ufffd", "a" * 10_000)
    refs = ("2", "999999999", "9" * 30, "stable", "\x00", "\u00e9", "1\n", "")
    for name, ref in [*((name, "1") for name in names), *(("news", ref) for ref in refs)]:
        with pytest.raises(NotThere):
            pull.find(name, ref)
