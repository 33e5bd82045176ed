"""Near-duplicate search: what a document costs as the corpus grows, and how many of the reprints it finds.

At 1,000 and 8,000 documents, or 100,000 where the large sizes are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import bindparam, text

from benchmarks.generated import generated_texts
from benchmarks.sizes import is_large
from curator.domain.canonical import document_id
from curator.domain.document import Arrival, Document, Source
from curator.domain.span import Content
from curator.domain.split import SplitRule
from curator.files.nearness import THRESHOLD, SketchNearness, shingles
from curator.steps.intake.ingest import assign_splits
from curator.store.database import SqlStore
from curator.store.engines import open_file
from curator.store.migrate import upgrade

_SMALL, _MIDDLE, _LARGE = 1_000, 8_000, 100_000
_STEP = 500
_SENTENCES = (4, 12)
_RULE = SplitRule("benchmark", {"train": 0.8, "dev": 0.1, "test": 0.1})
_INDEX = ("signature_key", "signed_document", "waiting_document")


class CountingNearness(SketchNearness):
    """Keeps which texts were compared and which of these are near, by the first of each pair."""

    def __init__(self) -> None:
        self.compared = 0
        self.seconds = 0.0
        self.near_pairs: set[frozenset[str]] = set()

    def signature(self, text: str) -> list[int]:
        began = perf_counter()
        signature = super().signature(text)
        self.seconds += perf_counter() - began
        return signature

    def near(self, left: str, right: str) -> bool:
        self.compared += 1
        is_near = super().near(left, right)
        if is_near:
            self.near_pairs.add(frozenset((left, right)))
        return is_near


@dataclass(frozen=True, slots=True)
class AtSize:
    """What the last documents of a corpus cost each, and how many of its reprints were found."""

    documents: int
    candidates: float
    bytes_stored: float
    milliseconds: float
    of_signature: float
    found: int
    reprints: int

    def __str__(self) -> str:
        return (
            f"  at {self.documents:>7,} documents: {self.candidates:.2f} candidates, {self.bytes_stored:,.0f} bytes of "
            f"signature and {self.milliseconds:.2f} ms a document ({self.of_signature:.2f} ms the signature); "
            f"{self.found:,} of {self.reprints:,} reprints found ({self.found / self.reprints:.2%})"
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """Costs at several sizes, with exact comparison of all pairs as the baseline."""

    sizes: list[AtSize]
    exact: int
    exact_found: int
    exact_milliseconds: float

    def __str__(self) -> str:
        first, last = self.sizes[0], self.sizes[-1]
        return "\n".join(
            (
                "near-duplicate search; aim: candidates and bytes a document stay bounded, 99 % of reprints found",
                *map(str, self.sizes),
                f"  {last.documents:,} against {first.documents:,}: candidates ratio "
                f"{last.candidates / first.candidates:.2f}, bytes ratio {last.bytes_stored / first.bytes_stored:.2f}",
                f"  baseline, all pairs of {_SMALL:,} compared exactly: {self.exact_milliseconds:.2f} ms a document; "
                f"{self.exact_found:,} of {self.exact:,} near pairs found",
            )
        )


def growth() -> Growth:
    """Take a generated corpus of short and longer texts in, so many documents at a time."""
    largest = _LARGE if is_large() else _MIDDLE
    corpus = _Corpus(largest)
    nearness = CountingNearness()
    with TemporaryDirectory() as folder:
        store = SqlStore(open_file(Path(folder) / "store.sqlite3"))
        upgrade(store.engine)
        sizes = [_after_step(store, nearness, corpus, end) for end in range(_STEP, largest + 1, _STEP)]
        store.engine.dispose()
    began = perf_counter()
    exact = _all_pairs(corpus.texts[:_SMALL])
    seconds = perf_counter() - began
    return Growth(
        [size for size in sizes if size.documents in (_SMALL, _MIDDLE, largest)],
        len(exact),
        len(exact & nearness.near_pairs),
        seconds / _SMALL * 1000,
    )


class _Corpus:
    """Texts, half of them short, and the pairs of a reprint and the text that it reprints."""

    def __init__(self, size: int) -> None:
        self.texts: list[str] = []
        self.reprints: list[tuple[int, frozenset[str]]] = []
        streams = [list(generated_texts(size // len(_SENTENCES), sentences=count)) for count in _SENTENCES]
        for row in zip(*streams, strict=True):
            for stream, generated in zip(streams, row, strict=True):
                self.texts.append(generated.text)
                if generated.reprint_of is not None and stream[generated.reprint_of].reprint_of is None:
                    pair = frozenset((generated.text, stream[generated.reprint_of].text))
                    self.reprints.append((len(self.texts), pair))


def _after_step(store: SqlStore, nearness: CountingNearness, corpus: _Corpus, end: int) -> AtSize:
    """Take in the documents up to a number, and return what those of this step cost."""
    compared, signing = nearness.compared, nearness.seconds
    texts = corpus.texts[end - _STEP : end]
    began = perf_counter()
    with store.writing() as transaction:
        transaction.documents.add([_arrival(written) for written in texts])
    assign_splits(store, nearness, _RULE)
    seconds = perf_counter() - began
    pairs = [pair for number, pair in corpus.reprints if number <= end]
    return AtSize(
        end,
        (nearness.compared - compared) / _STEP,
        _bytes_of_index(store) / end,
        seconds / _STEP * 1000,
        (nearness.seconds - signing) / _STEP * 1000,
        sum(pair in nearness.near_pairs for pair in pairs),
        len(pairs),
    )


def _arrival(written: str) -> Arrival:
    document = Document(document_id(written), written, "fr")
    return Arrival(document, Source(document.id, "generated", "0" * 64, "utf-8", {}), Content())


def _bytes_of_index(store: SqlStore) -> int:
    names = [name for table in _INDEX for name in (table, f"sqlite_autoindex_{table}_1")]
    size = text("select sum(pgsize) from dbstat where name in :names").bindparams(bindparam("names", expanding=True))
    with store.engine.connect() as connection:
        return int(connection.scalar(size, {"names": names}) or 0)


def _all_pairs(texts: Sequence[str]) -> set[frozenset[str]]:
    """Return the near pairs among texts, each compared with every other one."""
    sets = [(written, shingles(written)) for written in texts]
    return {
        frozenset((left, right))
        for (left, left_set), (right, right_set) in combinations(sets, 2)
        if len(left_set & right_set) >= THRESHOLD * len(left_set | right_set)
    }
