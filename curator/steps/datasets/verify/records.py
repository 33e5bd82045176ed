"""The records of a version, line by line: each by itself, beside its loadable form, and against the store."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from curator.domain.dataset import SILVER_FILE, SplitCounts, version_counts
from curator.domain.dataset_ref import DatasetRef
from curator.domain.document import SPLITS
from curator.domain.loadable import LOADABLE_FILES, loadable_lines
from curator.domain.policy import SILVER
from curator.domain.record import Record
from curator.domain.record_faults import read_line, record_faults
from curator.domain.schema import LabelSchema
from curator.steps.datasets.examples import LabelExamples
from curator.steps.datasets.verify.fault import Fault
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_versions import StoredVersion
from curator.steps.ports.version_folders import VersionStorage

_BATCH = 500


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of a version's folder; those that are missing are empty."""

    ref: DatasetRef
    storage: VersionStorage
    present: Collection[str]

    def lines(self, file: str) -> Iterator[bytes]:
        """Yield the lines of a file."""
        if file in self.present:
            yield from self.storage.file_lines(self.ref.name, self.ref.number, file)

    def content(self, file: str) -> bytes:
        """Return all of a file."""
        return b"".join(self.lines(file))


class RecordCheck:
    """Looks at every record once, in order; no more than some of them are in memory, and the ids of all.

    `facts` are those of the data files as a manifest gives them, and `counts` those of the version, once all was seen.
    """

    def __init__(
        self, files: FolderFiles, schema: LabelSchema, manifest: Mapping[str, Any], progress: Progress
    ) -> None:
        self._files = files
        self._progress = progress
        self._rows = 0
        self._schema = schema
        self._encoding = str(manifest.get("loadable", "ascii"))
        rules, listed = manifest.get("rules"), manifest.get("files")
        self._of_annotations = isinstance(rules, Mapping) and bool(rules.get("all_annotations"))
        has_silver = isinstance(listed, Mapping) and SILVER_FILE in listed
        self._counts_of = {split: SplitCounts() for split in (*SPLITS, *([SILVER] if has_silver else []))}
        self._split_of: dict[str, str] = {}
        self.examples = LabelExamples(schema)
        self.facts: dict[str, dict[str, Any]] = {}

    @property
    def counts(self) -> dict[str, Any]:
        """The counts of a version as its manifest has them."""
        return version_counts(self._counts_of, self._schema)

    def faults(self, stored: "StoredRecords | None") -> Iterator[Fault]:
        """Yield what is wrong with the records, split by split."""
        for split in self._counts_of:
            yield from self._split(split, stored)

    def _split(self, split: str, stored: "StoredRecords | None") -> Iterator[Fault]:
        file, loadable = f"{split}.jsonl", LOADABLE_FILES.get(split, "")
        measured = {name: _Measured() for name in (file, loadable) if name}
        kept = stored.lines(split) if stored else ()
        before = ""
        waiting: dict[str, int] = {}
        # Silver records have no form to load.
        rows = zip_longest(self._files.lines(file), self._files.lines(loadable or file), kept)
        for number, (line, beside, in_store) in enumerate(rows, start=1):
            self._rows += 1
            self._progress(self._rows, None)
            for name, of_file in ((file, line), (loadable, beside)):
                if name and of_file is not None:
                    measured[name].add(of_file)
            record, unreadable = (None, None) if line is None else read_line(line)
            if stored and line != in_store:
                yield Fault(file, _compared(line, in_store), number, None if record is None else record.id)
            if unreadable:
                yield Fault(file, unreadable.what, number, None, unreadable.item or None)
            if record is not None and line is not None:
                yield from self._record(record, line, split, number, before)
                before = record.id
                waiting[self._document(record)] = number
            if loadable:
                yield from self._beside(record, line, beside, split, number)
            if len(waiting) == _BATCH:
                yield from stored.misplaced(split, waiting) if stored and split != SILVER else ()
                waiting = {}
        if stored and split != SILVER:
            yield from stored.misplaced(split, waiting)
        self.facts |= {name: of_file.facts() for name, of_file in measured.items()}

    def _record(self, record: Record, line: bytes, split: str, number: int, before: str) -> Iterator[Fault]:
        for fault in record_faults(record, line, self._schema, self._document(record)):
            yield Fault(f"{split}.jsonl", fault.what, number, record.id, fault.item or None)
        yield from self._place(record, split, number, before)
        of_split, spans = self._counts_of[split], Counter((span.layer, span.label) for span in record.content.spans)
        of_split.documents += not before or self._document(record) != before.partition("#")[0]
        of_split.records += 1
        of_split.spans.update(spans)
        if split == "train":
            counts = {layer: {name: spans[layer, name] for name in names} for layer, names in self._labels.items()}
            self.examples.look(line, counts)

    @cached_property
    def _labels(self) -> Mapping[str, Collection[str]]:
        return self._schema.labels_of

    def _document(self, record: Record) -> str:
        """Return the id of the document of a record, which may be one of several of its annotations."""
        return record.id.partition("#")[0] if self._of_annotations else record.id

    def _beside(
        self, record: Record | None, line: bytes | None, beside: bytes | None, split: str, number: int
    ) -> Iterator[Fault]:
        if line is None:
            if beside is not None:
                yield Fault(LOADABLE_FILES[split], "line is of no record", number)
        elif record is not None and beside != self._loadable(line):
            yield Fault(LOADABLE_FILES[split], "line is not that of its record", number, record.id)

    def _place(self, record: Record, split: str, number: int, before: str) -> Iterator[Fault]:
        file = f"{split}.jsonl"
        other = self._split_of.setdefault(self._document(record), split)
        if other != split:
            yield Fault(file, f"document is in {other} too", number, record.id)
        if record.id == before:
            yield Fault(file, "document is there twice", number, record.id)
        elif self._document(record) < before.partition("#")[0]:
            yield Fault(file, "records are not in the order of their ids", number, record.id)

    def _loadable(self, line: bytes) -> bytes | None:
        try:
            return loadable_lines([line], self._encoding)
        except (ValueError, KeyError, TypeError, RecursionError):
            # Of a line that is not written as records are, which was told.
            return None


class StoredRecords:
    """The records and splits of a version as the store has them."""

    def __init__(self, transaction: Transaction, version: StoredVersion) -> None:
        self._transaction = transaction
        self._version = version

    def lines(self, split: str) -> Iterator[bytes]:
        """Yield the lines of a split."""
        for lines in self._transaction.versions.lines(self._version, split):
            for of_document in lines:
                yield from of_document.splitlines(keepends=True)

    def misplaced(self, split: str, documents: Mapping[str, int]) -> Iterator[Fault]:
        """Yield a fault for each document, given with its line, that the store has in no split or another one."""
        splits = self._transaction.documents.splits(self._version.as_of, documents)
        for document, number in documents.items():
            assignment = splits.get(document)
            known = "no split" if assignment is None or assignment.split is None else assignment.split
            if known != split:
                yield Fault(f"{split}.jsonl", f"the store has the document in {known}", number, document)


class _Measured:
    def __init__(self) -> None:
        self._checksum = hashlib.sha256()
        self._size = 0
        self._lines = 0

    def add(self, line: bytes) -> None:
        self._checksum.update(line)
        self._size += len(line)
        self._lines += 1

    def facts(self) -> dict[str, Any]:
        return {"sha256": self._checksum.hexdigest(), "bytes": self._size, "records": self._lines}


def _compared(line: bytes | None, in_store: bytes | None) -> str:
    if line is None:
        return "line that the store has is missing"
    return "line is not the store's" if in_store is not None else "line that the store has not"
