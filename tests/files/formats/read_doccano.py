"""Reads doccano's JSONL."""

import json
from collections.abc import Mapping
from typing import Any

from curator.domain.record import Record
from curator.domain.span import Relation, Span
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold."""
    return {
        name.removesuffix(".jsonl"): [_record(json.loads(line)) for line in data.splitlines()]
        for name, data in files.items()
    }


def _record(line: dict[str, Any]) -> Record:
    spans = {item["id"]: _span(item["label"], item["start_offset"], item["end_offset"]) for item in line["entities"]}
    relations = [
        Relation(spans[item["from_id"]].id, spans[item["to_id"]].id, item["type"]) for item in line["relations"]
    ]
    layers = {layer: tuple(span for span in spans.values() if span.layer == layer) for layer in SCHEMA.layer_names}
    return Record(line["document"], line["text"], line["lang"], layers, tuple(relations), (), line["meta"])


def _span(label: str, start: int, end: int) -> Span:
    layer, name = label.split(":", 1) if ":" in label else ("", label)
    return Span(layer or str(SCHEMA.layer_of(name)), start, end, name)
