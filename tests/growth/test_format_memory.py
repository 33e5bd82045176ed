"""What a format holds in memory and keeps open does not grow with the documents of a version."""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from curator.bootstrap.formats import formats
from curator.domain.record import Record
from curator.files.formats import blocks, parquet
from curator.spacy_models import docbin, format_tokens
from curator.steps.ports.formats import Format, VersionContent
from tests.files.formats.hard_case import RECORDS, version
from tests.growth.counting import FACTOR

FEW = 150


class Nowhere:
    """Implements `FormatFolder`, and keeps nothing but counts."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.blocks = 0

    def append(self, file: str, block: bytes) -> None:
        self.files.add(file)
        self.blocks += 1

    def write(self, file: str, content: bytes) -> None:
        self.blocks += 1


def many(count: int) -> VersionContent:
    (record,) = (record for record in RECORDS["train"] if record.id == "elisions")

    def records(split: str) -> Iterator[Record]:
        for number in range(count if split == "train" else 0):
            # Words that only this document has, in place of others.
            text = f"{record.text} Zor{number}an Bel{number}ka Dra{number}mi" * 3
            yield Record(f"{number}", text, "fr", record.spans, record.relations, record.attributes, record.meta)

    return VersionContent(version().manifest, version().schema, records)


def peak(form: Format, count: int) -> int:
    """Return the peak of what Python holds while so many documents are written."""
    gc.collect()
    tracemalloc.start()
    for _ in form.write(many(count), Nowhere()):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("name", ["brat", "cas", "croissant", "docbin", "gliner", "parquet"])
def test_memory_does_not_grow_with_documents(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_BLOCK", 1 << 12)
    monkeypatch.setattr(format_tokens, "_REMEMBERED", 100)
    monkeypatch.setattr(parquet, "_GROUP", 1 << 12)
    monkeypatch.setattr(docbin, "_SHARD", 1 << 14)
    monkeypatch.setattr(docbin, "_BATCH", 1 << 12)
    (form,) = formats([name])
    peak(form, 10)
    few, more = peak(form, FEW), peak(form, FEW * FACTOR)
    # What each document leaves behind: a row group its place in the file, say.
    assert (more - few) / (FEW * (FACTOR - 1)) < 400, f"{few} and {more} bytes"
