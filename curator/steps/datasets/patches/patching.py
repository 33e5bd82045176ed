"""A patch applied to the version that it is from: the records of the version that it is to, byte for byte."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.patch import DocumentPatch, misfit, patched
from curator.domain.record import record_id
from curator.steps.datasets.comparing.version_diff import ReadableVersion, record_blocks
from curator.steps.datasets.patches.patch_file import PatchHead, patched_version
from curator.steps.ports.formats import FormatFolder
from curator.steps.ports.version_folders import VersionStorage

ABOUT = "patched.json"
"""The file beside patched records that says what they are."""
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class PatchedDocument:
    """A document with its split and line before and after; a document without a patch is the same on both sides."""

    document: str
    splits: tuple[str | None, str | None]
    lines: tuple[bytes | None, bytes | None]


def refuse_other_parent(head: PatchHead, parent: ReadableVersion) -> None:
    """Raise CuratorError where a patch is from another version than the one given."""
    if head.parent.digest != parent.manifest["digest"] or head.parent.files != patched_version(parent).files:
        what = f"the patch is from {head.parent}, digest {str(head.parent.digest)[:12]}, not from {parent.ref}"
        raise CuratorError(what, parent.folder, f"apply it to {head.parent}, or make one from {parent.ref}")


def patched_documents(
    parent: ReadableVersion, patches: Iterable[DocumentPatch], storage: VersionStorage
) -> Iterator[PatchedDocument]:
    """Yield every document of a version, and those that a patch adds, by id, as the patch changes them.

    Raises CuratorError at the first place where it does not fit, and at the end where the version was changed on disk.
    """
    waiting = iter(patches)
    patch = next(waiting, None)
    for document, split, line in _documents(parent, storage):
        while patch is not None and patch.document < document:
            yield _changed(patch, None, None)
            patch = next(waiting, None)
        if patch is not None and patch.document == document:
            yield _changed(patch, split, line)
            patch = next(waiting, None)
        else:
            yield PatchedDocument(document, (split, split), (line, line))
    while patch is not None:
        yield _changed(patch, None, None)
        patch = next(waiting, None)


def _documents(version: ReadableVersion, storage: VersionStorage) -> Iterator[tuple[str, str, bytes]]:
    """Yield the documents of all splits of a version by id."""
    return merge(*(_lines(version, split, storage) for split in SPLITS))


def _lines(version: ReadableVersion, split: str, storage: VersionStorage) -> Iterator[tuple[str, str, bytes]]:
    rest = b""
    for block in record_blocks(version, split, storage):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield _named(line + b"\n", split, version)
    if rest:
        yield _named(rest, split, version)


def _named(line: bytes, split: str, version: ReadableVersion) -> tuple[str, str, bytes]:
    try:
        return record_id(line), split, line
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CuratorError("not a record", f"{version.folder}/{split}.jsonl", "restore it from a copy") from None


def _changed(patch: DocumentPatch, split: str | None, line: bytes | None) -> PatchedDocument:
    if patch.splits[0] != split:
        what = f"it is in {split}, not in {patch.splits[0]}" if split and patch.splits[0] else "there is no such record"
        raise misfit(patch.document, what if patch.splits[0] else "the record is there already")
    return PatchedDocument(patch.document, (split, patch.splits[1]), (line, patched(patch, line)))


def write_patched(
    parent: ReadableVersion,
    head: PatchHead,
    patches: Iterable[DocumentPatch],
    storage: VersionStorage,
    staged: FormatFolder,
) -> dict[str, int]:
    """Write the records that a patch makes of a version, by split, with a file that says what they are.

    They are no version. Returns the number of records by split. Raises CuratorError where the patch is from another
    version or does not fit, and where the result is not what the patch says it makes.
    """
    refuse_other_parent(head, parent)
    files = {split: _File(f"{split}.jsonl", staged) for split in SPLITS}
    for document in patched_documents(parent, patches, storage):
        split, line = document.splits[1], document.lines[1]
        if split is not None and line is not None:
            files[split].add(line)
    for file in files.values():
        file.write()
    sums = {file.name: file.checksum.hexdigest() for file in files.values()}
    wrong = [name for name, sha256 in head.target.files.items() if sums.get(name) != sha256]
    if wrong:
        what = f"the patch does not make {head.target} of {parent.ref}: {', '.join(wrong)} is another one"
        raise CuratorError(what, parent.folder, "make the patch again with `curator datasets diff A B --patch FILE`")
    counts = {split: file.records for split, file in files.items()}
    staged.append(ABOUT, _about(head, sums, counts))
    return counts


class _File:
    """The records of a split on their way to their file."""

    def __init__(self, name: str, staged: FormatFolder) -> None:
        self.name = name
        self.records = 0
        self.checksum = hashlib.sha256()
        self._staged = staged
        self._lines: list[bytes] = []
        self._size = 0

    def add(self, line: bytes) -> None:
        self.records += 1
        self._lines.append(line)
        self._size += len(line)
        if self._size >= _BLOCK:
            self.write()

    def write(self) -> None:
        block = b"".join(self._lines)
        self.checksum.update(block)
        self._staged.append(self.name, block)
        self._lines, self._size = [], 0


def _about(head: PatchHead, sums: Mapping[str, str], counts: Mapping[str, int]) -> bytes:
    value: dict[str, Any] = {
        "version": None,
        "about": "records of a patch: no version, of no number and no digest of its own",
        "parent": head.parent.value(),
        "target": head.target.value(),
        "files": {f"{split}.jsonl": {"sha256": sums[f"{split}.jsonl"], "records": counts[split]} for split in SPLITS},
    }
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"
