"""What a version costs as DocBin, against tokenising, setting spans, `DocBin.add` and `to_bytes`; and in memory.

With 10,000 documents, 100,000 too where the large sizes are asked for, which then takes minutes.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import spacy
from spacy.tokens import DocBin

from benchmarks.generated import generated_texts
from benchmarks.ratio import Ratio, paired
from benchmarks.sizes import sizes
from curator.bootstrap.formats import formats
from curator.domain.canonical import canonical_json
from curator.domain.dataset import manifest
from curator.domain.dataset_ref import DatasetRef
from curator.domain.document import SPLITS
from curator.domain.record import Record, record_line
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Span
from curator.files.versions import VersionFolder
from curator.spacy_models.french.tokenizer import FrenchTokenizer
from curator.steps.datasets.convert import convert

RATIO_OF = 1_000
_EVERY = 7
_NAME = "benchmark"
_PEAK = """
import resource, sys
from pathlib import Path
from benchmarks.formats_docbin import to_docbin
to_docbin(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
# A process counts what it was forked from as its own peak, so a small one starts the one that is measured.
_WATCH = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]], check=True)"


@dataclass(frozen=True, slots=True)
class Peaks:
    """Peak memory in bytes by the number of documents."""

    peaks: Sequence[tuple[int, int]]

    def __str__(self) -> str:
        figures = ", ".join(f"{peak / 1e6:.0f} MB for {count:,} documents" for count, peak in self.peaks)
        ratio = self.peaks[-1][1] / self.peaks[0][1]
        return f"version to DocBin, peak memory: {figures}; ratio {ratio:.3f}; aim: at most 1.2"


def against_spacy() -> Ratio:
    """Measure versions read, written as DocBin and durable on disk against DocBins of texts and spans from memory."""
    with tempfile.TemporaryDirectory() as folder:
        versions = [Path(folder) / str(number) for number in range(4)]
        for number, version in enumerate(versions):
            write_version(version, RATIO_OF, seed=number)
        nlp = spacy.blank("fr")
        nlp.tokenizer = FrenchTokenizer(nlp.vocab)
        held = {version: list(records(RATIO_OF, number)) for number, version in enumerate(versions)}

        def pack(version: Path) -> None:
            packed = DocBin()
            for record in held[version]:
                doc = nlp.tokenizer(record.text)
                spans = [doc.char_span(span.start, span.end, span.label) for span in record.spans["entities"]]
                doc.set_ents([span for span in spans if span is not None])
                events = [doc.char_span(span.start, span.end, span.label) for span in record.spans["events"]]
                doc.spans["events"] = [span for span in events if span is not None]
                doc.user_data = {}
                packed.add(doc)
            packed.to_bytes()

        return paired(
            "version to DocBin",
            to_docbin,
            "tokenising, setting spans, DocBin.add and to_bytes",
            pack,
            inputs=versions,
            amount=lambda _: RATIO_OF,
            unit="documents/s",
            aim="at least 0.7",
        )


def peaks() -> Peaks:
    """Measure the peak memory of processes that write a version as DocBin."""
    measured = []
    for count in sizes(1_000, 10_000, large=100_000):
        with tempfile.TemporaryDirectory() as folder:
            write_version(Path(folder), count, seed=0)
            command = [sys.executable, "-c", _WATCH, "-c", _PEAK, folder]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            measured.append((count, int(run.stdout.splitlines()[-1]) * 1024))
    return Peaks(measured)


def to_docbin(folder: Path) -> None:
    """Write the version in a folder as DocBin."""
    for _ in convert(DatasetRef(_NAME, 1), formats(["docbin"]), store=None, storage=VersionFolder(folder)):
        pass


def records(count: int, seed: int) -> Iterator[Record]:
    """Yield records with a span on every seventh word, an entity and an event in turn."""
    for generated in generated_texts(count, seed=seed):
        layers: dict[str, list[Span]] = {"entities": [], "events": []}
        for number, match in enumerate(islice(re.finditer(r"\b[^\W\d_]+\b", generated.text), 0, None, _EVERY)):
            layer, label = (("entities", "PER"), ("events", "ATTACK"))[number % 2]
            layers[layer].append(Span(layer, match.start(), match.end(), label))
        spans = {layer: tuple(of_layer) for layer, of_layer in layers.items()}
        yield Record(f"{generated.number:08}", generated.text, "fr", spans, meta={"n": generated.number})


def write_version(folder: Path, count: int, seed: int) -> None:
    """Write a version of so many documents."""
    storage, schema = VersionFolder(folder), _schema()
    checksums = {split: hashlib.sha256() for split in SPLITS}
    with storage.stage(_NAME) as staged:
        for split in SPLITS:
            staged.append(f"{split}.jsonl", b"")
        for record in records(count, seed):
            line = record_line(record)
            checksums["train"].update(line)
            staged.append("train.jsonl", line)
        files = {
            f"{split}.jsonl": {"sha256": checksums[split].hexdigest(), "bytes": 0, "records": 0} for split in SPLITS
        }
        facts = manifest(
            _NAME, 1, parent=None, files=files, counts={}, schema=schema, rules={"decision": {}}, code_version="0"
        )
        staged.append("manifest.json", canonical_json(facts).encode())
        staged.publish(1)


def _schema() -> LabelSchema:
    import yaml

    path = Path(__file__).parent.parent / "configs" / "labels.yaml"
    return schema_from_value(yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
