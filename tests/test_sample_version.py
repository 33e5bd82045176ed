"""The version under exports/ is one that `curator export` would write of its records, to the byte."""

import hashlib
import json

from curator.domain.dataset import version_digest
from curator.domain.document import SPLITS
from curator.domain.loadable import LOADABLE_FILES, loadable_line
from curator.domain.record import record_from_line, record_line
from curator.domain.schema import schema_from_value
from tests.sample_version import SAMPLE, files

_MANIFEST = json.loads((SAMPLE / "manifest.json").read_text(encoding="utf-8"))


def test_the_files_are_those_of_the_manifest() -> None:
    for name, facts in _MANIFEST["files"].items():
        data = (SAMPLE / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == facts["sha256"]
        assert len(data) == facts["bytes"]
        assert "records" not in facts or data.count(b"\n") == facts["records"]


def test_every_file_is_as_the_code_writes_it() -> None:
    on_disk = {path.relative_to(SAMPLE).as_posix(): path.read_bytes() for path in SAMPLE.rglob("*") if path.is_file()}
    assert on_disk == files(SAMPLE), "run `python -m tests.sample_version`"
    assert on_disk.keys() == {*_MANIFEST["files"], "manifest.json"}


def test_the_digest_is_that_of_records_schema_and_rules() -> None:
    schema = schema_from_value(_MANIFEST["schema"], "the manifest")
    assert version_digest(_MANIFEST["files"], schema, _MANIFEST["rules"]) == _MANIFEST["digest"]


def test_every_record_is_read_and_written_the_same() -> None:
    for split in SPLITS:
        lines = (SAMPLE / f"{split}.jsonl").read_bytes().splitlines(keepends=True)
        assert len(lines) == _MANIFEST["files"][f"{split}.jsonl"]["records"]
        assert [record_line(record_from_line(line)) for line in lines] == lines
        loadable = (SAMPLE / LOADABLE_FILES[split]).read_bytes().splitlines(keepends=True)
        assert list(map(loadable_line, lines)) == loadable
