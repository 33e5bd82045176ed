import io
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from curator.files.lines import read_lines, write_lines

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=8,
)


def test_bytes_are_utf_8_with_lf_and_keys_in_order() -> None:
    stream = io.BytesIO()
    assert write_lines(stream, [{"b": "é\u2028", "a": [1.5]}, {}]) == 2
    assert stream.getvalue() == '{"b":"é\\u2028","a":[1.5]}\n{}\n'.encode()


@given(st.lists(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON), max_size=5))
def test_lines_come_back(tmp_path_factory: pytest.TempPathFactory, values: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("lines") / "sub" / "a.jsonl"
    assert write_lines(path, values) == len(values)
    assert list(read_lines(path)) == values


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_lines(path, [{"a": 1}])

    def failing() -> Iterator[dict[str, int]]:
        yield {"a": 2}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_lines(path, failing())
    with pytest.raises(TypeError):
        write_lines(path, [{"a": "\ud800"}])
    assert list(read_lines(path)) == [{"a": 1}]
    assert list(tmp_path.iterdir()) == [path]


def test_new_files_are_as_readable_as_others(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write_lines(tmp_path / "a.jsonl", [])
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("other", "a.jsonl")}
    assert len(modes) == 1


@pytest.mark.parametrize("line", ["not JSON", "[1]", "3"])
def test_bad_lines_are_reported_with_their_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"a": 1}}\n{line}\n')
    with pytest.raises(CuratorError, match=r"a\.jsonl:2"):
        list(read_lines(path))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CuratorError, match="cannot be read"):
        list(read_lines(tmp_path / "a.jsonl"))
