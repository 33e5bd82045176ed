"""Records as tables take them: each value has one declared type, and what is free JSON is JSON text."""

import json
from collections.abc import Iterable
from typing import Any

from curator.domain.document import SPLITS

LOADABLE_FILES = {split: f"loadable/{split}.jsonl" for split in SPLITS}
"""The files of these records in a version, by split."""

_SPAN = {"id": "string", "start": "int64", "end": "int64", "label": "string", "text": "string"}
_RELATION = {"head": "string", "child": "string", "label": "string", "direction": "string"}
_ATTRIBUTE = {"on": "string", "name": "string", "value": "string"}
_PROVENANCE = {
    "annotators": ["string"],
    "last_annotator": "string",
    "policy": "string",
    "pipeline": "string",
    "ground_truth": "bool",
    "source": "string",
}


def features(layers: Iterable[str]) -> dict[str, Any]:
    """Return the types of a record: a name for a value, a dict for an object, a list of one for a list."""
    return {
        "id": "string",
        "text": "string",
        "lang": "string",
        "spans": {layer: [_SPAN] for layer in layers},
        "relations": [_RELATION],
        "attributes": [_ATTRIBUTE],
        "meta": "string",
        "provenance": _PROVENANCE,
    }


def loadable_line(line: bytes) -> bytes:
    """Return a record's line with metadata and attribute values as JSON text, in ASCII, ended by LF.

    The same line always gives the same bytes: versions are written again by it.
    """
    record = json.loads(line)
    record["meta"] = _text(record["meta"])
    for attribute in record["attributes"]:
        attribute["value"] = _text(attribute["value"])
    return json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
