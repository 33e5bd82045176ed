"""What the manifest of a version from elsewhere says of its files, nothing of it taken on trust."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.dataset import SILVER_FILE
from curator.domain.dataset_ref import DatasetRef
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.loadable import LOADABLE_FILES
from curator.steps.datasets.folder import LEDGER, MANIFEST
from curator.steps.datasets.verify.papers import CARD, json_object
from curator.steps.ports.version_folders import WrittenFile

_RECORDS = tuple(f"{split}.jsonl" for split in SPLITS)
_FILES = frozenset((*_RECORDS, SILVER_FILE, *LOADABLE_FILES.values(), LEDGER, CARD))
"""The files that a version may have beside its manifest."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_BYTES = 1 << 53
_MOST_VERSION = 999_999_999
_REMEDY = "copy it again from where it was made"


@dataclass(frozen=True, slots=True)
class FetchedManifest:
    """A version by the name and number that it was made as, its digest, and the hash and size of every file."""

    ref: DatasetRef
    digest: str
    files: Mapping[str, WrittenFile]


def fetched_manifest(content: bytes, address: str) -> FetchedManifest:
    """Return what a manifest says. Raises CuratorError, in one line, for what no version has."""
    where = f"{address}/{MANIFEST}"
    value = json_object(content)
    if value is None:
        raise CuratorError("manifest is no JSON object", where, _REMEDY)
    name, number, digest, files = (value.get(key) for key in ("dataset", "version", "digest", "files"))
    if not isinstance(name, str) or type(number) is not int or not 1 <= number <= _MOST_VERSION:
        raise CuratorError("manifest names no version", where, _REMEDY)
    if not _is_hash(digest) or not isinstance(files, dict):
        raise CuratorError("not the manifest of a version", where, _REMEDY)
    for file in files:
        if file not in _FILES:
            raise CuratorError(f"manifest names a file that no version has: {file[:100]!r}", where, _REMEDY)
    for file in _RECORDS:
        if file not in files:
            raise CuratorError(f"manifest does not name {file}", where, _REMEDY)
    return FetchedManifest(
        DatasetRef(name, number), str(digest), {file: _facts(file, files[file], where) for file in sorted(files)}
    )


def _facts(file: str, facts: Any, where: str) -> WrittenFile:
    sha256, size = (facts.get("sha256"), facts.get("bytes")) if isinstance(facts, dict) else (None, None)
    if not _is_hash(sha256) or type(size) is not int or not 0 <= size <= _MOST_BYTES:
        raise CuratorError(f"manifest has no hash and size of {file}", where, _REMEDY)
    return WrittenFile(str(sha256), size)


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None
