"""brat standoff: `.txt` and `.ann` files by twos, and what their names stand for where `names.json` says it.

By brat's public description: text-bound annotations, events, relations, attributes, notes; equivalences and
normalisations are counted as left out. The words of a span prove the unit of its offsets.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from curator.domain.canonical import has_own_form, is_own
from curator.domain.document import split_named
from curator.domain.errors import InputRefused
from curator.files.encodings import Decoded, decode
from curator.files.formats.brat import NAMES
from curator.files.imports.beside import beside
from curator.files.imports.brat_annotations import BratAnnotations
from curator.files.imports.brat_lines import brat_lines
from curator.files.imports.storable import storable
from curator.files.imports.written_names import WrittenNames
from curator.steps.ports.imports import (
    ImportedAnnotation,
    ImportedDocument,
    ImportFiles,
    ImportFormat,
    ImportPart,
    ImportParts,
)

_TEXT, _ANNOTATIONS = ".txt", ".ann"


def brat(parts: ImportParts) -> ImportFormat:
    """Return the format: a document is a text and the annotations of its name, wherever in the folder they lie."""

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        ends = {_TEXT, _ANNOTATIONS}
        pairs = sorted({name[:-4] for name in files.names() if PurePosixPath(name).suffix.lower() in ends})
        if not pairs:
            raise InputRefused("no file of annotations", files.name, "give .txt and .ann files")
        tables: dict[str, WrittenNames] = {}
        for pair in pairs:
            yield ImportPart(files.shown(_called(files, pair, _TEXT)), _documents(files, pair, tables, parts.max_text))

    return ImportFormat("brat", read)


def _documents(
    files: ImportFiles, pair: str, tables: dict[str, WrittenNames], limit: int
) -> Iterator[ImportedDocument]:
    text_file, annotations_file = (_called(files, pair, end) for end in (_TEXT, _ANNOTATIONS))
    for end, file, beside_it in ((_TEXT, text_file, annotations_file), (_ANNOTATIONS, annotations_file, text_file)):
        if not files.has(file):
            what = f"no {end} file beside it"
            raise InputRefused(what, files.shown(beside_it), f"put {PurePosixPath(pair).name}{end} there")
    raw = files.read(text_file)
    text, lines = _decoded(files, text_file, raw), _decoded(files, annotations_file).text
    names_file = beside(files, pair, NAMES)
    names = _names(files, names_file, tables)
    annotations = BratAnnotations(text.text, names)
    body = annotations.body(brat_lines(lines, files.shown(annotations_file)))
    named = PurePosixPath(pair).name.replace("__", "#")
    is_document = has_own_form(named)
    yield storable(
        ImportedDocument(
            name=files.shown(text_file),
            text=text.text,
            raw_sha256=hashlib.sha256(raw).hexdigest(),
            annotations=(ImportedAnnotation(body),),
            encoding=text.encoding,
            split=split_named(pair),
            id=named if is_document else "",
            code_points=names_file is not None and is_own(text.text, named),
            left_out=dict(annotations.left_out),
        ),
        limit,
    )


def _called(files: ImportFiles, pair: str, end: str) -> str:
    """Return what a file of a pair is called, its extension in capitals where there is none in small letters."""
    return pair + (end.upper() if not files.has(pair + end) and files.has(pair + end.upper()) else end)


def _decoded(files: ImportFiles, file: str, raw: bytes | None = None) -> Decoded:
    raw = files.read(file) if raw is None else raw
    try:
        return decode(raw) if raw else Decoded("", "utf-8")
    except InputRefused as error:
        raise replace(error, where=files.shown(file)) from None


def _names(files: ImportFiles, file: str | None, tables: dict[str, WrittenNames]) -> WrittenNames:
    """Return what names stand for by a file, which is read once."""
    if file is None:
        return WrittenNames({})
    if file not in tables:
        try:
            value = json.loads(files.read(file))
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, Mapping):
            raise InputRefused("not a JSON object", files.shown(file), "restore it, or remove it to take names as such")
        try:
            tables[file] = WrittenNames(value)
        except (ValueError, TypeError, AttributeError):
            raise InputRefused("not a table of names", files.shown(file), "restore it, or remove it") from None
    return tables[file]
