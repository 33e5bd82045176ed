"""Files of a token a line, with a tag for each: what CoNLL-2003 and BIOES share.

A file a layer and split holds the spans of that layer; `documents.jsonl` beside them names the documents of all
splits in the order of the files, with the texts, in which each token stands at the first place after the one before.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.loss import Loss, span_loss
from curator.domain.record import Record
from curator.domain.span import attribute_value, relation_value
from curator.files.formats.alignment import TokenBorders, TokenSpan, flat_spans, whole_sentences
from curator.files.formats.blocks import Blocks
from curator.files.formats.escaping import escaped
from curator.files.formats.json_line import json_line
from curator.steps.ports.formats import FormatFolder, FormatTokens, Tokenize, VersionContent

NOT_HELD = {
    "meta": "a line of columns is about one token, so nothing holds what is known of a document",
    "provenance": "a line of columns is about one token, so nothing holds who decided on a document",
}
DOCUMENTS = "documents.jsonl"

Tags = Callable[[int, str], Sequence[str]]
"""Return the tags of a span's tokens, given their number and the label as it is written."""

# What spaCy's converter looks for; other readers look at the first column alone.
_DOCUMENT = "-DOCSTART-"
_BEGINS = f"{_DOCUMENT} -X- O O\n\n"
_LIKE_DOCUMENT = _DOCUMENT.replace("-", "_")


def write(version: VersionContent, folder: FormatFolder, tokenize: Tokenize, tags: Tags) -> Iterator[Loss]:
    """Write a version in columns and yield what they do not hold."""
    layers = version.layers
    with Blocks(folder) as blocks:
        blocks.open(DOCUMENTS)
        for split in SPLITS:
            files = {layer: f"{split}.{layer}.conll" for layer in layers}
            for file in files.values():
                blocks.open(file)
            for record in version.records(split):
                blocks.add(DOCUMENTS, json_line(_document(record, split)))
                tokens = tokenize(record.text)
                borders = TokenBorders(tokens.starts, tokens.ends)
                untagged = _untagged(record.text, tokens)
                for layer, file in files.items():
                    kept, others = flat_spans(record.spans.get(layer, ()), borders)
                    blocks.add(file, _lines(untagged, tokens.sentences, kept, tags).encode())
                    yield from (span_loss(record.id, span, reason) for span, reason in others)
                yield from _other_losses(record, layers)


def _document(record: Record, split: str) -> dict[str, Any]:
    return {"id": record.id, "text": record.text, "lang": record.lang, "split": split}


def _untagged(text: str, tokens: FormatTokens) -> list[str]:
    """Return the line of every token, in no span; neither part of speech nor chunks are known."""
    lines = [f"{text[start:end]} -X- O O" for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    if _DOCUMENT in text:
        # A token that a reader could take for the mark is written as long as it is, but otherwise.
        lines = [line.replace(_DOCUMENT, _LIKE_DOCUMENT) for line in lines]
    return lines


def _lines(untagged: Sequence[str], sentences: Iterable[int], spans: Sequence[TokenSpan], tags: Tags) -> str:
    if not untagged:
        return _BEGINS
    lines = [*untagged, ""]
    for token_span in spans:
        first, last = token_span.first, token_span.last
        for place, tag in enumerate(tags(last - first + 1, escaped(token_span.span.label)), start=first):
            lines[place] = lines[place][:-1] + tag
    for start in whole_sentences(sentences, spans):
        if start:
            lines[start - 1] += "\n"
    return _BEGINS + "\n".join(lines) + "\n"


def _other_losses(record: Record, layers: Sequence[str]) -> Iterator[Loss]:
    for layer, spans in record.spans.items():
        if layer not in layers:
            yield from (span_loss(record.id, span, "layer-not-in-schema") for span in spans)
    for relation in record.relations:
        yield Loss(record.id, "relation", relation_value(relation), "no-relations")
    for attribute in record.attributes:
        yield Loss(record.id, "attribute", attribute_value(attribute), "no-attributes")
