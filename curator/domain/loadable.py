"""Records as tables take them: each value has one declared type, and what is free JSON is JSON text."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from curator.domain.document import SPLITS

LOADABLE_FILES = {split: f"loadable/{split}.jsonl" for split in SPLITS}
"""The files of these records in a version, by split."""

_RELATIONS = b'},"relations":['
_ATTRIBUTES = b'],"attributes":['
_META = b'],"meta":'
_PROVENANCE_OF_LINE = b',"provenance":{"annotators":['
# A backslash that stands for itself, a character that JSON in ASCII alone escapes, and the first byte of four.
_ESCAPES = re.compile(rb"\\\\|[\x7f\xf0-\xf4]")

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


def loadable_lines(lines: Sequence[bytes]) -> bytes:
    """Return what `loadable_line` makes of each of the lines that `record_line` wrote, one after the other."""
    quick = list(map(_spliced, lines))
    text = b"".join(spliced for spliced in quick if spliced is not None)
    if None not in quick and not _ESCAPES.search(text):
        return _ascii(text)
    return b"".join(
        loadable_line(line) if spliced is None or _ESCAPES.search(spliced) else _ascii(spliced)
        for line, spliced in zip(lines, quick, strict=True)
    )


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


def _ascii(text: bytes) -> bytes:
    """Return JSON text in ASCII; no backslash stands for itself in it, no character takes more than four digits."""
    return text.decode("utf-8").encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
