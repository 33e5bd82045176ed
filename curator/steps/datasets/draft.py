"""What a version would hold: decided documents, written as they pass, none of them kept."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curator.domain.dataset import version_counts
from curator.domain.document import SPLITS
from curator.domain.ledger import LossLedger
from curator.domain.loadable import LOADABLE_FILES, loadable_lines
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
    documents; `examples` are texts of spans in train by layer and label; `reviewed` says whether any document has a
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
        """The decisions of all records."""
        return (decision for of_split in self.records.values() for decision in of_split)

    @property
    def is_empty(self) -> bool:
        """Whether no file holds any record."""
        return not any(self.records.values())


class _Lines:
    """The records of a split on their way to its files."""

    def __init__(self, split: str, staged: StagedVersion) -> None:
        self._files = (f"{split}.jsonl", LOADABLE_FILES[split])
        self._staged = staged
        self._lines: list[bytes] = []
        self._size = 0
        self.decisions = array("q")

    def add(self, decision: int, line: bytes) -> None:
        self.decisions.append(decision)
        self._lines.append(line)
        self._size += len(line)
        if self._size >= _BLOCK:
            self.write()

    def write(self) -> None:
        for file, block in zip(self._files, (b"".join(self._lines), loadable_lines(self._lines)), strict=True):
            self._staged.append(file, block)
        self._lines, self._size = [], 0


def draft(decided: Iterable[DecidedDocument], schema: LabelSchema, staged: StagedVersion) -> Draft:
    """Write what a version of decided documents, given by id, holds; returns what it is made of."""
    lines = {split: _Lines(split, staged) for split in SPLITS}
    ledger, examples = LossLedger(), LabelExamples(schema)
    spans = {split: {layer: Counter[str]() for layer in schema.layer_names} for split in SPLITS}
    reviewed = False
    for _, decision, split, line, counts, losses in decided:
        if losses:
            ledger.add(losses)
        if line is None:
            continue
        reviewed = True
        if split is None:
            continue
        lines[split].add(decision, line)
        labels_of = spans[split]
        for layer, labels in counts.items():
            of_layer = labels_of[layer]
            for label, count in labels.items():
                if count:
                    of_layer[label] += count
        if split == "train":
            examples.look(line, counts)
    records = {split: of_file.decisions for split, of_file in lines.items()}
    if not any(records.values()):
        return Draft({}, records, ledger, {}, {}, reviewed)
    for of_file in lines.values():
        of_file.write()
    counted = version_counts({split: len(records[split]) for split in SPLITS}, spans, schema)
    return Draft(_facts(staged, records), records, ledger, counted, examples.texts, reviewed)


def _facts(staged: StagedVersion, records: Mapping[str, "array[int]"]) -> dict[str, dict[str, Any]]:
    """Return the facts of the data files as a manifest gives them."""
    written = staged.seal()
    return {
        file: {"sha256": written[file].sha256, "bytes": written[file].size, "records": len(records[split])}
        for split in SPLITS
        for file in (f"{split}.jsonl", LOADABLE_FILES[split])
    }
