from pathlib import Path

import pytest

from curator.domain.errors import SchemaError
from curator.files.schema_file import read_schema

SCHEMA = """\
name: news
language: fr
layers:
  - name: entities
    overlap: false
    labels:
      - {name: PER, colour: "#112233", hotkey: 1}
"""


def test_schema_is_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(SCHEMA, encoding="utf-8")
    schema = read_schema(path)
    assert schema.labels_of == {"entities": frozenset({"PER"})}
    assert schema.flat_layers == {"entities"}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"name: [", "line 1, column 8"),
        (b"a: 1\n  b: 2\n", "line 2"),
        (b"name: !!python/object:os.system {}", "no YAML"),
        (b"name: \x01", "no YAML"),
        (b"name: caf\xe9", "not UTF-8"),
        (b"", "no mapping"),
        (b"- a", "no mapping"),
        (b"name: news", "lacks 'layers'"),
        (SCHEMA.replace("#112233", "red").encode(), "colour"),
    ],
)
def test_what_is_wrong_is_reported_in_one_line(tmp_path: Path, raw: bytes, message: str) -> None:
    path = tmp_path / "labels.yaml"
    path.write_bytes(raw)
    with pytest.raises(SchemaError) as caught:
        read_schema(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no such label schema"):
        read_schema(tmp_path / "labels.yaml")
    with pytest.raises(SchemaError, match="cannot be read"):
        read_schema(tmp_path)
