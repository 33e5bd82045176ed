"""Records: the lines of a dataset version, or any JSON objects that hold spans as records do."""

from collections.abc import Iterator, Mapping
from typing import Any

from curator.domain.document import SPLITS, split_named
from curator.domain.errors import InputRefused
from curator.domain.json_values import checked_text
from curator.files.imports.json_lines import json_items
from curator.files.imports.reader import is_own
from curator.files.json_documents import checked_split
from curator.steps.intake.json_file import JsonItem, json_files
from curator.steps.ports.imports import (
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


def _documents(files: ImportFiles, file: str, limit: int) -> Iterator[ImportedDocument]:
    for line in json_items(files, file, limit):
        yield _document(line, split_named(file), limit)


def _document(line: JsonItem, split: str | None, limit: int) -> ImportedDocument:
    value = line.fields
    if "text" not in value:
        raise InputRefused("record has no key 'text'", line.name, "name the text 'text'")
    provenance, meta = _object(line, "provenance"), _object(line, "meta")
    names = [provenance.get("last_annotator"), *_list(provenance.get("annotators"))]
    named = value["id"] if isinstance(value.get("id"), str) else ""
    with line.named():
        text = checked_text(value["text"], limit)
        own_split = checked_split(value.get("split"))
    return ImportedDocument(
        name=line.name,
        text=text,
        raw_sha256=line.raw_sha256,
        annotations=(
            ImportedAnnotation(
                {key: value.get(key) for key in ("spans", "relations", "attributes")},
                annotator=next((name for name in names if isinstance(name, str) and name), ""),
                ground_truth=provenance.get("ground_truth") is True,
            ),
        ),
        encoding=line.encoding,
        lang=value.get("lang") if isinstance(value.get("lang"), str) else None,
        meta={key: item for key, item in value.items() if key not in _OWN} | dict(meta),
        split=own_split or split,
        id=named,
        source=str(provenance.get("source") or ""),
        code_points=is_own(text, named),
    )


def _object(line: JsonItem, key: str) -> Mapping[str, Any]:
    value = line.fields.get(key)
    if value is not None and not isinstance(value, dict):
        raise InputRefused(f"{key!r} is no object", line.name, "write it as a JSON object, or leave it out")
    return value or {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
