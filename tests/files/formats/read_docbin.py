"""Reads DocBin files as spaCy does."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import spacy
from spacy.tokens import Doc, DocBin

from curator.domain.record import Record, record_from_value
from curator.domain.span import Attribute, Relation
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion


def docs(data: bytes) -> Iterator[Doc]:
    """Yield the documents of a file."""
    yield from DocBin().from_bytes(data).get_docs(spacy.blank("fr").vocab)


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold, a split of several files in their order."""
    version: dict[str, list[Record]] = {}
    for name in sorted(files):
        split = name.partition("/")[0].removesuffix(".spacy")
        version.setdefault(split, []).extend(_record(doc) for doc in docs(files[name]))
    return version


def _record(doc: Doc) -> Record:
    layers = {"entities": list(doc.ents), **{name: list(group) for name, group in doc.spans.items()}}
    spans = {
        layer: [{"start": s.start_char, "end": s.end_char, "label": s.label_} for s in layers.get(layer, [])]
        for layer in SCHEMA.layer_names
    }
    rest = json.loads(doc.user_data["curator"])
    # Relations and attributes may be on spans that the ledger has; they name them by the ids of records.
    record = record_from_value({"text": doc.text, "spans": spans, **rest, "relations": [], "attributes": []})
    return with_links(record, rest["relations"], rest["attributes"])


def with_links(record: Record, relations: list[dict[str, str]], attributes: list[dict[str, object]]) -> Record:
    """Return a record with relations and attributes that may be on spans it does not hold."""
    return replace(
        record,
        relations=tuple(Relation(**item) for item in relations),
        attributes=tuple(Attribute(**item) for item in attributes),  # type: ignore[arg-type]
    )
