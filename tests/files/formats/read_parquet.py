"""Reads Parquet tables with pyarrow."""

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pyarrow.parquet import read_table

from curator.domain.document import SPLITS
from curator.domain.record import Record, record_from_value
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion

Rows = Iterable[Mapping[str, Any]]


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold."""
    tables = {name.removesuffix(".parquet"): read_table(io.BytesIO(data)).to_pylist() for name, data in files.items()}
    return from_rows(tables)


def from_rows(tables: Mapping[str, Rows]) -> ReadVersion:
    """Return the records that rows of the four tables hold."""
    of_document: dict[str, dict[tuple[str, str], list[Mapping[str, Any]]]] = {}
    for name in ("spans", "relations", "attributes"):
        for row in tables[name]:
            of_document.setdefault(name, {}).setdefault((row["split"], row["document"]), []).append(row)
    version: dict[str, list[Record]] = {split: [] for split in SPLITS}
    for row in tables["documents"]:
        key = (row["split"], row["id"])
        parts = {name: rows.get(key, []) for name, rows in of_document.items()}
        version[row["split"]].append(_record(row, parts))
    return version


def _record(row: Mapping[str, Any], parts: Mapping[str, list[Mapping[str, Any]]]) -> Record:
    spans = {layer: [s for s in parts.get("spans", []) if s["layer"] == layer] for layer in SCHEMA.layer_names}
    attributes = [{**item, "value": json.loads(item["value"])} for item in parts.get("attributes", [])]
    provenance = {key: row[key] for key in ("last_annotator", "policy", "pipeline", "ground_truth", "source")}
    value = {
        **{key: row[key] for key in ("id", "text", "lang")},
        "spans": spans,
        "relations": parts.get("relations", []),
        "attributes": attributes,
        "meta": json.loads(row["meta"]),
        "provenance": {**provenance, "annotators": list(row["annotators"])},
    }
    return record_from_value(value)
