"""Records: the lines of a dataset version, or any JSON objects that hold spans as records do."""

from collections.abc import Iterator, Mapping
from typing import Any

from curator.domain.canonical import is_own
from curator.domain.document import SPLITS
from curator.domain.errors import InputRefused
from curator.domain.json_values import checked_text
from curator.files.imports.json_lines import json_items
from curator.files.imports.spelled_documents import Place, document, spelled_document
from curator.files.imports.storable import NOT_ANNOTATED
from curator.files.json_documents import checked_split
from curator.files.words import has_words, spelled_words
from curator.steps.intake.json_file import JsonItem, json_files
from curator.steps.ports.imports import (
    Imported,
    ImportedAnnotation,
    ImportedDocument,
    ImportFiles,
    ImportFormat,
    ImportPart,
    ImportParts,
)

_MANIFEST = "manifest.json"
_OWN = frozenset({"id", "text", "lang", "spans", "relations", "attributes", "meta", "provenance", "split", "layers"})


def records(parts: ImportParts) -> ImportFormat:
    """Return the format: files of JSON, lines or a list; of the folder of a version its records alone."""

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        names = json_files(files)
        if _MANIFEST in files.names():
            names = [name for name in names if name in {f"{split}.jsonl" for split in SPLITS}]
        if not names:
            raise InputRefused("no file of records", files.name, "give the folder of a version")
        for name in names:
            yield ImportPart(files.shown(name), _documents(files, name, parts.max_text))

    return ImportFormat("records", read)


def _documents(files: ImportFiles, file: str, limit: int) -> Iterator[Imported]:
    place = Place(file, limit, of_records=True)
    for line in json_items(files, file, limit):
        value = line.fields
        if has_words(value):
            with line.named():
                text, reading = spelled_words(value, in_layers=True)
            yield document(line, text, reading, place)
            continue
        if "text" not in value:
            raise InputRefused("record has no key 'text'", line.name, "name the text 'text'")
        if isinstance(value["text"], str) and isinstance(value.get("id"), str) and is_own(value["text"], value["id"]):
            yield _own(line, place)
            continue
        with line.named():
            checked_split(value.get("split"))
            checked_text(value["text"], limit)
        yield spelled_document(line, value, place)


def _own(line: JsonItem, place: Place) -> ImportedDocument:
    """Return the document of a record that was written here, whose spans have one spelling."""
    value = line.fields
    provenance, meta = _object(line, "provenance"), _object(line, "meta")
    body = {key: value[key] for key in ("spans", "relations", "attributes") if value.get(key) is not None}
    with line.named():
        text = checked_text(value["text"], place.limit)
        own_split = checked_split(value.get("split"))
    return ImportedDocument(
        name=line.name,
        text=text,
        raw_sha256=line.raw_sha256,
        annotations=(ImportedAnnotation.of_record(body, provenance),) if body else (),
        encoding=line.encoding,
        lang=value.get("lang") if isinstance(value.get("lang"), str) else None,
        meta={key: item for key, item in value.items() if key not in _OWN} | dict(meta),
        split=own_split or place.split,
        id=value["id"],
        source=str(provenance.get("source") or ""),
        code_points=True,
        left_out={} if body else {NOT_ANNOTATED: 1},
    )


def _object(line: JsonItem, key: str) -> Mapping[str, Any]:
    value = line.fields.get(key)
    if value is not None and not isinstance(value, dict):
        raise InputRefused(f"{key!r} is no object", line.name, "write it as a JSON object, or leave it out")
    return value or {}
