"""Reads CoNLL-U Plus by its public description, and refuses what is not allowed there."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from curator.domain.record import Record, record_from_value
from curator.domain.span import Span, span_order
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion

_COMMENT = re.compile(r"# (?P<name>[a-z_.]+(?: id)?) = (?P<value>.*)")
_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")
_SPACES = {"s": " ", "t": "\t", "n": "\n", "r": "\r"}


@dataclass
class Sentence:
    comments: list[tuple[str, str]]
    rows: list[dict[str, str]]

    def comment(self, name: str) -> str:
        (value,) = (value for of, value in self.comments if of == name)
        return value

    def values(self, name: str) -> list[Any]:
        return [json.loads(value) for of, value in self.comments if of == name]


@dataclass
class Document:
    sentences: list[Sentence] = field(default_factory=list)


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold."""
    return {
        name.removesuffix(".conllup"): [_record(document) for document in _documents(list(sentences(data.decode())))]
        for name, data in files.items()
    }


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a file, all of whose lines are as the format wants them."""
    first, _, rest = text.partition("\n")
    assert re.fullmatch(r"# global\.columns = [A-Z:]+( [A-Z:]+)*", first), first
    columns = first.removeprefix("# global.columns = ").split(" ")
    assert len(set(columns)) == len(columns)
    assert all(name in ("ID", "FORM", "MISC") or re.fullmatch(r"[A-Z]+:[A-Z]+", name) for name in columns)
    layers, _, rest = rest.partition("\n")
    assert layers == f"# layers = {' '.join(SCHEMA.layer_names)}"
    assert rest == "" or rest.endswith("\n\n")
    names = set()
    for block in rest.split("\n\n")[:-1]:
        lines = block.split("\n")
        comments = [line for line in lines if line.startswith("#")]
        assert lines[: len(comments)] == comments
        matches = [_COMMENT.fullmatch(line) for line in comments]
        rows = [line.split("\t") for line in lines[len(comments) :]]
        assert rows
        for number, row in enumerate(rows, start=1):
            assert len(row) == len(columns)
            assert row[0] == str(number)
            assert not re.search(r"\s", row[1])
            assert all(value and value == value.strip() and "\r" not in value for value in row)
        sentence = Sentence(
            [(match["name"], match["value"]) for match in matches if match],
            [dict(zip(columns, row, strict=True)) for row in rows],
        )
        assert len(sentence.comments) == len(comments)
        name = sentence.comment("sent_id")
        assert not re.search(r"\s", name)
        assert name not in names
        names.add(name)
        assert sentence.comment("text") == _sentence_text(sentence)
        yield sentence


def _sentence_text(sentence: Sentence) -> str:
    return "".join(row["FORM"] + ("" if "SpaceAfter=No" in row["MISC"] else " ") for row in sentence.rows).rstrip(" ")


def _documents(read_sentences: list[Sentence]) -> list[Document]:
    documents: list[Document] = []
    for sentence in read_sentences:
        if any(name == "newdoc id" for name, _ in sentence.comments):
            documents.append(Document())
        documents[-1].sentences.append(sentence)
    return documents


def _record(document: Document) -> Record:
    first = document.sentences[0]
    (facts,) = first.values("document")
    assert unquote(first.comment("newdoc id")) == facts["id"]
    text = ""
    spans: list[Span] = []
    for sentence in document.sentences:
        borders = []
        for row in sentence.rows:
            misc = dict(part.split("=", 1) for part in row["MISC"].split("|") if row["MISC"] != "_")
            text += _unescaped(misc.get("SpacesBefore", ""))
            form = "" if "NoForm" in misc else row["FORM"]
            borders.append((len(text), len(text) + len(form)))
            text += form
            text += "" if "SpaceAfter" in misc else _unescaped(misc.get("SpacesAfter", "\\s"))
        for layer, column in zip(SCHEMA.layer_names, list(sentence.rows[0])[3:], strict=True):
            spans += _spans(layer, [row[column] for row in sentence.rows], borders)
    spans += [Span(item["layer"], item["start"], item["end"], item["label"]) for item in first.values("span")]
    by_layer: dict[str, list[Any]] = {layer: [] for layer in SCHEMA.layer_names}
    for span in sorted(spans, key=span_order):
        by_layer[span.layer].append({"start": span.start, "end": span.end, "label": span.label})
    contents = {"relations": first.values("relation"), "attributes": first.values("attribute")}
    return record_from_value({**facts, "text": text, "spans": by_layer, **contents})


def _spans(layer: str, column: list[str], borders: list[tuple[int, int]]) -> Iterator[Span]:
    places: dict[str, list[int]] = {}
    labels: dict[str, str] = {}
    for place, value in enumerate(column):
        for mark in value.split(";") if value != "*" else ():
            number, begins, label = mark.partition(":")
            assert bool(begins) is (number not in places)
            labels.setdefault(number, unquote(label))
            places.setdefault(number, []).append(place)
    assert list(labels) == [str(number) for number in range(1, len(labels) + 1)]
    for number, of_span in places.items():
        assert of_span == list(range(of_span[0], of_span[-1] + 1))
        yield Span(layer, borders[of_span[0]][0], borders[of_span[-1]][1], labels[number])


def _unescaped(blanks: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else _SPACES[match[2]], blanks)
