"""Dataset versions: their digest and their manifest."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.canonical import digest
from curator.domain.document import SPLITS
from curator.domain.loadable import LOADABLE_ENCODING
from curator.domain.policy import SILVER
from curator.domain.record import RECORD_FORMAT
from curator.domain.schema import LabelSchema
from curator.domain.span import Content

SILVER_FILE = f"{SILVER}.jsonl"
"""The file of a version that holds the documents nobody annotated, as they were predicted."""


def label_counts(content: Content, schema: LabelSchema) -> dict[str, dict[str, int]]:
    """Return the number of spans per layer and label of a content; every label of the schema has a key."""
    counts = Counter((span.layer, span.label) for span in content.spans)
    return {
        layer.name: {label.name: counts[layer.name, label.name] for label in layer.labels} for layer in schema.layers
    }


def summed_counts(counts: Iterable[Mapping[str, Mapping[str, int]]], schema: LabelSchema) -> dict[str, dict[str, int]]:
    """Return counts that `label_counts` made as one."""
    total: Counter[tuple[str, str]] = Counter()
    for of_content in counts:
        for layer, labels in of_content.items():
            total.update({(layer, label): number for label, number in labels.items()})
    return {
        layer.name: {label.name: total[layer.name, label.name] for label in layer.labels} for layer in schema.layers
    }


@dataclass(slots=True)
class SplitCounts:
    """What is counted of a split: documents, their records, and spans by layer and label."""

    documents: int = 0
    records: int = 0
    spans: Counter[tuple[str, str]] = field(default_factory=Counter)


def version_counts(counts_of: Mapping[str, SplitCounts], schema: LabelSchema) -> dict[str, Any]:
    """Return the counts of a manifest: of all splits and of each, silver documents apart.

    Records are counted where documents have several; every label of the schema has a key.
    """
    of_splits = [counts_of[split] for split in SPLITS]
    counts = _counted(of_splits, schema)
    records = sum(of_split.records for of_split in of_splits)
    return {
        **counts,
        "by_split": {split: _counted([counts_of[split]], schema) for split in SPLITS},
        **({"records": records} if records != counts["documents"] else {}),
        **({SILVER: _counted([counts_of[SILVER]], schema)} if SILVER in counts_of else {}),
    }


def _counted(splits: Sequence[SplitCounts], schema: LabelSchema) -> dict[str, Any]:
    spans = {
        layer.name: {label.name: sum(split.spans[layer.name, label.name] for split in splits) for label in layer.labels}
        for layer in schema.layers
    }
    return {"documents": sum(split.documents for split in splits), "spans": spans}


def record_counts(manifest: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of records by split, and under `silver` those of silver documents where there is a file."""
    files = manifest["files"]
    splits = [*SPLITS, *([SILVER] if SILVER_FILE in files else [])]
    return {split: int(files[f"{split}.jsonl"]["records"]) for split in splits}


def manifest(
    dataset: str,
    version: int,
    *,
    parent: Mapping[str, Any] | None,
    files: Mapping[str, Mapping[str, Any]],
    counts: Mapping[str, Any],
    schema: LabelSchema,
    rules: Mapping[str, Any],
    code_version: str,
) -> dict[str, Any]:
    """Return the manifest of a version; `files` maps each data file to its `sha256`, `bytes` and `records`."""
    return {
        "dataset": dataset,
        "version": version,
        "digest": version_digest(files, schema, rules),
        "parent": None if parent is None else {"version": parent["version"], "digest": parent["digest"]},
        "record_format": RECORD_FORMAT,
        "loadable": LOADABLE_ENCODING,
        "files": {name: dict(files[name]) for name in sorted(files)},
        "counts": dict(counts),
        "rules": dict(rules),
        "schema_hash": schema.hash,
        "schema": dict(schema.value),
        "code_version": code_version,
    }


def version_digest(files: Mapping[str, Mapping[str, Any]], schema: LabelSchema, rules: Mapping[str, Any]) -> str:
    """Return the digest of a version: over records, schema, rules and record format, and nothing else.

    Silver records, where a version has any, are among the records.
    """
    records = {split: files[f"{split}.jsonl"]["sha256"] for split in SPLITS}
    if SILVER_FILE in files:
        records[SILVER] = files[SILVER_FILE]["sha256"]
    return digest({"records": records, "schema": schema.value, "rules": dict(rules), "record_format": RECORD_FORMAT})
