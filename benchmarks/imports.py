"""What an import costs: records into an empty store, against the ingest of their texts alone."""

import json
import tempfile
from itertools import count
from pathlib import Path

from benchmarks.generated import generated_texts
from benchmarks.growth_steps import Bench
from benchmarks.ratio import Ratio, paired
from benchmarks.sizes import sizes
from curator.bootstrap.importing import import_format
from curator.files.documents import FileReader
from curator.files.imports.reader import AnnotationReader
from curator.files.nearness import SketchNearness
from curator.steps.intake.import_annotations import ImportRules, import_annotations
from curator.steps.intake.import_order import ImportOrder
from curator.steps.intake.ingest import ingest
from curator.steps.ports.formats import Tokenize
from curator.steps.ports.imports import ImportParts
from tests.fakes.parts import RULE, SCHEMA, french, silent

DOCUMENTS = sizes(1_000, large=10_000)[-1]
SPANS = 30
_RUNS = 4


def measure() -> Ratio:
    """Measure the import of records of 30 spans each; splits and near-duplicates are part of both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts, records = folder / "texts.jsonl", folder / "records.jsonl"
        _write(texts, records)
        numbers = count()

        def bench() -> Bench:
            made = folder / str(next(numbers))
            made.mkdir()
            return Bench(made, "")

        return paired(
            f"import of {DOCUMENTS:,} records of {SPANS} spans",
            lambda _: _import(records, bench()),
            "ingest of their texts",
            lambda _: _ingest(texts, bench()),
            inputs=range(_RUNS),
            amount=lambda _: DOCUMENTS,
            unit="documents/s",
        )


def _write(texts: Path, records: Path) -> None:
    with texts.open("w", encoding="utf-8") as plain, records.open("w", encoding="utf-8") as annotated:
        for generated in generated_texts(DOCUMENTS):
            text = generated.text
            starts = range(0, min(len(text) - 3, 3 * SPANS), 3)
            spans = [
                {"start": start, "end": start + 3, "label": "PER", "text": text[start : start + 3]} for start in starts
            ]
            plain.write(json.dumps({"text": text}) + "\n")
            annotated.write(json.dumps({"text": text, "spans": spans}) + "\n")


def _import(file: Path, bench: Bench) -> None:
    store = bench.store()
    parts = ImportParts(_no_tokens, lambda _: None)
    report = import_annotations(
        [str(file)],
        ImportOrder("import", "2026-01-01T00:00:00.000000Z", "zoe"),
        ImportRules(SCHEMA, french, RULE, SketchNearness()),
        reader=AnnotationReader(lambda name: import_format(name, parts)),
        store=store,
        progress=silent,
    )
    assert report.annotations >= DOCUMENTS * 0.9, report
    store.engine.dispose()


def _ingest(file: Path, bench: Bench) -> None:
    store = bench.store()
    ingest(
        [str(file)],
        reader=FileReader(),
        language=french,
        nearness=SketchNearness(),
        store=store,
        schema=SCHEMA,
        rule=RULE,
        progress=silent,
    )
    store.engine.dispose()


def _no_tokens() -> Tokenize:
    raise AssertionError("records need no tokens")
