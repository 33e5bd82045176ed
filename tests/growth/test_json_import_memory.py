"""What reading an import holds in memory does not grow with the documents of a file."""

import gc
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.importing import import_format
from curator.files.imports import reader
from curator.files.imports.reader import AnnotationReader
from curator.steps.intake import json_file
from tests.files.imports.json_values import PARTS
from tests.files.imports.test_detect import OBJECTS
from tests.files.imports.test_label_studio import ATTACK, GAO, annotation, task
from tests.growth.counting import FACTOR

FEW = 300
TASK = task(annotation(1, GAO, ATTACK), annotation(2, GAO))


def peak(path: Path, form: str, value: Any, count: int) -> int:
    """Return the peak of what Python holds while so many equal documents of one list are read."""
    path.write_text(json.dumps([value] * count), encoding="utf-8")
    files = AnnotationReader(lambda name: import_format(name, PARTS), form)
    gc.collect()
    tracemalloc.start()
    read = sum(1 for _ in files.read([str(path)]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == count
    return most


@pytest.mark.parametrize("form", ["doccano", "gliner", "label-studio", "spacy"])
def test_memory_does_not_grow_with_documents(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # What waits for the end of a file waits on disk.
    monkeypatch.setattr(reader, "_IN_MEMORY", 1 << 12)
    monkeypatch.setattr(json_file, "_BLOCK", 1 << 12)
    value = TASK if form == "label-studio" else OBJECTS[form][0]
    padded = {**value, "titre": "Gao attaque. " * 200} if isinstance(value, dict) else [value[0] + " " * 2600, value[1]]
    peak(tmp_path / "a.json", form, padded, FEW)
    few, many = (peak(tmp_path / "a.json", form, padded, count) for count in (FEW, FACTOR * FEW))
    # A tenth of what each document takes in the file.
    assert (many - few) / (FEW * (FACTOR - 1)) < 250, f"{few} and {many} bytes"
