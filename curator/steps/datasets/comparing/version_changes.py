"""What changed from a dataset version to the next, by their files."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.record import record_id
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """The records of a version, and how many were added, removed and changed since its parent (0: it has none)."""

    parent: int
    records: int
    added: int
    removed: int
    changed: int


class VersionHistory:
    """Compares versions with their parents; what was once compared is remembered, as versions never change."""

    def __init__(self, storage: VersionStorage) -> None:
        self._storage = storage
        self._compared: dict[tuple[str, int], VersionChanges] = {}

    def changes(self, dataset: str, number: int) -> VersionChanges | None:
        """Return what changed by record ids and bytes, or None where a version's files are not on this machine."""
        key = (dataset, number)
        if key not in self._compared:
            try:
                self._compared[key] = self._compare(dataset, number)
            except (CuratorError, OSError, ValueError, KeyError, TypeError):
                # Not remembered: the folder may come back.
                return None
        return self._compared[key]

    def _compare(self, dataset: str, number: int) -> VersionChanges:
        manifest = self._storage.manifest(dataset, number)
        records = sum(int(manifest["files"][f"{split}.jsonl"]["records"]) for split in SPLITS)
        if manifest["parent"] is None:
            return VersionChanges(0, records, records, 0, 0)
        parent = int(manifest["parent"]["version"])
        before = self._storage.manifest(dataset, parent)
        splits = [split for split in SPLITS if _sha256(manifest, split) != _sha256(before, split)]
        old = _digests(self._storage.path(dataset, parent), splits)
        added = changed = 0
        for document, data in _records(self._storage.path(dataset, number), splits):
            before_digest = old.pop(document, None)
            added += before_digest is None
            changed += before_digest is not None and before_digest != data
        return VersionChanges(parent, records, added, len(old), changed)


def _sha256(manifest: dict[str, Any], split: str) -> str:
    return str(manifest["files"][f"{split}.jsonl"]["sha256"])


def _digests(folder: Path, splits: list[str]) -> dict[str, bytes]:
    return dict(_records(folder, splits))


def _records(folder: Path, splits: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield each record's id and a digest of its bytes."""
    for split in splits:
        with (folder / f"{split}.jsonl").open("rb") as lines:
            for line in lines:
                yield record_id(line), hashlib.blake2b(line, digest_size=16).digest()
