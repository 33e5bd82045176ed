"""Two dataset versions compared document by document: only records that differ are read."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import groupby
from typing import Any

from curator.domain.dataset_ref import DatasetRef
from curator.domain.diff import RecordChanges, record_changes
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError, SchemaError
from curator.domain.label_names import LabelNames, renamed, renames_alone
from curator.domain.patch import Line
from curator.domain.record import Record, record_from_line
from curator.domain.schema import schema_from_value
from curator.steps.datasets.comparing.differing_lines import DifferingLine, differing_lines
from curator.steps.datasets.folder import refuse_absent, stored_version
from curator.steps.ports.store import Store
from curator.steps.ports.stored_versions import StoredVersion
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class ReadableVersion:
    """A version whose folder is there, with its manifest, and as the store has it, None where no store knows it."""

    ref: DatasetRef
    manifest: Mapping[str, Any]
    stored: StoredVersion | None
    folder: str

    @property
    def is_own(self) -> bool:
        """Whether the store that knows the version made it."""
        return self.stored is not None and not self.stored.fetched_from

    def sha256(self, split: str) -> str:
        """Return the SHA-256 of the records of a split."""
        return str(self.manifest["files"][f"{split}.jsonl"]["sha256"])


@dataclass(frozen=True, slots=True)
class DocumentLines:
    """A document whose record or split differs; None stands for the side that has no record of it."""

    document: str
    splits: tuple[str | None, str | None]
    lines: tuple[Line, Line]


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """What differs of a document; without a record on one side there are no changes, as all of it is one.

    `renamed` counts spans by layer, label before and label after, where that is a label's new name; these are no
    changes.
    """

    document: str
    splits: tuple[str | None, str | None]
    lines: tuple[Line, Line]
    before: Record | None
    after: Record | None
    changes: RecordChanges
    renamed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)

    @property
    def record(self) -> Record:
        """The record as it is after, or was before where there is none after."""
        record = self.after or self.before
        if record is None:
            raise ValueError("a difference holds no record")
        return record


def readable_version(ref: DatasetRef, *, store: Store | None, storage: VersionStorage) -> ReadableVersion:
    """Return a version that is to be read. Raises CuratorError where its folder or its manifest is not as it was.

    The records are held against the manifest as they are read, see `record_blocks`. Without a store, or where it does
    not know the version, the manifest stands for itself.
    """
    stored = stored_version(store, ref.name, ref.number) if store is not None else None
    folder = storage.path(ref.name, ref.number)
    if stored is not None:
        refuse_absent(stored, storage)
    manifest = storage.manifest(ref.name, ref.number)
    where = str(folder / "manifest.json")
    try:
        sums = {f"{split}.jsonl": str(manifest["files"][f"{split}.jsonl"]["sha256"]) for split in SPLITS}
        digest = str(manifest["digest"])
        facts = (manifest["rules"]["decision"]["annotators"], manifest["schema_hash"], manifest["record_format"])
        if None in facts:
            raise TypeError
    except (KeyError, TypeError):
        raise CuratorError("not the manifest of a version", where, "restore it from a copy") from None
    kept = {} if stored is None else {name: stored.files[name].sha256 for name in sums if name in stored.files}
    if stored is not None and (digest != stored.digest or any(sums[name] != sha for name, sha in kept.items())):
        raise CuratorError(f"{stored} was changed on disk: manifest.json was changed", str(folder), _AGAIN)
    return ReadableVersion(ref, manifest, stored, str(folder))


_AGAIN = "move that folder away, then write it again with `curator export NAME@N`, or restore it from a copy"


def record_blocks(version: ReadableVersion, split: str, storage: VersionStorage) -> Iterator[bytes]:
    """Yield the records of a split as bytes. Raises CuratorError at the end where they are not those of the manifest.

    Whoever reads them to the end has read what the version is.
    """
    checksum = hashlib.sha256()
    for block in storage.blocks(version.ref.name, version.ref.number, split):
        checksum.update(block)
        yield block
    if checksum.hexdigest() != version.sha256(split):
        raise CuratorError(f"{version.ref} was changed on disk: {split}.jsonl was changed", version.folder, _AGAIN)


def document_lines(
    before: ReadableVersion, after: ReadableVersion, storage: VersionStorage, first: str = ""
) -> Iterator[DocumentLines]:
    """Yield the documents that differ, by id, from one on; files of the same SHA-256 in both manifests are not read."""
    differing = [split for split in SPLITS if before.sha256(split) != after.sha256(split)]
    streams = [_of_split(split, before, after, storage) for split in differing]
    in_order = merge(*streams, key=lambda placed: placed[1].document)
    for document, placed in groupby(in_order, key=lambda placed: placed[1].document):
        if document < first:
            continue
        pairs = list(placed)
        old = _only(document, before, [(split, line.before) for split, line in pairs if line.before is not None])
        new = _only(document, after, [(split, line.after) for split, line in pairs if line.after is not None])
        yield DocumentLines(document, (old[0], new[0]), (old[1], new[1]))


def _of_split(
    split: str, before: ReadableVersion, after: ReadableVersion, storage: VersionStorage
) -> Iterator[tuple[str, DifferingLine]]:
    old, new = (record_blocks(version, split, storage) for version in (before, after))
    for line in differing_lines(old, new, (_file(before, split), _file(after, split))):
        yield split, line


def _file(version: ReadableVersion, split: str) -> str:
    return f"{version.folder}/{split}.jsonl"


def _only(
    document: str, version: ReadableVersion, placed: Sequence[tuple[str, bytes]]
) -> tuple[str | None, bytes | None]:
    if len(placed) > 1:
        what = f"{version.ref} holds a document in several splits"
        raise CuratorError(what, f"{version.folder}, {document}", "restore it from a copy")
    return placed[0] if placed else (None, None)


def label_renames(after: ReadableVersion) -> LabelNames | None:
    """Return what a version's schema says of labels that were called otherwise; None where it says nothing readable."""
    try:
        return renames_alone(schema_from_value(after.manifest.get("schema"), after.folder))
    except SchemaError:
        return None


def document_diff(lines: DocumentLines, names: LabelNames | None = None) -> DocumentDiff:
    """Return what differs of a document, labels that `names` renames taken for the same.

    Raises CuratorError for lines that are no records.
    """
    before, after = (None if line is None else record_from_line(line, lines.document) for line in lines.lines)
    if before is None or after is None:
        return DocumentDiff(lines.document, lines.splits, lines.lines, before, after, RecordChanges())
    of_now, counts = before, Counter[tuple[str, str, str]]()
    if names is not None:
        content = renamed(before.content, before.text, names)
        spans = {layer: tuple(span for span in content.spans if span.layer == layer) for layer in before.spans}
        of_now = replace(before, spans=spans, relations=content.relations, attributes=content.attributes)
        for span in before.content.spans:
            label = names.now(span.layer, span.label, "").label
            counts.update([(span.layer, span.label, label)] if label not in (None, span.label) else ())
    changes = record_changes(of_now, after)
    return DocumentDiff(lines.document, lines.splits, lines.lines, before, after, changes, counts)
