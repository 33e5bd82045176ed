"""What every Reader keeps to."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from curator.domain.document import RawDocument
from curator.files.documents import FileReader
from curator.steps.ports.documents import Reader, Refused
from tests.fakes.parts import Texts, raw, refused

MakeReader = Callable[[Mapping[str, str]], Reader]
TEXTS = {"b.txt": "Un séisme.\n", "d/z.txt": "Trois", "d/a.txt": "Deux", "a.txt": "Quatre", "d/empty.txt": " \n"}


@pytest.fixture(params=["files", "fake"])
def make_reader(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeReader:
    """Return what makes a reader of texts by their paths; a blank text is one to be refused."""

    def of_files(texts: Mapping[str, str]) -> Reader:
        monkeypatch.chdir(tmp_path)
        for path, text in texts.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_bytes(text.encode())
        return FileReader()

    def of_memory(texts: Mapping[str, str]) -> Reader:
        return Texts(*(raw(path, text) if text.strip() else refused(path) for path, text in texts.items()))

    return of_files if request.param == "files" else of_memory


def names(reader: Reader, *paths: str) -> list[str]:
    return [item.name for item in reader.read(paths)]


def documents(reader: Reader, *paths: str) -> list[RawDocument]:
    return [item for item in reader.read(paths) if isinstance(item, RawDocument)]


def test_documents_come_in_the_order_of_the_paths(make_reader: MakeReader) -> None:
    reader = make_reader(TEXTS)
    assert names(reader, "b.txt", "a.txt") == ["b.txt", "a.txt"]
    assert names(reader, "a.txt", "b.txt") == ["a.txt", "b.txt"]


def test_a_folder_stands_for_what_is_in_it_sorted(make_reader: MakeReader) -> None:
    assert names(make_reader(TEXTS), "b.txt", "d", "a.txt") == [
        "b.txt",
        "d/a.txt",
        "d/empty.txt",
        "d/z.txt",
        "a.txt",
    ]


def test_a_path_given_twice_is_read_twice(make_reader: MakeReader) -> None:
    reader = make_reader(TEXTS)
    assert names(reader, "a.txt", "a.txt") == ["a.txt", "a.txt"]
    assert documents(reader, "d") == documents(reader, "d")


def test_without_paths_nothing_comes(make_reader: MakeReader) -> None:
    assert names(make_reader(TEXTS)) == []


def test_text_and_digest_are_those_of_the_bytes(make_reader: MakeReader) -> None:
    texts = {"a.txt": "Un\r\nété.\n", "b.txt": "Un\r\nété.\n", "c.txt": "Un été."}
    read = documents(make_reader(texts), *texts)
    assert [document.text for document in read] == list(texts.values())
    assert [document.raw_sha256 for document in read] == [
        hashlib.sha256(text.encode()).hexdigest() for text in texts.values()
    ]


def test_refusals_come_in_their_place_with_reason_and_remedy_and_the_rest_goes_on(make_reader: MakeReader) -> None:
    items = list(make_reader(TEXTS).read(["missing.txt", "d"]))
    assert [(item.name, isinstance(item, Refused)) for item in items] == [
        ("missing.txt", True),
        ("d/a.txt", False),
        ("d/empty.txt", True),
        ("d/z.txt", False),
    ]
    errors = [item.error for item in items if isinstance(item, Refused)]
    assert all(error.what and error.remedy for error in errors)
    assert ["missing.txt" in errors[0].where, "d/empty.txt" in errors[1].where] == [True, True]
