"""Dataset versions: records as canonical bytes, their digest and their manifest."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.canonical import digest
from curator.domain.decision import Decision, Loss
from curator.domain.document import SPLITS, Document
from curator.domain.schema import LabelSchema
from curator.domain.span import attribute_value, by_layer, relation_value

RECORD_FORMAT = 1


def pseudonym(salt: str, annotator: str | None) -> str:
    """Return a stable name for an annotator that does not tell who it is: HMAC-SHA256 under the store's salt."""
    if annotator is None:
        return "unknown"
    mark = hmac.new(salt.encode(), annotator.encode(), hashlib.sha256).hexdigest()
    return f"annotator-{mark[:10]}"


def record(
    document: Document, decision: Decision, schema: LabelSchema, meta: Mapping[str, Any], provenance: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a document's record: every key present, spans and relations in a fixed order."""
    return {
        "id": document.id,
        "text": document.text,
        "lang": document.lang,
        "spans": by_layer(decision.content.spans, schema.layer_names, document.text),
        "relations": [relation_value(relation) for relation in decision.content.relations],
        "attributes": [attribute_value(attribute) for attribute in decision.content.attributes],
        "meta": {key: meta[key] for key in sorted(meta)},
        "provenance": dict(provenance),
    }


def record_bytes(value: Mapping[str, Any]) -> bytes:
    """Return a record as one line of JSON in UTF-8, ended by LF; raises ValueError for NaN and infinities."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8") + b"\n"


@dataclass(frozen=True, slots=True)
class DecidedRecord:
    """A decided document as an export takes it: its record's bytes, and what to count."""

    document: str
    split: str | None
    data: bytes
    counts: Mapping[str, Mapping[str, int]]
    losses: tuple[Loss, ...]


def label_counts(decision: Decision, schema: LabelSchema) -> dict[str, dict[str, int]]:
    """Return the number of spans per layer and label of a decision; every label of the schema has a key."""
    found = Counter((span.layer, span.label) for span in decision.content.spans)
    return {
        layer.name: {label.name: found[layer.name, label.name] for label in layer.labels} for layer in schema.layers
    }


def manifest(
    dataset: str,
    version: int,
    parent: Mapping[str, Any] | None,
    files: Mapping[str, Mapping[str, Any]],
    counts: Mapping[str, Any],
    schema: LabelSchema,
    rules: Mapping[str, Any],
    code_version: str,
) -> dict[str, Any]:
    """Return what a version says of itself; `files` maps each data file to its `sha256`, `bytes` and `records`."""
    return {
        "dataset": dataset,
        "version": version,
        "digest": version_digest(files, schema, rules),
        "parent": None if parent is None else {"version": parent["version"], "digest": parent["digest"]},
        "record_format": RECORD_FORMAT,
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


def loss_ledger(losses: Iterable[Loss]) -> dict[str, Any]:
    """Return the ledger of all that a version leaves out, ordered by document, with a count per reason."""
    values = [loss.value() for loss in losses]
    values.sort(
        key=lambda value: (value["document"], value["reason"], value["kind"], json.dumps(value["item"], sort_keys=True))
    )
    counts = Counter(value["reason"] for value in values)
    return {"counts": {reason: counts[reason] for reason in sorted(counts)}, "losses": values}
