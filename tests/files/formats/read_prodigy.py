"""Reads Prodigy's JSONL as its interfaces do, and refuses what they would."""

import json
from collections.abc import Mapping
from typing import Any

from curator.domain.record import Record, record_from_value
from curator.domain.span import Span
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold."""
    return {
        name.removesuffix(".jsonl"): [_record(json.loads(line)) for line in data.splitlines()]
        for name, data in files.items()
    }


def _record(task: dict[str, Any]) -> Record:
    text, tokens = task["text"], task["tokens"]
    assert task["answer"] == "accept"
    assert "".join(token["text"] + " " * token["ws"] for token in tokens) == text
    for number, token in enumerate(tokens):
        assert token["id"] == number
        assert text[token["start"] : token["end"]] == token["text"]
    spans = {item["id"]: _span(item, tokens) for item in task["spans"]}
    assert all(span.id == name for name, span in spans.items())
    by_layer: dict[str, list[Any]] = {layer: [] for layer in SCHEMA.layer_names}
    for span in spans.values():
        by_layer[span.layer].append({"start": span.start, "end": span.end, "label": span.label})
    return record_from_value(
        {
            "id": task["document"],
            "text": text,
            "lang": task["lang"],
            "spans": by_layer,
            "relations": [_relation(item, tokens) for item in task["relations"]],
            "attributes": task["attributes"],
            "meta": task["meta"],
            "provenance": task["provenance"],
        }
    )


def _span(item: dict[str, Any], tokens: list[dict[str, Any]]) -> Span:
    if "token_start" in item:
        assert tokens[item["token_start"]]["start"] == item["start"]
        assert tokens[item["token_end"]]["end"] == item["end"]
    layer, _, label = item["label"].rpartition(":")
    return Span(layer or str(SCHEMA.layer_of(label)), item["start"], item["end"], label)


def _relation(item: dict[str, Any], tokens: list[dict[str, Any]]) -> dict[str, str]:
    ends = {end: _span(item[f"{end}_span"], tokens).id for end in ("head", "child")}
    for end in ends:
        assert item[end] == item[f"{end}_span"]["token_end"]
    return {**ends, "label": item["label"], "direction": item["direction"]}
