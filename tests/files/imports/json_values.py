"""JSON values of a test's own, read as an import reads them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curator.bootstrap.importing import import_format
from curator.files.imports.reader import AnnotationReader
from curator.steps.ports.imports import Imported, ImportedDocument, ImportParts

LAYERS = ("entities", "events")


def _no_tokens() -> Any:
    raise AssertionError("nothing is to be cut into tokens")


PARTS = ImportParts(_no_tokens, lambda _document: None, 100_000, LAYERS)


def read(path: Path, form: str = "") -> list[Imported]:
    """Return what a path holds, in a format or the one that it shows to be."""
    return list(AnnotationReader(lambda name: import_format(name, PARTS), form).read([str(path)]))


def read_lines(folder: Path, lines: Sequence[Any], form: str = "", name: str = "lines.jsonl") -> list[Imported]:
    """Return what is read of values, a line each."""
    path = folder / name
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")
    return read(path, form)


def read_list(folder: Path, values: Sequence[Any], form: str = "", name: str = "list.json") -> list[Imported]:
    """Return what is read of a list of values, written with indentation."""
    path = folder / name
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2), encoding="utf-8")
    return read(path, form)


def only(items: Sequence[Imported]) -> ImportedDocument:
    """Return the only one of what was read, which is a document."""
    (document,) = items
    assert isinstance(document, ImportedDocument), document
    return document


def spans(document: ImportedDocument, annotation: int = 0) -> list[tuple[str, Any]]:
    """Return the covered texts and labels of an annotation."""
    listed = []
    for item in document.annotations[annotation].body.get("spans", []):
        start, end, label = item if isinstance(item, list) else (item["start"], item["end"], item["label"])
        listed.append((document.text[start:end], label))
    return listed


def said(items: Sequence[Imported]) -> str:
    """Return the only line that a refusal says."""
    (refused,) = items
    line = str(getattr(refused, "error", refused))
    assert "\n" not in line
    return line
