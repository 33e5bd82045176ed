"""Files of JSON values, read a block at a time."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.errors import InputRefused
from curator.steps.intake.json_file import json_elements, json_files
from curator.steps.ports.imports import ImportFiles


class _Slow(io.BytesIO):
    """A stream that never gives more than some bytes at once."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.most if size is None or size < 0 else min(size, self.most))


class MemoryFiles:
    """Implements `ImportFiles` for a file in memory, which is read some bytes at a time."""

    name = "folder"

    def __init__(self, data: bytes, most: int = 1 << 20) -> None:
        self.data, self.most = data, most

    def names(self) -> Sequence[str]:
        return ["a.json"]

    def has(self, file: str) -> bool:
        return file in self.names()

    def shown(self, file: str) -> str:
        return f"folder/{file}"

    @contextmanager
    def open(self, _file: str) -> Iterator[IO[bytes]]:
        yield _Slow(self.data, self.most)

    def read(self, _file: str) -> bytes:
        return self.data


def elements(data: bytes, most: int = 1 << 20, limit: int = 1_000_000) -> list[tuple[str, Any]]:
    files: ImportFiles = MemoryFiles(data, most)
    return [(item.name.removeprefix("folder/a.json:"), item.value) for item in json_elements(files, "a.json", limit)]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('abé😀"\\ \n', max_size=4), inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.text("ab", max_size=2), VALUES, max_size=4)


@settings(deadline=None, max_examples=200)
@given(st.lists(VALUES, min_size=1, max_size=5), st.integers(1, 20), st.sampled_from([None, 1]), st.booleans())
def test_a_list_is_its_elements_however_it_is_cut(values: list[Any], most: int, indent: int | None, raw: bool) -> None:
    if isinstance(values[0], str):
        values.insert(0, None)
    data = json.dumps(values, indent=indent, ensure_ascii=not raw).encode()
    assert elements(data, most) == [(str(number), value) for number, value in enumerate(values, start=1)]


@settings(deadline=None, max_examples=100)
@given(st.lists(OBJECTS, max_size=5), st.integers(1, 20))
def test_values_one_after_the_other_have_the_lines_that_they_begin_in(values: list[Any], most: int) -> None:
    texts = [json.dumps(value, indent=1) for value in values]
    lines = [1 + sum(text.count("\n") + 1 for text in texts[:number]) for number in range(len(texts))]
    assert elements("\n".join(texts).encode(), most) == [
        (str(line), value) for line, value in zip(lines, values, strict=True)
    ]


def test_pairs_that_begin_with_a_text_are_values() -> None:
    pairs = [["Gao", {"entities": []}], ["Kidal", {}]]
    assert [value for _, value in elements("\n".join(map(json.dumps, pairs)).encode())] == pairs
    assert [value for _, value in elements(json.dumps(pairs).encode())] == pairs


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("most", [1, 3, 1000])
def test_encodings_by_their_marks(encoding: str, most: int) -> None:
    assert elements('[{"é": "😀"}]'.encode(encoding), max(most, 4)) == [("1", {"é": "😀"})]


@settings(deadline=None, max_examples=200)
@given(st.lists(OBJECTS, min_size=1, max_size=4), st.data())
def test_a_list_that_is_cut_short_is_refused_with_the_element(values: list[Any], data: st.DataObject) -> None:
    whole = json.dumps(values).encode()
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    with pytest.raises(InputRefused) as refused:
        elements(cut, data.draw(st.integers(1, 9)))
    assert refused.value.where.startswith("folder/a.json")


@pytest.mark.parametrize(
    ("data", "what", "where"),
    [
        (b'[{"a": 1}, {"a": 1, "a": 2}]', "key 'a' is given twice", "folder/a.json:2"),
        (b'[{"a": NaN}]', "NaN is no JSON number", "folder/a.json:1"),
        (b'[{"a": "\\ud800"}]', "surrogate", "folder/a.json:1, value.a"),
        (b'[{"a": 1e999}]', "not finite", "folder/a.json:1, value.a"),
        (b"[" + b"9" * 30 + b"]", "beyond 64 bits", "folder/a.json:1, value"),
        (b"[" + b"9" * 5000 + b"]", "not JSON", "folder/a.json:1"),
        (b"[[" + b"[" * 100 + b"]" * 100 + b"]]", "nested too deeply", "folder/a.json:1"),
        (b"[[" + b"[" * 100_000, "nested too deeply", "folder/a.json:1"),
        (b"[1, 2,]", "not JSON", "folder/a.json:3"),
        (b"[1 2]", "not JSON: ',' is expected", "folder/a.json:1"),
        (b"[1] [2]", "something stands after the list", "folder/a.json"),
        (b'{"a": 1}\n{"b": }', "not JSON", "folder/a.json:2"),
        (b'[{"a": "\xe9"}]', "not valid utf-8", "folder/a.json"),
        (b'[{"a": 1}', "file breaks off", "folder/a.json:1"),
        (b'[{"a": "bc', "file breaks off", "folder/a.json:1"),
    ],
)
def test_what_is_broken_is_refused_with_its_place(data: bytes, what: str, where: str) -> None:
    with pytest.raises(InputRefused) as refused:
        elements(data)
    assert what in refused.value.what
    assert refused.value.where.startswith(where)
    assert "\n" not in str(refused.value)


def test_an_empty_file_has_no_element() -> None:
    assert elements(b" \n") == elements(b"[ ]") == []


def test_a_value_beyond_all_bounds_is_refused_before_it_is_read() -> None:
    with pytest.raises(InputRefused, match="larger than"):
        elements(b'["' + b"mot " * 100_000, limit=1000)


def test_no_more_than_an_element_or_two_is_held() -> None:
    files = MemoryFiles(b"[" + b",".join([b'{"text": "' + b"mot " * 5000 + b'"}'] * 200) + b"]")
    stream = _Slow(files.data, 1 << 20)
    positions = []

    class Watched(MemoryFiles):
        @contextmanager
        def open(self, _file: str) -> Iterator[IO[bytes]]:
            yield stream

    for _ in json_elements(Watched(files.data), "a.json", 100_000):
        positions.append(stream.tell())
    read = [position - number * 20_013 for number, position in enumerate(positions)]
    assert max(read) < 300_000


def test_the_only_file_may_be_called_anything() -> None:
    class Named(MemoryFiles):
        def __init__(self, *names: str) -> None:
            super().__init__(b"")
            self._names = names

        def names(self) -> Sequence[str]:
            return self._names

    assert json_files(Named("export.txt")) == ("export.txt",)
    assert list(json_files(Named("LOSSES.json", "a.JSON", "b.txt", "c.jsonl"))) == ["a.JSON", "c.jsonl"]
    with pytest.raises(InputRefused, match="no JSON file"):
        json_files(Named("a.txt", "b.txt"))
