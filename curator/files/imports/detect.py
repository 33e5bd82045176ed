"""Which format files are of, by their names and how they begin."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from curator.domain.errors import InputRefused
from curator.files.encodings import marked_encoding
from curator.steps.intake.json_file import is_beside, is_json
from curator.steps.ports.imports import ImportFiles

_HEAD = 65_536
_MOST_HEAD = 32 * 1024 * 1024
"""How much of a file is read at most for its first value, in bytes."""

_MOST_VALUES = 100
# A version, and what is made of it within its folder.
_MANIFEST, _FORMATS = "manifest.json", "formats/"
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
    # Its reader says why not.
    ".py": "spacy",
    ".pkl": "spacy",
    ".pickle": "spacy",
}
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*(?:"(?P<colon>\s*:)?|\Z)|[{}\[\]]', re.DOTALL)
"""A text of JSON, with the colon that makes it a key, or one that goes on; and what opens or closes."""

_REMEDY = "name the format with --format"


def detected_format(files: ImportFiles) -> str:
    """Return the name of the format of a path's files. Raises InputRefused where they tell of none, or of several."""
    names = files.names()
    if _MANIFEST in names and any(name.startswith(_FORMATS) for name in names):
        return "records"
    kinds = {_BY_EXTENSION[suffix] for name in names if (suffix := PurePosixPath(name).suffix.lower()) in _BY_EXTENSION}
    if not kinds:
        kinds = {_json_format(files, name) for name in names if is_json(name) and not is_beside(name)} - {""}
    if len(kinds) == 1:
        return kinds.pop()
    what = f"files of several formats: {', '.join(sorted(kinds))}" if kinds else "not a format that is known by itself"
    raise InputRefused(what, files.name, _REMEDY)


def _json_format(files: ImportFiles, name: str) -> str:
    """Return the format of what a JSON file begins with, or the empty text where it tells of none."""
    head, values = _beginning(files, name)
    if any(isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) for value in values):
        return "spacy"
    objects = [value for value in values if isinstance(value, dict)]
    keys = {key for value in objects for key in value}
    if not objects:
        keys = set(_shown_keys(head))
    form = next((form for form, wanted in _BY_KEYS if any(set(of_form) <= keys for of_form in wanted)), "")
    if form == "entities":
        return _format_of_entities([item for value in objects for item in _list(value.get("entities"))])
    return form


def _beginning(files: ImportFiles, name: str) -> tuple[str, list[Any]]:
    """Return how a file begins, as far as its first value goes, and the whole values that are in that."""
    with files.open(name) as stream:
        raw, size = b"", _HEAD
        while True:
            block = stream.read(size - len(raw))
            raw += block
            head = raw.decode(marked_encoding(raw) or "utf-8", "replace").lstrip("\ufeff").lstrip()
            values = list(islice(_first_values(head), _MOST_VALUES))
            if values or not block or size >= _MOST_HEAD:
                return head, values
            size *= 2


_BY_KEYS: Sequence[tuple[str, Sequence[tuple[str, ...]]]] = (
    ("gliner", [("tokenized_text",)]),
    ("records", [("id", "text", "spans", "provenance", "relations")]),
    (
        "label-studio",
        [("data", "annotations"), ("data", "completions"), ("data", "predictions"), ("annotation_id", "annotator")],
    ),
    ("prodigy", [(key,) for key in ("answer", "_input_hash", "_task_hash", "_view_id", "_session_id")]),
    ("spacy", [("paragraphs",), ("doc_annotation", "token_annotation"), ("text", "ents")]),
    ("doccano", [("text", key) for key in ("label", "labels", "Comments", "annotations")]),
    ("doccano", [("id", "data", "label")]),
    ("entities", [("text", "entities")]),
    ("gliner", [("text", "ner")]),
    ("records", [("text", "spans")]),
)
"""The keys, any of these sets of them, by which the first objects of a file tell its format; the first that fits."""


def _format_of_entities(entities: Sequence[Any]) -> str:
    """Return whose entities these are: spaCy's are lists, those of doccano have numbers, and GLiNER finds words."""
    if any(isinstance(item, list) for item in entities):
        return "spacy"
    found = any(isinstance(item, dict) and "start" in item and "score" in item for item in entities)
    return "gliner" if found else "doccano"


def _first_values(head: str) -> Iterator[Any]:
    """Yield the values that a JSON file begins with, whole ones, in or out of a list."""
    decoder = json.JSONDecoder()
    # A pair that begins with a text is a value, any other list holds some.
    at = 1 if head.startswith("[") and not head[1:].lstrip().startswith('"') else 0
    while at < len(head):
        if head[at].isspace() or head[at] == ",":
            at += 1
            continue
        try:
            value, at = decoder.raw_decode(head, at)
        except (ValueError, RecursionError):
            return
        yield value


def _shown_keys(head: str) -> Iterator[str]:
    """Yield the keys of the first object, of one that is longer than the head those that show."""
    depth = 0
    for token in _TOKENS.finditer(head):
        text = token[0]
        if text in "{[":
            # A list around the objects is none of their depth.
            depth += text == "{" or depth > 0
        elif text in "}]":
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1 and token["colon"]:
            yield text[1 : text.rindex('"')]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
