"""Our own tables of documents, spans, relations and attributes, put together row by row."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.errors import InputRefused
from curator.files.imports.tables import Table
from curator.steps.ports.imports import ImportedAnnotation, ImportedDocument

_PARTS = ("spans", "relations", "attributes")


def documents_of(tables: Mapping[str, Table]) -> Iterator[ImportedDocument]:
    """Yield the documents of four tables, whose rows are in one order of documents.

    Raises InputRefused, naming the row, for one of a document that is not there or not in that order.
    """
    parts = {name: _Part(tables[name]) for name in _PARTS}
    for name, row in tables["documents"].rows():
        yield _document(name, row, {part: rows.of(row["split"], row["id"]) for part, rows in parts.items()})
    for part in parts.values():
        part.end()


class _Part:
    """The rows of a table, taken document by document."""

    def __init__(self, table: Table) -> None:
        self._rows = table.rows()
        self._next = next(self._rows, None)

    def of(self, split: Any, document: Any) -> list[dict[str, Any]]:
        """Return the next rows that are of a document."""
        rows: list[dict[str, Any]] = []
        while self._next is not None and (self._next[1]["split"], self._next[1]["document"]) == (split, document):
            rows.append({key: value for key, value in self._next[1].items() if key not in ("split", "document")})
            self._next = next(self._rows, None)
        return rows

    def end(self) -> None:
        """Raise InputRefused where there is a row left."""
        if self._next is not None:
            name, row = self._next
            what = f"row is of document {row['document']!r}, which is not there or not in this place"
            raise InputRefused(what, name, "write the tables again")


def _document(name: str, row: Mapping[str, Any], parts: Mapping[str, list[dict[str, Any]]]) -> ImportedDocument:
    # A record names spans by ids of their own, as these rows do.
    attributes = [{**item, "value": _json(item["value"], name)} for item in parts["attributes"]]
    meta = _json(row["meta"], name) if row["meta"] is not None else {}
    if not isinstance(meta, dict):
        raise InputRefused("'meta' is no JSON object", name, "write the tables again")
    if row["split"] not in SPLITS:
        raise InputRefused(f"unknown split {row['split']!r}", name, f"write one of {', '.join(SPLITS)}")
    return ImportedDocument(
        name=name,
        text=row["text"],
        raw_sha256=hashlib.sha256(str(row["text"]).encode("utf-8", "surrogatepass")).hexdigest(),
        annotations=(ImportedAnnotation.of_record({**parts, "attributes": attributes}, row),),
        lang=row["lang"] if isinstance(row["lang"], str) and row["lang"] else None,
        meta=meta,
        split=row["split"],
        id=str(row["id"] or ""),
        source=str(row["source"] or ""),
        code_points=True,
    )


def _json(text: Any, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise InputRefused("value is no JSON", name, "write the tables again") from None
