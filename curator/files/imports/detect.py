"""Which format files are of, by their names and how they begin."""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from curator.domain.errors import InputRefused
from curator.steps.ports.imports import ImportFiles

_HEAD = 65_536
_BY_EXTENSION = {
    ".ann": "brat",
    ".xmi": "cas",
    ".spacy": "docbin",
    ".parquet": "parquet",
    ".conllup": "conllup",
    ".conllu": "conllup",
    ".iob": "conll",
    ".iob2": "conll",
    ".bio": "conll",
    ".conll": "conll",
    ".bioes": "bioes",
}
_REMEDY = "name the format with --format"


def detected_format(files: ImportFiles) -> str:
    """Return the name of the format of a path's files. Raises InputRefused where they tell of none, or of several."""
    names = files.names()
    kinds = {_BY_EXTENSION[suffix] for name in names if (suffix := PurePosixPath(name).suffix.lower()) in _BY_EXTENSION}
    if not kinds:
        kinds = {_json_format(files, name) for name in names if name.endswith((".json", ".jsonl"))} - {""}
    if len(kinds) == 1:
        return kinds.pop()
    what = f"files of several formats: {', '.join(sorted(kinds))}" if kinds else "not a format that is known by itself"
    raise InputRefused(what, files.name, _REMEDY)


def _json_format(files: ImportFiles, name: str) -> str:
    with files.open(name) as stream:
        head = stream.read(_HEAD).decode("utf-8-sig", "replace").strip()
    value = _first_value(head)
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):
        return "spacy"
    keys = value.keys() if isinstance(value, dict) else ()
    return next((form for form, wanted in _BY_KEYS if any(set(of_form) <= set(keys) for of_form in wanted)), "")


_BY_KEYS: Sequence[tuple[str, Sequence[tuple[str, ...]]]] = (
    ("gliner", [("tokenized_text",)]),
    ("records", [("id", "text", "spans", "provenance")]),
    ("label-studio", [("data", "annotations"), ("data", "predictions"), ("annotation_id", "annotator")]),
    ("prodigy", [("text", "answer"), ("text", "_input_hash"), ("text", "_task_hash")]),
    ("spacy", [("paragraphs",)]),
    ("doccano", [("text", "label"), ("text", "labels"), ("text", "entities")]),
    ("records", [("text", "spans")]),
)
"""The keys, any of these sets of them, by which the first object of a file tells its format; the first that fits."""


def _first_value(head: str) -> Any:
    """Return the first object of a JSON file, or a list of two of which the first is a text; else None."""
    decoder = json.JSONDecoder()
    at = 0
    while at < len(head):
        try:
            value, _ = decoder.raw_decode(head, at)
        except ValueError:
            # A list of objects that goes on beyond the head begins with one that may not.
            if not head.startswith("[", at):
                return _partial_keys(head[at:])
            at += 1
            while at < len(head) and head[at].isspace():
                at += 1
            continue
        while isinstance(value, list) and value and not (len(value) == 2 and isinstance(value[0], str)):
            value = value[0]
        return value
    return None


def _partial_keys(head: str) -> dict[str, None]:
    """Return the keys that an object which is longer than the head shows, at whatever depth."""
    import re

    return dict.fromkeys(re.findall(r'"(\w+)"\s*:', head))
