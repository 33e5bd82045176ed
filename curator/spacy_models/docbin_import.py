"""spaCy's DocBin as annotations: `doc.ents` as the layer of entities, every span group as the layer of its name.

A file is unpacked as data alone: nothing of spaCy's or of a plug-in's is called that could run what a file says, and no
document of spaCy's is made of numbers that nobody checked.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from curator.domain.document import split_named
from curator.domain.errors import InputRefused
from curator.domain.json_values import faults
from curator.spacy_models.docbin import USER_DATA
from curator.spacy_models.packed_docs import PackedDoc, packed_docs
from curator.spacy_models.reading import ENTITIES
from curator.steps.intake.chosen_files import chosen_files
from curator.steps.ports.imports import (
    ImportedAnnotation,
    ImportedDocument,
    ImportFiles,
    ImportFormat,
    ImportPart,
    ImportParts,
    LeftOut,
)

_EXTENSION = ".spacy"
_CANDIDATES = "sc"
"""The group that spaCy's own span categorizer uses where no other is named, which says nothing of a layer."""
_SPAN_ID = re.compile(r"(?P<layer>[^:]+):(?P<start>[0-9]{1,15})-(?P<end>[0-9]{1,15}):(?P<label>.+)", re.DOTALL)


def docbin(parts: ImportParts) -> ImportFormat:
    """Return the format: `.spacy` files of any attributes among which are the words."""

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        for name in chosen_files(files, "DocBin", [_EXTENSION]):
            yield ImportPart(files.shown(name), _documents(files, name, parts.max_text))

    return ImportFormat("docbin", read)


def _documents(files: ImportFiles, file: str, limit: int) -> Iterator[ImportedDocument | LeftOut]:
    shown, split = files.shown(file), split_named(file)
    for number, doc in enumerate(packed_docs(files.read(file), shown), start=1):
        name = f"{shown}:{number}"
        # spaCy's own converters end some files with a document of no words.
        yield _document(doc, name, split, limit) if doc.text else LeftOut(name, "document-without-words")


def _document(doc: PackedDoc, name: str, split: str | None, limit: int) -> ImportedDocument:
    rest, text = _rest(doc, name), doc.text
    spans = _spans(doc)
    provenance, meta = _object(rest, "provenance", name), _object(rest, "meta", name)
    body = {
        "spans": spans + _rebuilt(spans, rest),
        "relations": rest.get("relations"),
        "attributes": rest.get("attributes"),
    }
    _refuse(text, [body, meta, provenance], name, limit)
    annotation = ImportedAnnotation.of_record(body, provenance)
    return ImportedDocument(
        name=name,
        text=text,
        raw_sha256=hashlib.sha256(text.encode()).hexdigest(),
        # Where spaCy says of no token whether it is in an entity, nobody annotated.
        annotations=(annotation,) if rest or doc.is_annotated or spans else (),
        lang=rest["lang"] if isinstance(rest.get("lang"), str) else None,
        meta=meta,
        split=split,
        id=rest["id"] if isinstance(rest.get("id"), str) else "",
        source=str(provenance.get("source") or ""),
        code_points=True,
        left_out={"text-category": doc.categories} if doc.categories else {},
    )


def _spans(doc: PackedDoc) -> list[dict[str, Any]]:
    spans = [{"layer": ENTITIES, "start": start, "end": end, "label": label} for start, end, label in doc.entities]
    for group, of_group in doc.groups.items():
        layer = {} if group == _CANDIDATES else {"layer": group}
        spans += [{**layer, "start": start, "end": end, "label": label} for start, end, label in of_group]
    return spans


def _rebuilt(spans: list[dict[str, Any]], rest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the spans that relations and attributes are on and that the tokens could not hold, from their ids."""
    there = {f"{span.get('layer')}:{span['start']}-{span['end']}:{span['label']}" for span in spans}
    named = [item.get(end) for item in _list(rest.get("relations")) if isinstance(item, dict) for end in _ENDS]
    named += [item.get("on") for item in _list(rest.get("attributes")) if isinstance(item, dict)]
    matches = [
        _SPAN_ID.fullmatch(name) for name in dict.fromkeys(n for n in named if isinstance(n, str) and n not in there)
    ]
    return [
        {"layer": m["layer"], "start": int(m["start"]), "end": int(m["end"]), "label": m["label"]} for m in matches if m
    ]


_ENDS = ("head", "child")


def _rest(doc: PackedDoc, name: str) -> Mapping[str, Any]:
    """Return what we keep beside a document, empty where it is not of our making."""
    # Those of others may be of types that only their plug-ins know.
    if doc.user_data is None or USER_DATA.encode() not in doc.user_data:
        return {}
    try:
        data = msgspec.msgpack.decode(doc.user_data)
        text = data.get(USER_DATA) if isinstance(data, dict) else None
        rest = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, TypeError, RecursionError, msgspec.MsgspecError):
        raise InputRefused("user data is not readable", name, "make the file again") from None
    if not isinstance(rest, dict):
        raise InputRefused("user data is no object", name, "make the file again")
    return rest


def _object(rest: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    value = rest.get(key)
    if value is not None and not isinstance(value, dict):
        raise InputRefused(f"{key!r} is no object", name, "make the file again")
    return value or {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _refuse(text: str, values: list[Any], name: str, limit: int) -> None:
    """Raise InputRefused for what no store holds."""
    if not text.strip().strip("\ufeff"):
        raise InputRefused("text is empty", name, "leave the document out")
    if len(text.encode()) > limit:
        raise InputRefused(f"text is larger than {limit} bytes in UTF-8", name, "cut it", limit=limit)
    if wrong := faults([text, values]):
        raise InputRefused(f"what no database holds: {', '.join(sorted(wrong))}", name, "make the file again")
