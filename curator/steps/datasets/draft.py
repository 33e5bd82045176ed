"""What a version would hold: decided documents, written as they pass, none of them kept."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from curator.domain.dataset import SILVER_FILE, SplitCounts, label_counts, version_counts
from curator.domain.document import SPLITS
from curator.domain.ledger import LossLedger
from curator.domain.loadable import LOADABLE_FILES, loadable_lines
from curator.domain.policy import SILVER
from curator.domain.record import record_from_line
from curator.domain.schema import LabelSchema
from curator.steps.curation.decide import DecidedDocument
from curator.steps.datasets.examples import LabelExamples
from curator.steps.ports.version_folders import StagedVersion

_BLOCK = 1 << 18
"""The size in bytes from which on lines are written together."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A version without name and number.

    `files` are the facts of its data files; `records` by split the decisions of its records in the order of their
    documents, and under `silver` those of silver documents, if asked for; `examples` are texts of spans in train by
    layer and label; `reviewed` says whether any document has a
    record, be it one without a split.
    """

    files: dict[str, dict[str, Any]]
    records: Mapping[str, "array[int]"]
    ledger: LossLedger
    counts: dict[str, Any]
    examples: Mapping[tuple[str, str], Sequence[str]]
    reviewed: bool

    @property
    def decisions(self) -> Iterator[tuple[str, int]]:
        """The split and the decision of each record, in the order of the records of a split."""
        return ((split, decision) for split, of_split in self.records.items() for decision in of_split)

    @property
    def numbers(self) -> Iterator[int]:
        """The decisions of all records of splits."""
        return (decision for split in SPLITS for decision in self.records[split])

    @property
    def is_empty(self) -> bool:
        """Whether no file holds any record."""
        return not any(self.records[split] for split in SPLITS)


class _Lines:
    """The records of a split on their way to its files; those of no split have no form to load."""

    def __init__(self, split: str, staged: StagedVersion) -> None:
        self._file, self._loadable = f"{split}.jsonl", LOADABLE_FILES.get(split)
        self._staged = staged
        self._lines: list[bytes] = []
        self._size = 0
        self.decisions = array("q")
        self.counts = SplitCounts()

    def add(self, decision: int, line: bytes, counts: Mapping[str, Mapping[str, int]]) -> None:
        self.decisions.append(decision)
        lines = [line] if line.find(b"\n") == len(line) - 1 else line.splitlines(keepends=True)
        self._lines += lines
        of_split = self.counts
        of_split.documents += 1
        of_split.records += len(lines)
        spans = of_split.spans
        for layer, labels in counts.items():
            for label, count in labels.items():
                if count:
                    spans[layer, label] += count
        self._size += len(line)
        if self._size >= _BLOCK:
            self.write()

    def write(self) -> None:
        self._staged.append(self._file, b"".join(self._lines))
        if self._loadable is not None:
            self._staged.append(self._loadable, loadable_lines(self._lines))
        self._lines, self._size = [], 0


_NONE: Iterable[DecidedDocument] = ()


def draft(
    decided: Iterable[DecidedDocument],
    schema: LabelSchema,
    staged: StagedVersion,
    silver: Iterable[DecidedDocument] | None = None,
) -> Draft:
    """Write what a version of decided documents, given by id, holds; returns what it is made of.

    Silver documents, where they are given, have a file of their own, be there any or not.
    """
    lines = {split: _Lines(split, staged) for split in (*SPLITS, *([] if silver is None else [SILVER]))}
    ledger, examples = LossLedger(), LabelExamples(schema)
    reviewed = False
    for _, decision, split, line, counts, losses in chain(decided, silver or _NONE):
        if losses:
            ledger.add(losses)
        if line is None:
            continue
        reviewed |= split != SILVER
        if split is None:
            continue
        lines[split].add(decision, line, counts)
        if split == "train":
            _look(examples, line, counts, schema)
    records = {split: of_split.decisions for split, of_split in lines.items()}
    drafted = Draft({}, records, ledger, {}, examples.texts, reviewed)
    if drafted.is_empty:
        return drafted
    for of_split in lines.values():
        of_split.write()
    counts = version_counts({split: of_split.counts for split, of_split in lines.items()}, schema)
    return replace(drafted, files=_facts(staged, lines), counts=counts)


def _look(examples: LabelExamples, line: bytes, counts: Mapping[str, Mapping[str, int]], schema: LabelSchema) -> None:
    """Let examples be taken of the records of a document, one by one."""
    if line.find(b"\n") == len(line) - 1:
        examples.look(line, counts)
        return
    for each in line.splitlines(keepends=True):
        examples.look(each, label_counts(record_from_line(each).content, schema))


def _facts(staged: StagedVersion, lines: Mapping[str, _Lines]) -> dict[str, dict[str, Any]]:
    """Return the facts of the data files as a manifest gives them."""
    written = staged.seal()
    files = {file: split for split in SPLITS for file in (f"{split}.jsonl", LOADABLE_FILES[split])}
    if SILVER in lines:
        files[SILVER_FILE] = SILVER
    return {
        file: {"sha256": written[file].sha256, "bytes": written[file].size, "records": lines[split].counts.records}
        for file, split in files.items()
    }
