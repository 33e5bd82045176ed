"""What an export costs: of decided documents against writing the same records, and where a version is unchanged.

With 10,000 documents, 100,000 where the large sizes are asked for; the store is made anew, which then takes minutes.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import jsonlines
import orjson
from sqlalchemy import insert

from benchmarks.generated import generated_texts
from benchmarks.ratio import Ratio, paired, timed
from benchmarks.sizes import sizes
from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import AnnotationState, Form, Identity, ProjectSource
from curator.domain.canonical import document_id
from curator.domain.document import SPLITS, Arrival, Document, Source
from curator.domain.policy import Policy
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Content
from curator.domain.split import Assignment
from curator.files.versions import VersionFolder
from curator.steps.curation.batches import decide_changed
from curator.steps.curation.decide import Decider, Rules
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.in_force.schema import adopt_schema
from curator.store.database import SqlStore, SqlTransaction
from curator.store.engines import open_file
from curator.store.migrate import upgrade
from curator.store.rows import chunks
from curator.store.tables import RevisionRow

DOCUMENTS = sizes(10_000, large=100_000)[-1]
SPANS = 30
_RULES = Rules(Policy("latest"), False, "salt")
_IN_MEMORY = 5_000
CHANGED = 100
_LATER = "2026-02-01T00:00:00.000000Z"
_CREATED = "2026-01-01T00:00:00.000000Z"
_SOURCE = str(ProjectSource("benchmark", 1))
_PEAK = """
import resource, sys
from pathlib import Path
from benchmarks.export import export
export(Path(sys.argv[1]), sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
# A process counts what it was forked from as its own peak, so a small one starts the one that is measured.
_WATCH = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]], check=True)"


@dataclass(frozen=True, slots=True)
class Figures:
    """Lines of what was measured."""

    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def measure() -> Figures:
    """Measure an export of decided documents against jsonlines over orjson, deciding, unchanged exports and memory."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (Path(folder) / str(count) for count in (DOCUMENTS // 10, DOCUMENTS))
        lines = []
        for path, count in ((few, DOCUMENTS // 10), (many, DOCUMENTS)):
            path.mkdir()
            fill(path, count)
            seconds = timed(lambda: decide(path))  # noqa: B023
            lines.append(f"deciding {count:,} documents of {SPANS} spans: {seconds / count * 1e3:.2f} ms each")
        lines.append(str(decided_against_jsonlines(many)))
        lines.append(_bytes(many))
        whole, unchanged = timed(lambda: export(many, "again")), timed(lambda: export(many, "again"))
        lines.append(f"export of {DOCUMENTS:,} as it was: {unchanged:.2f} s, {unchanged / whole:.2f} of a new version")
        lines.append(_after_changes(many))
        few_peak, many_peak = peak(few), peak(many)
        lines.append(
            f"export, peak memory: {few_peak / 1e6:.0f} MB for {DOCUMENTS // 10:,} documents, "
            f"{many_peak / 1e6:.0f} MB for {DOCUMENTS:,}; ratio {many_peak / few_peak:.3f}; aim: at most 1.2"
        )
        return Figures(tuple(lines))


def decided_against_jsonlines(folder: Path) -> Ratio:
    """Measure new versions of decided documents against the same records from memory, both durable on disk.

    An export writes each record a second time, as tables load it, and keeps in the store what it is made of.
    """
    records = list(islice(_records(export(folder, "first")), _IN_MEMORY))

    def write(run: int) -> None:
        with (folder / f"baseline{run}.jsonl").open("wb") as stream:
            writer = jsonlines.Writer(stream, dumps=orjson.dumps)
            for record in islice(cycle(records), DOCUMENTS):
                writer.write(record)
            stream.flush()
            os.fsync(stream.fileno())

    return paired(
        "export of decided documents",
        lambda run: export(folder, f"run{run}"),
        "jsonlines over orjson, from memory",
        write,
        inputs=range(4),
        amount=lambda _: DOCUMENTS,
        unit="records/s",
        aim="at least 0.5",
    )


def _records(frozen: Frozen) -> Iterator[Any]:
    for split in SPLITS:
        with (frozen.path / f"{split}.jsonl").open("rb") as lines:
            yield from map(orjson.loads, lines)


def _bytes(folder: Path) -> str:
    version = folder / "exports" / "run1" / "v1"
    sizes = {path.relative_to(version).as_posix(): path.stat().st_size for path in version.rglob("*") if path.is_file()}
    data = sum(sizes[f"{split}.jsonl"] for split in SPLITS)
    loadable = sum(size for name, size in sizes.items() if name.startswith("loadable/"))
    rest = sum(sizes.values()) - data - loadable
    baseline = (folder / "baseline1.jsonl").stat().st_size
    return (
        f"bytes: an export {data / 1e6:.1f} MB of records, {loadable / 1e6:.1f} MB as tables load them, "
        f"{rest / 1e3:.1f} kB beside them; the baseline {baseline / 1e6:.1f} MB"
    )


def _after_changes(folder: Path) -> str:
    """Measure the next version once a hundred documents were annotated anew, against reading its records once."""
    export(folder, "changed")
    with _store(folder) as store:
        with store.reading() as transaction:
            documents = transaction.standing.documents("", DOCUMENTS)[:: DOCUMENTS // CHANGED]
            revisions = transaction.revisions.revisions_at(documents, transaction.seq)
        with store.writing() as transaction:
            for document, (revision, *_) in revisions.items():
                assert revision.state is not None
                state = replace(revision.state, body=revision.state.body[1:], updated_at=_LATER)
                transaction.revisions.append(state.identity, document, state)
    decide(folder)
    versions: list[Frozen] = []
    seconds = timed(lambda: versions.append(export(folder, "changed")))
    assert versions[0].manifest["changes"]["changed"] == len(documents)
    reading = timed(lambda: sum(1 for _ in _records(versions[0])))
    return (
        f"export after {len(documents)} changed, deciding apart: {seconds:.2f} s; reading its records with orjson: "
        f"{reading:.2f} s; {seconds / reading:.1f} times as long; aim: at most 2"
    )


def peak(folder: Path) -> int:
    """Return the peak memory in bytes of a process that exports a new version."""
    command = [sys.executable, "-c", _WATCH, "-c", _PEAK, str(folder), "peak"]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(run.stdout.splitlines()[-1]) * 1024


def export(folder: Path, name: str) -> Frozen:
    """Export what a folder's store holds as the next version of a dataset."""
    with _store(folder) as store:
        return freeze(
            name,
            store=store,
            storage=VersionFolder(folder / "exports"),
            rules=_RULES,
            read_content=READ_ANNOTATION,
            as_of=None,
            code_version="0",
        )


def decide(folder: Path) -> None:
    """Decide all documents of a folder's store."""
    with _store(folder) as store:
        with store.reading() as transaction:
            seq = transaction.seq
        decide_changed(store, Decider(schema(), _RULES, READ_ANNOTATION), seq)


@contextmanager
def _store(folder: Path) -> Iterator[SqlStore]:
    engine = open_file(folder / "store.sqlite3")
    try:
        yield SqlStore(engine)
    finally:
        engine.dispose()


def fill(folder: Path, count: int) -> None:
    """Store so many documents, each with an annotation of `SPANS` spans and with a split."""
    with _store(folder) as store:
        upgrade(store.engine)
        adopt_schema(store, schema(), "benchmark")
        numbered = enumerate((generated.text for generated in generated_texts(count)), start=1)
        for chunk in chunks(numbered, 2_000):
            with store.writing() as transaction:
                _add(transaction, chunk)
        with store.writing() as transaction:
            transaction.standing.rebuild()


def _add(transaction: SqlTransaction, numbered: Sequence[tuple[int, str]]) -> None:
    documents = [(number, Document(document_id(text), text, "fr")) for number, text in numbered]
    arrivals = [
        Arrival(document, Source(document.id, f"{number}.txt", "0" * 64, "utf-8", {"n": number}), Content())
        for number, document in documents
    ]
    transaction.documents.add(arrivals)
    splits = [SPLITS[number % 10 // 8] if number % 10 else "test" for number, _ in documents]
    transaction.documents.assign(
        [Assignment(document.id, split, "hash") for (_, document), split in zip(documents, splits, strict=True)]
    )
    # Set-wise, as no port takes annotations by the thousand.
    rows = [_revision(number, document, transaction.seq) for number, document in documents]
    transaction._connection.execute(insert(RevisionRow), rows)


def _revision(number: int, document: Document, seq: int) -> dict[str, Any]:
    identity = Identity(_SOURCE, str(number), _CREATED)
    step = len(document.text) // SPANS
    items = [_region(document.text, at * step, at) for at in range(SPANS)]
    state = AnnotationState(
        identity, "benchmark/1", None, _CREATED, False, False, None, Form.LABEL_STUDIO, items, number
    )
    key = {"source": identity.source, "key": identity.key, "created_at": identity.created_at}
    copied = {"task": number, "annotator": "benchmark/1", "updated_by": None, "parent_prediction": None}
    return {"seq": seq, **key, "document": document.id, "value": state.value(), **copied}


def _region(text: str, start: int, number: int) -> dict[str, Any]:
    while text[start].isspace():
        start += 1
    end = next((at for at in range(start + 1, min(start + 9, len(text))) if text[at].isspace()), start + 8)
    value = {"start": start, "end": end, "labels": ["PER" if number % 3 else "ORG"]}
    return {"id": str(number), "from_name": "entities", "to_name": "text", "type": "labels", "value": value}


def schema() -> LabelSchema:
    """Return the default label schema."""
    import yaml

    path = Path(__file__).parent.parent / "configs" / "labels.yaml"
    return schema_from_value(yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
