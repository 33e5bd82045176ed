"""What a diff costs: of two versions of which some records differ, against reading the files of both once.

With 10,000 documents, 100,000 where the large sizes are asked for; each version is checked against its manifest as it
is read.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.export import Figures
from benchmarks.generated import generated_texts
from benchmarks.ratio import Ratio, paired
from benchmarks.sizes import sizes
from curator.domain.canonical import document_id
from curator.domain.dataset_ref import DatasetRef
from curator.domain.document import SPLITS
from curator.domain.record import Record, record_from_line, record_line
from curator.domain.span import Span
from curator.files.versions import VersionFolder
from curator.steps.datasets.comparing.authors import attributed
from curator.steps.datasets.comparing.diff_report import DiffSummary
from curator.steps.datasets.comparing.version_diff import ReadableVersion, document_lines, readable_version

DOCUMENTS = sizes(10_000, large=100_000)[-1]
SPANS = 30
_RUNS = 6


def measure() -> Figures:
    """Measure diffs of which few, some and all records changed, and what reading alone takes, as lines or as records.

    Where many records changed, these must be read as such: no diff of them can be as fast as their lines.
    """
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        storage = VersionFolder(Path(folder))
        before = _version(storage, "before", 0)
        for every, baselines in (
            (1_000, (_lines, _records)),
            (100, (_lines, _records)),
            (10, (_records,)),
            (1, (_records,)),
        ):
            after = _version(storage, f"after{every}", every)
            name = f"diff of {DOCUMENTS:,} records, 1 in {every:,} changed"
            lines += [str(_against(name, before, after, storage, baseline)) for baseline in baselines]
    return Figures(tuple(lines))


def _against(
    name: str,
    before: ReadableVersion,
    after: ReadableVersion,
    storage: VersionFolder,
    read: Callable[[ReadableVersion, VersionFolder], object],
) -> Ratio:
    return paired(
        name,
        lambda _: _diff(before, after, storage),
        f"reading the {read.__name__.strip('_')} of both once",
        lambda _: [read(version, storage) for version in (before, after)],
        inputs=range(_RUNS),
        amount=lambda _: 2 * DOCUMENTS,
        unit="records/s",
        aim="at least 0.5",
    )


def _diff(before: ReadableVersion, after: ReadableVersion, storage: VersionFolder) -> DiffSummary:
    summary = DiffSummary()
    for change in attributed(document_lines(before, after, storage), before, after, None):
        summary.add(change)
    return summary


def _lines(version: ReadableVersion, storage: VersionFolder) -> int:
    return sum(1 for split in SPLITS for _ in storage.lines(version.ref.name, version.ref.number, split))


def _records(version: ReadableVersion, storage: VersionFolder) -> int:
    lines = (line for split in SPLITS for line in storage.lines(version.ref.name, version.ref.number, split))
    return sum(len(record_from_line(line).spans) for line in lines)


def _version(storage: VersionFolder, name: str, every: int) -> ReadableVersion:
    """Write a version; of one in so many of its records a span has another label."""
    placed = sorted(_made(every))
    data = {
        f"{split}.jsonl": b"".join(line for number, (_, line) in enumerate(placed) if SPLITS[number % 10 // 8] == split)
        for split in SPLITS
    }
    sums = {file: {"sha256": hashlib.sha256(content).hexdigest()} for file, content in data.items()}
    manifest: dict[str, Any] = {"digest": name, "files": sums, "schema_hash": "h", "record_format": 2}
    manifest["rules"] = {"decision": {"annotators": "pseudonym"}}
    files = {**data, "manifest.json": json.dumps(manifest).encode()}
    storage.write(name, 1, {file: [content] for file, content in files.items()})
    return readable_version(DatasetRef(name, 1), store=None, storage=storage)


def _made(every: int) -> Iterator[tuple[str, bytes]]:
    for number, generated in enumerate(islice(generated_texts(DOCUMENTS), DOCUMENTS)):
        text = generated.text
        step = max(2, len(text) // SPANS)
        spans = tuple(Span("entities", at, at + 1, "PER") for at in range(0, len(text) - 1, step))
        record = Record(document_id(text), text, "fr", {"entities": spans, "events": ()})
        if every and number % every == 0:
            record = replace(record, spans={"entities": (replace(spans[0], label="GPE"), *spans[1:]), "events": ()})
        yield record.id, record_line(record)
