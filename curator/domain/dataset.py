"""Dataset versions: their digest and their manifest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from curator.domain.canonical import digest
from curator.domain.document import SPLITS
from curator.domain.loadable import LOADABLE_ENCODING
from curator.domain.record import RECORD_FORMAT
from curator.domain.schema import LabelSchema
from curator.domain.span import Content


def label_counts(content: Content, schema: LabelSchema) -> dict[str, dict[str, int]]:
    """Return the number of spans per layer and label of a content; every label of the schema has a key."""
    counts = Counter((span.layer, span.label) for span in content.spans)
    return {
        layer.name: {label.name: counts[layer.name, label.name] for label in layer.labels} for layer in schema.layers
    }


def version_counts(
    documents: Mapping[str, int], spans: Mapping[str, Mapping[str, Mapping[str, int]]], schema: LabelSchema
) -> dict[str, Any]:
    """Return the counts of a version as its manifest has them, from those of each split: of all, and by split.

    Spans are counted by layer and label; every label of the schema has a key.
    """
    by_split = {
        split: {"documents": documents[split], "spans": _every_label([spans[split]], schema)} for split in documents
    }
    return {
        "documents": sum(documents.values()),
        "spans": _every_label(spans.values(), schema),
        "by_split": by_split,
    }


def _every_label(counts: Iterable[Mapping[str, Mapping[str, int]]], schema: LabelSchema) -> dict[str, dict[str, int]]:
    every = list(counts)
    return {
        layer.name: {
            label.name: sum(of.get(layer.name, {}).get(label.name, 0) for of in every) for label in layer.labels
        }
        for layer in schema.layers
    }


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
    """Return the digest of a version: over records, schema, rules and record format, and nothing else."""
    records = {split: files[f"{split}.jsonl"]["sha256"] for split in SPLITS}
    return digest({"records": records, "schema": schema.value, "rules": dict(rules), "record_format": RECORD_FORMAT})
