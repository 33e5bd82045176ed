"""What a version would hold: decided documents, counted and hashed as they pass, none of them kept."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.loadable import LOADABLE_FILES, loadable_line
from curator.domain.loss import Loss
from curator.domain.schema import LabelSchema
from curator.steps.curation.decide import DecidedDocument


@dataclass(slots=True)
class FileFacts:
    """The SHA-256, the size and the number of lines of a file that is written line by line."""

    lines: int = 0
    size: int = 0
    _checksum: Any = field(default_factory=hashlib.sha256)

    def add(self, line: bytes) -> None:
        """Take in the next line."""
        self._checksum.update(line)
        self.size += len(line)
        self.lines += 1

    def value(self) -> dict[str, Any]:
        """Return the facts as a manifest gives them."""
        return {"sha256": self._checksum.hexdigest(), "bytes": self.size, "records": self.lines}


@dataclass(frozen=True, slots=True)
class Draft:
    """A version without name and number.

    `files` are the facts of its data files; `records` the splits and the decisions of its records in the order of
    their documents; `reviewed` says whether any document has a record, be it one without a split.
    """

    files: dict[str, dict[str, Any]]
    records: list[tuple[str, int]]
    losses: list[Loss]
    counts: dict[str, Any]
    reviewed: bool


def draft(decided: Iterable[DecidedDocument], schema: LabelSchema) -> Draft:
    """Return what a version of decided documents, given by id, holds."""
    files = {file: FileFacts() for split in SPLITS for file in (f"{split}.jsonl", LOADABLE_FILES[split])}
    records: list[tuple[str, int]] = []
    losses: list[Loss] = []
    spans: Counter[tuple[str, str]] = Counter()
    reviewed = False
    for document in decided:
        losses += document.losses
        reviewed = reviewed or document.line is not None
        if document.line is None or document.split is None:
            continue
        files[f"{document.split}.jsonl"].add(document.line)
        files[LOADABLE_FILES[document.split]].add(loadable_line(document.line))
        records.append((document.split, document.decision))
        for layer, labels in document.counts.items():
            spans.update({(layer, label): count for label, count in labels.items()})
    counts = {
        layer.name: {label.name: spans[layer.name, label.name] for label in layer.labels} for layer in schema.layers
    }
    facts = {file: known.value() for file, known in files.items()}
    return Draft(facts, records, losses, {"documents": len(records), "spans": counts}, reviewed)
