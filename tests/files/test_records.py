import json
from pathlib import Path

import pytest

from curator.domain.errors import CuratorError
from curator.files.records import read_records


def write(path: Path, *names: str) -> Path:
    path.write_text("".join(json.dumps({"id": name, "text": "Marie", "spans": {}}) + "\n" for name in names))
    return path


def test_records_of_files_come_in_their_order(tmp_path: Path) -> None:
    paths = [write(tmp_path / "b.jsonl", "2", "1"), write(tmp_path / "a.jsonl", "3")]
    assert [record.id for record in read_records(paths)] == ["2", "1", "3"]


def test_the_first_that_is_none_is_told_with_its_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", "1")
    path.write_text(path.read_text() + '{"id": "x"}\n')
    with pytest.raises(CuratorError, match=r"not a record \(.*a\.jsonl, x\)"):
        read_records([path])
