"""Reads CoNLL-2003 with the texts beside it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import unquote

from curator.domain.document import SPLITS
from curator.domain.record import Record
from curator.domain.span import Span
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion

Line = tuple[str, str]
"""A token and its tag."""
Ranges = Callable[[Sequence[str]], Iterator[tuple[int, int, str]]]
"""The spans of a sentence's tags, as the places of the first token and of the one after the last, and the label."""


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold."""
    return read_columns(files, iob_ranges)


def read_columns(files: Mapping[str, bytes], ranges: Ranges) -> ReadVersion:
    documents = [json.loads(line) for line in files["documents.jsonl"].splitlines()]
    assert files.keys() == {
        "documents.jsonl",
        *(f"{split}.{layer}.conll" for split in SPLITS for layer in SCHEMA.layer_names),
    }
    version = {}
    for split in SPLITS:
        own = [document for document in documents if document["split"] == split]
        spans: list[dict[str, tuple[Span, ...]]] = [{} for _ in own]
        for layer in SCHEMA.layer_names:
            parts = list(documents_of(files[f"{split}.{layer}.conll"]))
            for of_layers, document, sentences in zip(spans, own, parts, strict=True):
                of_layers[layer] = tuple(spans_of(layer, document["text"], sentences, ranges))
        version[split] = [
            Record(document["id"], document["text"], document["lang"], of_layers)
            for document, of_layers in zip(own, spans, strict=True)
        ]
    return version


def documents_of(data: bytes) -> Iterator[list[list[Line]]]:
    """Yield the documents of a file, each as its sentences, with nothing but the columns to go by."""
    document: list[list[Line]] | None = None
    for block in data.decode().split("\n\n"):
        if block == "-DOCSTART- -X- O O":
            if document is not None:
                yield document
            document = []
        elif block:
            assert document is not None
            columns = [line.split() for line in block.split("\n")]
            assert all(len(of_line) == 4 and of_line[1:3] == ["-X-", "O"] for of_line in columns)
            document.append([(of_line[0], of_line[3]) for of_line in columns])
    if document is not None:
        yield document


def spans_of(layer: str, text: str, sentences: Sequence[Sequence[Line]], ranges: Ranges) -> Iterator[Span]:
    at = 0
    for sentence in sentences:
        borders = []
        for token, _ in sentence:
            while text[at].isspace():
                at += 1
            assert text[at : at + len(token)] in (token, token.replace("_", "-"))
            borders.append((at, at + len(token)))
            at += len(token)
        for first, end, label in ranges([tag for _, tag in sentence]):
            yield Span(layer, borders[first][0], borders[end - 1][1], unquote(label))
    assert not text[at:].strip()


def iob_ranges(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    for first, tag in enumerate(tags):
        if tag.startswith("B-"):
            end = first + 1
            while end < len(tags) and tags[end] == f"I-{tag[2:]}":
                end += 1
            yield first, end, tag[2:]
        else:
            # None goes on that did not begin.
            assert tag == "O" or tags[first - 1][2:] == tag[2:]
