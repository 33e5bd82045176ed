"""Records as tables take them: each value has one declared type, and what is free JSON is JSON text."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from curator.domain.document import SPLITS

LOADABLE_FILES = {split: f"loadable/{split}.jsonl" for split in SPLITS}
"""The files of these records in a version, by split."""

_RELATIONS = b'},"relations":['
_ATTRIBUTES = b'],"attributes":['
_META = b'],"meta":'
_PROVENANCE_OF_LINE = b',"provenance":{"annotators":['
_READ = (b"\x7f", b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
"""What other characters begin with: the one of ASCII that JSON escapes in ASCII alone, and those of four bytes."""
_ASIDE = b"\x01"
"""What no JSON text holds as it is stands for its own backslashes, while others come in."""

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
    spliced = list(map(_spliced, lines))
    if None not in spliced:
        text = _ascii(b"".join(line for line in spliced if line is not None))
        if text is not None:
            return text
    return b"".join(
        (None if quick is None else _ascii(quick)) or loadable_line(line)
        for line, quick in zip(lines, spliced, strict=True)
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


def _ascii(text: bytes) -> bytes | None:
    """Return JSON text in ASCII; None where that takes more than to escape characters of four digits or fewer."""
    if any(byte in text for byte in _READ):
        return None
    aside = text.replace(b"\\", _ASIDE)
    escaped = aside.decode("utf-8").encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
    return escaped.replace(_ASIDE, b"\\")
