"""Reads GLiNER's training JSON."""

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
        name.removesuffix(".json"): [_record(example) for example in json.loads(data)] for name, data in files.items()
    }


def _record(example: dict[str, Any]) -> Record:
    text, offsets = example["text"], example["word_offsets"]
    assert example["tokenized_text"] == [text[start:end] for start, end in offsets]
    spans = [_span(label, offsets[first][0], offsets[last][1]) for first, last, label in example["ner"]]
    layers = {layer: tuple(span for span in spans if span.layer == layer) for layer in SCHEMA.layer_names}
    relations = [Relation(spans[head].id, spans[child].id, label) for head, child, label in example["relations"]]
    return Record(example["document"], text, example["lang"], layers, tuple(relations), (), example["meta"])


def _span(label: str, start: int, end: int) -> Span:
    layer, name = label.split(":", 1) if ":" in label else ("", label)
    return Span(layer or str(SCHEMA.layer_of(name)), start, end, name)
