"""Parquet: a table of documents, one of spans, one of relations and one of attributes."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from curator.domain.document import SPLITS
from curator.domain.loss import Loss
from curator.domain.record import Record, provenance_value
from curator.domain.span import Span, attribute_value, relation_value
from curator.files.formats.extras import require
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent

if TYPE_CHECKING:
    import pyarrow

TEXT, NUMBER, TRUTH, TEXTS = "text", "number", "truth", "texts"
TABLES: Mapping[str, Mapping[str, str]] = {
    "documents": {
        **dict.fromkeys(("id", "split", "text", "lang", "meta"), TEXT),
        "annotators": TEXTS,
        **dict.fromkeys(("last_annotator", "policy", "pipeline"), TEXT),
        "ground_truth": TRUTH,
        "source": TEXT,
    },
    "spans": {
        **dict.fromkeys(("document", "split", "layer", "id"), TEXT),
        **dict.fromkeys(("start", "end"), NUMBER),
        **dict.fromkeys(("label", "text"), TEXT),
    },
    "relations": dict.fromkeys(("document", "split", "head", "child", "label", "direction"), TEXT),
    "attributes": dict.fromkeys(("document", "split", "on", "name", "value"), TEXT),
}
"""The columns of each table with what they hold; `meta` and an attribute's `value` are JSON text."""

_GROUP = 4_000_000
"""The number of characters of text after which a row group ends."""
_GROUP_ROWS = 50_000


def parquet(_parts: FormatParts) -> Format:
    """Return the format, all splits in one file a table. Offsets count code points."""
    require("pyarrow", "parquet")
    return Format("parquet", write_tables)


def write_tables(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
    """Write the tables, `NAME.parquet` each; leaves nothing out."""
    facts = {key: str(version.manifest[key]) for key in ("dataset", "version", "digest")}
    with ExitStack() as stack:
        tables = {name: stack.enter_context(_Table(name, facts, folder)) for name in TABLES}
        length = 0
        for split in SPLITS:
            for record in version.records(split):
                for name, rows in _rows(record, split).items():
                    tables[name].rows += rows
                length += len(record.text)
                if length >= _GROUP or any(len(table.rows) >= _GROUP_ROWS for table in tables.values()):
                    length = 0
                    for table in tables.values():
                        table.end_group()
    yield from ()


def _rows(record: Record, split: str) -> dict[str, list[dict[str, Any]]]:
    about = {"document": record.id, "split": split}
    facts = {"id": record.id, "split": split, "text": record.text, "lang": record.lang, "meta": _json(record.meta)}
    return {
        "documents": [{**facts, **provenance_value(record.provenance)}],
        "spans": [{**about, **_span(span, record.text)} for span in record.content.spans],
        "relations": [{**about, **relation_value(relation)} for relation in record.relations],
        "attributes": [
            {**about, **attribute_value(attribute), "value": _json(attribute.value)} for attribute in record.attributes
        ],
    }


def _span(span: Span, text: str) -> dict[str, Any]:
    return {
        "layer": span.layer,
        "id": span.id,
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "text": text[span.start : span.end],
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Table:
    """A table that is written group by group of its rows; its file is whole at the end of the block of code."""

    def __init__(self, name: str, facts: Mapping[str, str], folder: FormatFolder) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        self.rows: list[dict[str, Any]] = []
        self._schema = _schema(name).with_metadata({f"curator:{key}": value for key, value in facts.items()})
        self._to_table = pyarrow.Table.from_pylist
        self._writer = ParquetWriter(_Sink(f"{name}.parquet", folder), self._schema, compression="zstd")

    def __enter__(self) -> "_Table":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.end_group()
        self._writer.close()

    def end_group(self) -> None:
        """Write the rows there are, if any, as a group."""
        if self.rows:
            self._writer.write_table(self._to_table(self.rows, schema=self._schema))
            self.rows = []


def _schema(name: str) -> "pyarrow.Schema":
    import pyarrow

    kinds = {TEXT: pyarrow.string(), NUMBER: pyarrow.int64(), TRUTH: pyarrow.bool_()}
    kinds[TEXTS] = pyarrow.list_(pyarrow.string())
    return pyarrow.schema([(column, kinds[kind]) for column, kind in TABLES[name].items()])


class _Sink(io.RawIOBase):
    """A file of a folder as pyarrow writes to one."""

    def __init__(self, file: str, folder: FormatFolder) -> None:
        self._file = file
        self._folder = folder

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        self._folder.append(self._file, bytes(block))
        return len(block)
