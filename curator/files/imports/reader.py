"""The reader of annotations from elsewhere: every part of a path is read to its end before any of it is given out."""

import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import IO

from curator.domain.canonical import has_own_form
from curator.domain.errors import InputRefused
from curator.files.imports.detect import detected_format
from curator.files.imports.opened import opened
from curator.files.refusals import refusal
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import Imported, ImportedDocument, ImportFiles, ImportFormat, ImportPart

_IN_MEMORY = 16_000_000


class AnnotationReader:
    """Implements `ImportReader` for files of a format; without one, each path's is looked for in what it holds."""

    def __init__(self, formats: Callable[[str], ImportFormat], form: str = "") -> None:
        """Take what makes a format by its name, and the name of the one that is asked for."""
        self._formats = formats
        self._form = form

    def read(self, paths: Sequence[str]) -> Iterator[Imported]:
        for files in opened(paths):
            if isinstance(files, Refused):
                yield files
            else:
                yield from self._parts(files)

    def _parts(self, files: ImportFiles) -> Iterator[Imported]:
        empty = True
        try:
            for part in self._formats(self._form or detected_format(files)).parts(files):
                for item in _whole(part):
                    empty = False
                    yield _with_foreign_id(item)
            if empty:
                raise InputRefused("no document in it", files.name, "check the path and the --format")
        except InputRefused as error:
            yield _refused(files.name, error)


def _whole(part: ImportPart) -> Iterator[Imported]:
    """Yield the documents of a part once it was read to its end, or its refusal alone."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        count = 0
        try:
            for document in part.documents:
                pickle.dump(document, spool, pickle.HIGHEST_PROTOCOL)
                count += 1
        except InputRefused as error:
            yield _refused(part.name, error)
            return
        except RecursionError:
            yield refusal(part.name, InputRefused("nested too deeply", remedy="write flatter values"))
            return
        spool.seek(0)
        for _ in range(count):
            yield _next(spool)


def _next(spool: "tempfile.SpooledTemporaryFile[bytes] | IO[bytes]") -> Imported:
    document: Imported = pickle.load(spool)  # noqa: S301 - written above, by this process
    return document


def _refused(name: str, error: InputRefused) -> Refused:
    """Return the refusal of a part; an error that names the part, or a place in it, keeps its place."""
    return Refused(name, error) if error.where.startswith(name) else refusal(name, error)


def _with_foreign_id(item: Imported) -> Imported:
    """Return a document with the id that another tool gave it among its metadata: here it has another."""
    if not isinstance(item, ImportedDocument) or not item.id or "id" in item.meta or has_own_form(item.id):
        return item
    return replace(item, meta={**item.meta, "id": item.id})
