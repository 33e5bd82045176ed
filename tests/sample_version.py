"""The version under exports/: written anew from its own records by `python -m tests.sample_version`."""

import hashlib
import json
from pathlib import Path
from typing import Any

from curator.domain.dataset import label_counts, manifest
from curator.domain.document import SPLITS
from curator.domain.record import Record, record_from_line, record_line
from curator.domain.schema import LabelSchema, schema_from_value
from curator.steps.curation.decide import DecidedDocument
from curator.steps.datasets.draft import draft
from curator.steps.datasets.freeze import version_of
from curator.steps.ports.version_folders import WrittenFile
from tests.conftest import ROOT

SAMPLE = ROOT / "exports" / "sample" / "v1"


def records(folder: Path) -> dict[str, list[Record]]:
    """Return the records of a version by split."""
    return {
        split: [record_from_line(line) for line in (folder / f"{split}.jsonl").read_bytes().splitlines(keepends=True)]
        for split in SPLITS
    }


def files(folder: Path) -> dict[str, bytes]:
    """Return the files of the version that `curator export` makes of a version's records, schema and rules."""
    old: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    schema = schema_from_value(old["schema"], "the manifest")
    staged = _Staged()
    drafted = draft(_decided(folder, schema), schema, staged)
    head = manifest(
        old["dataset"],
        old["version"],
        parent=None,
        files=drafted.files,
        counts=drafted.counts,
        schema=schema,
        rules=old["rules"],
        code_version=old["code_version"],
    )
    kept = version_of(head, drafted.ledger, drafted.examples, 0).files
    return staged.files | {name: file.content for name, file in kept.items() if file.content is not None}


class _Staged:
    """Implements `StagedVersion` in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def append(self, file: str, block: bytes) -> None:
        self.files[file] = self.files.get(file, b"") + block

    def seal(self) -> dict[str, WrittenFile]:
        return {file: WrittenFile(hashlib.sha256(data).hexdigest(), len(data)) for file, data in self.files.items()}

    def publish(self, number: int) -> Path:
        raise NotImplementedError


def _decided(folder: Path, schema: LabelSchema) -> list[DecidedDocument]:
    decided = [
        DecidedDocument(record.id, 0, split, record_line(record), label_counts(record.content, schema), ())
        for split, of_split in records(folder).items()
        for record in of_split
    ]
    return sorted(decided, key=lambda document: document.document)


def write(folder: Path) -> None:
    """Write the version anew in its place."""
    for name, content in files(folder).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write(SAMPLE)
