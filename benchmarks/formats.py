"""What a version costs in other formats, against the converter of Label Studio's SDK on the same annotations."""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import export
from benchmarks.export import Figures, schema
from benchmarks.generated import generated_texts
from benchmarks.ratio import Ratio, paired
from benchmarks.sizes import sizes
from curator.bootstrap.formats import formats
from curator.domain.dataset_ref import DatasetRef
from curator.domain.document import SPLITS
from curator.domain.record import Record, record_from_line, record_line
from curator.domain.schema import LabelSchema, Layer, schema_from_value
from curator.domain.span import Span, span_order
from curator.files.versions import VersionFolder
from curator.label_studio.interface import labelling_config
from curator.label_studio.results import write_result
from curator.spacy_models.format_tokens import french_tokens
from curator.steps.datasets.convert import convert
from curator.steps.ports.formats import FormatTokens

DOCUMENTS = 2_000
MANY = sizes(10_000, large=100_000)[-1]
_SPANS = 15
"""Spans of a text in each layer."""
_VERSION = DatasetRef("bench", 1)
_PEAK = """
import resource, sys
from pathlib import Path
from benchmarks.formats import converted
converted(Path(sys.argv[1]), sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
# A process counts what it was forked from as its own peak, so a small one starts the one that is measured.
_WATCH = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]], check=True)"


def against_the_sdk() -> Ratio:
    """Measure a version of one layer into CoNLL-2003, durably and with its ledger, against the SDK's CONLL2003.

    One layer, as the SDK writes only the one that it meets first.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_version(folder, DOCUMENTS, layers=1)
        tasks = folder / "tasks.json"
        records = [_task(record) for record in _records(DOCUMENTS, _schema(1))]
        tasks.write_text(json.dumps(records, ensure_ascii=False), "utf-8")
        del records
        converter = _converter(labelling_config(_schema(1)), name)
        return paired(
            "version into CoNLL-2003",
            lambda _: converted(folder, "conll"),
            "SDK's CONLL2003",
            lambda run: converter.convert_to_conll2003(str(tasks), str(folder / f"sdk{run}"), is_dir=False),
            inputs=range(6),
            amount=lambda _: DOCUMENTS,
            unit="documents/s",
            aim="at least 3",
        )


def export_against_the_sdk() -> Ratio:
    """Measure a version of decided documents, as JSONL, against the SDK's JSON_MIN of the same annotations."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export.fill(folder, DOCUMENTS)
        export.decide(folder)
        frozen = export.export(folder, "first")
        lines = [line for split in SPLITS for line in (frozen.path / f"{split}.jsonl").read_bytes().splitlines()]
        tasks = folder / "tasks.json"
        tasks.write_text(json.dumps([_task(record_from_line(line)) for line in lines], ensure_ascii=False), "utf-8")
        converter = _converter(labelling_config(schema()), name)
        return paired(
            "export of decided documents, JSONL",
            lambda run: export.export(folder, f"run{run}"),
            "SDK's JSON_MIN",
            lambda run: converter.convert_to_json_min(str(tasks), str(folder / f"sdk{run}"), is_dir=False),
            inputs=range(6),
            amount=lambda _: DOCUMENTS,
            unit="documents/s",
        )


def memory() -> Figures:
    """Measure the peak memory of each format for few and for many documents."""
    lines = []
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name) / "few", Path(name) / "many"
        write_version(few, MANY // 10)
        write_version(many, MANY)
        for form in ("conll", "conllup", "prodigy", "label-studio"):
            few_peak, many_peak = _peak(few, form), _peak(many, form)
            lines.append(
                f"{form}, peak memory: {few_peak / 1e6:.0f} MB for {MANY // 10:,} documents, "
                f"{many_peak / 1e6:.0f} MB for {MANY:,}; ratio {many_peak / few_peak:.3f}; aim: at most 1.2"
            )
    return Figures(tuple(lines))


def write_version(folder: Path, count: int, *, layers: int = 2) -> None:
    """Write a version of generated records, of the first layers of the schema, as far as a conversion needs it."""
    of = _schema(layers)
    storage = VersionFolder(folder)
    with storage.stage(_VERSION.name) as staged:
        for split in SPLITS:
            staged.append(f"{split}.jsonl", b"")
        for record in _records(count, of):
            staged.append("train.jsonl", record_line(record))
        facts = {file: {"sha256": written.sha256, "bytes": written.size} for file, written in staged.seal().items()}
        manifest = {"dataset": _VERSION.name, "version": 1, "digest": "0" * 64, "schema": of.value}
        for split in SPLITS:
            facts[f"{split}.jsonl"]["records"] = count if split == "train" else 0
        staged.append("manifest.json", json.dumps({**manifest, "files": facts}).encode())
        staged.publish(1)


def converted(folder: Path, form: str) -> None:
    """Write the version of a folder in a format."""
    for _ in convert(_VERSION, formats([form]), store=None, storage=VersionFolder(folder)):
        pass


def _schema(layers: int) -> LabelSchema:
    value = schema().value
    return schema_from_value({**value, "layers": value["layers"][:layers]}, "benchmark")


def _records(count: int, of: LabelSchema) -> Iterator[Record]:
    tokenize = french_tokens()
    for generated in generated_texts(count):
        drawn = random.Random(generated.number)  # noqa: S311 - nothing secret
        tokens = tokenize(generated.text)
        spans = {layer.name: _spans(drawn, layer, tokens) for layer in of.layers}
        yield Record(f"{generated.number:064x}", generated.text, "fr", spans)


def _spans(drawn: random.Random, layer: Layer, tokens: FormatTokens) -> tuple[Span, ...]:
    """Return spans of one to three tokens of which none overlap."""
    places = sorted(drawn.sample(range(len(tokens)), _SPANS + 1))
    spans = []
    for place, following in pairwise(places):
        last = min(place + drawn.randrange(3), following - 1)
        spans.append(Span(layer.name, tokens.starts[place], tokens.ends[last], drawn.choice(layer.labels).name))
    return tuple(sorted(spans, key=span_order))


def _task(record: Record) -> dict[str, Any]:
    result = write_result(record.content, record.text)
    annotation = {"id": 1, "result": result, "completed_by": 1, "created_at": "2026-01-01T00:00:00.000000Z"}
    return {"id": 1, "data": {"text": record.text, "document": record.id}, "annotations": [annotation]}


def _converter(config: str, folder: str) -> Any:
    """Return the SDK's converter, which has no types."""
    return import_module("label_studio_sdk.converter").Converter(config, folder)


def _peak(folder: Path, form: str) -> int:
    command = [sys.executable, "-c", _WATCH, "-c", _PEAK, str(folder), form]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(run.stdout.splitlines()[-1]) * 1024
