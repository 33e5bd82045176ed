"""Files of a format, read as an import does, without a store."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from curator.bootstrap.formats import tokenizer
from curator.bootstrap.importing import import_format
from curator.domain.canonical import canonicalise
from curator.domain.carried import carry_over
from curator.domain.offset_units import in_code_points
from curator.domain.span import Content
from curator.files.imports.reader import AnnotationReader
from curator.steps.intake.foreign_labels import LabelMap
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import Imported, ImportedDocument, ImportParts
from tests.files.formats.hard_case import SCHEMA

_LABELS = LabelMap({"ATTACK": "events/ATTACK"})


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder, and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(
    form: str, *paths: Path, text: Callable[[str], str | None] = lambda _: None, max_text: int = 1_000_000
) -> list[Imported]:
    """Return all that is read of some paths; an empty format is to be found out."""
    parts = ImportParts(tokenizer, text, max_text, SCHEMA.layer_names)
    reader = AnnotationReader(lambda name: import_format(name, parts), form)
    return list(reader.read([str(path) for path in paths]))


def documents(form: str, *paths: Path, text: Callable[[str], str | None] = lambda _: None) -> list[ImportedDocument]:
    """Return the documents that are read of some paths, of which none is refused."""
    items = read(form, *paths, text=text)
    assert all(isinstance(item, ImportedDocument) for item in items), items
    return [item for item in items if isinstance(item, ImportedDocument)]


def refusal(form: str, *paths: Path, max_text: int = 1_000_000) -> str:
    """Return the line that says why nothing was read of some paths."""
    (refused,) = read(form, *paths, max_text=max_text)
    assert isinstance(refused, Refused), refused
    line = str(refused.error)
    assert "\n" not in line
    assert refused.error.remedy
    return line


def content(document: ImportedDocument) -> Content:
    """Return what is annotated on a document as an import takes it in, by the schema of the hard case.

    That has ATTACK in two layers: what does not say which is of `events`.
    """
    (annotation,) = document.annotations
    body: Mapping[str, Any] = annotation.body
    if not document.code_points:
        body = in_code_points(body, document.text).annotations
    return carry_over(_LABELS.applied(body, SCHEMA), document.text, canonicalise(document.text), SCHEMA)


def labelled(document: ImportedDocument) -> list[tuple[str, str, str]]:
    """Return layer, words and label of the spans of a document, of which none is refused."""
    held = content(document)
    assert not held.problems, held.problems
    text = canonicalise(document.text).text
    return [(span.layer, text[span.start : span.end], span.label) for span in held.spans]
