"""What reading a format holds in memory does not grow with the documents of its files."""

import gc
import tracemalloc
from pathlib import Path

import pytest

from curator.bootstrap.formats import formats, tokenizer
from curator.bootstrap.importing import import_format
from curator.files import raw_lines
from curator.files.formats import parquet
from curator.files.imports import json_lines, reader, tables, text_lines
from curator.files.imports.reader import AnnotationReader
from curator.spacy_models import docbin
from curator.steps.ports.imports import ImportedDocument, ImportParts
from tests.files.formats.hard_case import MemoryFolder
from tests.files.imports.as_imported import put
from tests.growth.counting import FACTOR
from tests.growth.test_format_memory import many

FEW = 20


def whole(folder: Path, name: str, count: int) -> Path:
    """Write so many documents in a format, and return the folder."""
    (form,) = formats([name])
    files = MemoryFolder()
    list(form.write(many(count), files))
    return put(folder / str(count), files.files)


def peak(folder: Path, name: str, count: int) -> int:
    """Return the peak of what Python holds while a folder of so many documents is read."""
    parts = ImportParts(tokenizer, lambda _: None)
    read = AnnotationReader(lambda form: import_format(form, parts), name).read([str(folder)])
    gc.collect()
    gc.freeze()
    tracemalloc.start()
    number = 0
    for item in read:
        number += isinstance(item, ImportedDocument)
        # What a library leaves in circles goes when it goes; only what is held is of interest.
        gc.collect()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.unfreeze()
    assert number == count
    return most


@pytest.mark.parametrize("name", ["brat", "cas", "conll", "conllup", "docbin", "parquet"])
def test_memory_does_not_grow_with_documents(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What waits until its file was read to the end is on disk from the start.
    monkeypatch.setattr(reader, "_IN_MEMORY", 1 << 12)
    monkeypatch.setattr(tables, "_BATCH", 8)
    monkeypatch.setattr(parquet, "_GROUP", 1 << 12)
    # A DocBin is read as it is written, a file at once.
    monkeypatch.setattr(docbin, "_SHARD", 1 << 12)
    monkeypatch.setattr(docbin, "_BATCH", 1 << 12)
    # The beginning of a file, by which its encoding is known.
    for module in (json_lines, raw_lines, text_lines):
        monkeypatch.setattr(module, "SAMPLE", 1 << 12)
    folders = {count: whole(tmp_path, name, count) for count in (FEW, FEW * FACTOR)}
    peak(folders[FEW], name, FEW)
    few, more = (peak(folder, name, count) for count, folder in folders.items())
    # Names of files, two a document, take some; what is read of a document takes thousands of bytes.
    assert (more - few) / (FEW * (FACTOR - 1)) < 1_500, f"{few} and {more} bytes"
