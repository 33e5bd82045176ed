"""Prodigy's JSONL, as `db-out` writes it: a task a line, with its answer."""

from collections.abc import Iterator

from curator.files.imports.json_lines import json_items
from curator.files.imports.spelled_documents import Place, spelled_document
from curator.steps.intake.json_file import json_files
from curator.steps.ports.imports import Imported, ImportFiles, ImportFormat, ImportPart, ImportParts


def prodigy(parts: ImportParts) -> ImportFormat:
    """Return the format. What was rejected or ignored, task or span, is left out and counted.

    The annotator is that of the session, and an annotation is known by the hash of its task.
    """

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        for name in json_files(files):
            yield ImportPart(files.shown(name), _documents(files, Place(name, parts.max_text)))

    return ImportFormat("prodigy", read)


def _documents(files: ImportFiles, place: Place) -> Iterator[Imported]:
    for item in json_items(files, place.file, place.limit):
        yield spelled_document(item, item.fields, place)
