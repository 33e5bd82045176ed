"""Records as tables take them: each value has one declared type, and what is free JSON is JSON text."""

import json
from collections.abc import Iterable
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.json_values import unbroken

LOADABLE_FILES = {split: f"loadable/{split}.jsonl" for split in SPLITS}
"""The files of these records in a version, by split."""

LOADABLE_ENCODING = "utf-8"
"""How these records are encoded in versions of now, as a manifest says it; where it does not, they are in ASCII."""

_RELATIONS = b'},"relations":['
_ATTRIBUTES = b'],"attributes":['
_META = b'],"meta":'
_PROVENANCE_OF_LINE = b',"provenance":{"annotators":['
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


def loadable_lines(lines: Iterable[bytes], encoding: str = LOADABLE_ENCODING) -> bytes:
    """Return records that `record_line` wrote, with metadata and attribute values as JSON text, each ended by LF.

    In `utf-8`, or with every other character escaped in `ascii`, as versions of before have them. The same lines always
    give the same bytes: versions are written again by it.
    """
    if encoding == "ascii":
        return b"".join(_dumped(line, ensure_ascii=True) for line in lines)
    return b"".join(_spliced(line) or loadable_line(line) for line in lines)


def loadable_line(line: bytes) -> bytes:
    """Return what `loadable_lines` makes of a line in UTF-8, by reading it."""
    return _dumped(line, ensure_ascii=False)


def _dumped(line: bytes, *, ensure_ascii: bool) -> bytes:
    record = json.loads(line)
    record["meta"] = _text(record["meta"])
    for attribute in record["attributes"]:
        attribute["value"] = _text(attribute["value"])
    text = json.dumps(record, ensure_ascii=ensure_ascii, separators=(",", ":"))
    return unbroken(text).encode("utf-8") + b"\n"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _spliced(line: bytes) -> bytes | None:
    """Return a line with its metadata as JSON text, all else as it is; None where it takes reading to tell.

    The marks are told from what stands in values by their quotes, which are escaped there, and from names of layers by
    the brackets before them: an object ends before the relations, a list before a layer.
    """
    relations = line.find(_RELATIONS)
    attributes = line.find(_ATTRIBUTES, relations) + len(_ATTRIBUTES)
    start, end = attributes + len(_META), line.rfind(_PROVENANCE_OF_LINE)
    if relations < 0 or attributes < len(_ATTRIBUTES) or end < start or not line.startswith(_META, attributes):
        return None
    meta = line[start:end]
    if b"\\" in meta:
        return None
    return b'%b"%b"%b' % (line[:start], meta.replace(b'"', b'\\"'), line[end:])
