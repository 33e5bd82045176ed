"""Croissant: what the tables of documents, spans, relations and attributes are, for machines to read, beside them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.loss import Loss
from curator.files.formats.extras import require
from curator.files.formats.parquet import NUMBER, TABLES, TEXTS, TRUTH, write_tables
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent

METADATA = "croissant.json"
_SPLITS = "splits"
_TYPES = {NUMBER: "sc:Integer", TRUTH: "sc:Boolean"}
_DESCRIPTIONS = {
    "documents": "Every document with its split, text, metadata (JSON text) and provenance.",
    "spans": "Every span of a document; offsets are code points, the end is not in it.",
    "relations": "Every relation between two spans of a document, by their ids.",
    "attributes": "Every value (JSON text) of a span, by its id, or of a whole document.",
}
_KEYS = {"documents": ("id",), "spans": ("document", "id")}
_TERMS = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet", "format"),
    *("includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)


def croissant(_parts: FormatParts) -> Format:
    """Return the format: `croissant.json`, as version 1.0 of its specification has it, and the Parquet tables."""
    require("pyarrow", "croissant")
    return Format("croissant", _write)


def _write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
    hashed = _Hashed(folder)
    yield from write_tables(version, hashed)
    text = json.dumps(_metadata(version.manifest, hashed), ensure_ascii=False, indent=2)
    folder.write(METADATA, text.encode() + b"\n")


class _Hashed:
    """Implements `FormatFolder` on another one, and knows what was written to each file."""

    def __init__(self, folder: FormatFolder) -> None:
        self._folder = folder
        self._checksums: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}

    def append(self, file: str, block: bytes) -> None:
        self._folder.append(file, block)
        self._checksums.setdefault(file, hashlib.sha256()).update(block)
        self.sizes[file] = self.sizes.get(file, 0) + len(block)

    def write(self, file: str, content: bytes) -> None:
        self._folder.write(file, content)

    def checksum(self, file: str) -> str:
        """Return the SHA-256 of a file that was appended to."""
        digest: str = self._checksums[file].hexdigest()
        return digest


def _metadata(manifest: Mapping[str, Any], hashed: _Hashed) -> dict[str, Any]:
    name, number, digest = manifest["dataset"], manifest["version"], manifest["digest"]
    title = manifest["schema"].get("title", manifest["schema"]["name"])
    return {
        "@context": _context(),
        "@type": "sc:Dataset",
        "name": name,
        "description": f"Documents with their spans, relations and attributes, by the label schema “{title}”.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "citeAs": f"{name}@{number}, SHA-256 {digest}",
        "inLanguage": manifest["schema"]["language"],
        "version": f"{number}.0.0",
        "distribution": [_file(table, hashed) for table in TABLES],
        "recordSet": [_splits(), *(_record_set(table) for table in TABLES)],
    }


def _context() -> dict[str, Any]:
    return {
        "@language": "en",
        "@vocab": "https://schema.org/",
        **{term: f"cr:{term}" for term in _TERMS},
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
    }


def _file(table: str, hashed: _Hashed) -> dict[str, Any]:
    file = f"{table}.parquet"
    return {
        "@type": "cr:FileObject",
        "@id": file,
        "name": file,
        "contentUrl": file,
        "contentSize": f"{hashed.sizes[file]} B",
        "encodingFormat": "application/x-parquet",
        "sha256": hashed.checksum(file),
    }


def _splits() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": _SPLITS,
        "name": _SPLITS,
        "description": "The splits, of which each document is in one.",
        "dataType": "cr:Split",
        "key": {"@id": f"{_SPLITS}/name"},
        "field": [{"@type": "cr:Field", "@id": f"{_SPLITS}/name", "name": "name", "dataType": "sc:Text"}],
        "data": [{f"{_SPLITS}/name": split} for split in SPLITS],
    }


def _record_set(table: str) -> dict[str, Any]:
    value: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "description": _DESCRIPTIONS[table],
        "field": [_field(table, column, kind) for column, kind in TABLES[table].items()],
    }
    if table in _KEYS:
        keys = [{"@id": f"{table}/{column}"} for column in _KEYS[table]]
        value["key"] = keys[0] if len(keys) == 1 else keys
    return value


def _field(table: str, column: str, kind: str) -> dict[str, Any]:
    value: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{column}",
        "name": column,
        "dataType": _TYPES.get(kind, "sc:Text"),
        "source": {"fileObject": {"@id": f"{table}.parquet"}, "extract": {"column": column}},
    }
    if kind == TEXTS:
        value["repeated"] = True
    if column == "split":
        value["references"] = {"field": {"@id": f"{_SPLITS}/name"}}
    return value
