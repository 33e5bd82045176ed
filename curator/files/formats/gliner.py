"""GLiNER's training JSON: texts cut into words, with spans by the numbers of words, relations by those of spans."""

from collections.abc import Iterator, Sequence
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.loss import Loss, span_loss
from curator.domain.record import Record
from curator.domain.schema import LabelSchema
from curator.domain.span import Span, attribute_value, relation_value
from curator.files.formats.blocks import Blocks
from curator.files.formats.json_line import json_line
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, FormatToken, Tokenize, VersionContent

INSIDE_TOKEN = "boundary-inside-token"  # noqa: S105 - a token of text
_PROVENANCE = "GLiNER takes texts and labels alone"


def gliner(parts: FormatParts) -> Format:
    """Return the format, a list a split; spans may overlap, and their last word is in them.

    Besides `tokenized_text`, `ner` and `relations`, an example has the document's id, text, language and metadata, and
    where its words are, which GLiNER's trainer does not read.
    """

    def write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
        tokenize = parts.tokenize()
        with Blocks(folder) as blocks:
            for split in SPLITS:
                yield from _write(split, version, tokenize, blocks)

    return Format("gliner", write, {"provenance": _PROVENANCE})


def _write(split: str, version: VersionContent, tokenize: Tokenize, blocks: Blocks) -> Iterator[Loss]:
    file, separator = f"{split}.json", b"["
    for record in version.records(split):
        tokens = tokenize(record.text)
        spans, losses = _on_tokens(record, tokens)
        blocks.add(file, separator + b"\n" + json_line(_example(record, tokens, spans, version.schema)).rstrip(b"\n"))
        separator = b","
        yield from losses
        for relation in record.relations:
            if not {relation.head, relation.child} <= {span.id for span, *_ in spans}:
                yield Loss(record.id, "relation", relation_value(relation), "span-left-out")
            elif relation.direction != "right":
                yield Loss(record.id, "relation", relation_value(relation), "no-direction")
        for attribute in record.attributes:
            yield Loss(record.id, "attribute", attribute_value(attribute), "no-attributes")
    blocks.add(file, b"\n]\n" if separator == b"," else b"[]\n")


def _on_tokens(record: Record, tokens: Sequence[FormatToken]) -> tuple[list[tuple[Span, int, int]], list[Loss]]:
    """Return the spans that begin and end with tokens, with the numbers of their first and last, and the others."""
    first = {token.start: number for number, token in enumerate(tokens)}
    last = {token.end: number for number, token in enumerate(tokens)}
    spans, losses = [], []
    for span in record.content.spans:
        if span.start in first and span.end in last:
            spans.append((span, first[span.start], last[span.end]))
        else:
            losses.append(span_loss(record.id, span, INSIDE_TOKEN))
    return spans, losses


def _example(
    record: Record, tokens: Sequence[FormatToken], spans: list[tuple[Span, int, int]], schema: LabelSchema
) -> dict[str, Any]:
    numbers = {span.id: number for number, (span, *_) in enumerate(spans)}
    return {
        "tokenized_text": [record.text[token.start : token.end] for token in tokens],
        "ner": [[first, last, schema.written(span.layer, span.label)] for span, first, last in spans],
        "relations": [
            [numbers[relation.head], numbers[relation.child], relation.label]
            for relation in record.relations
            if relation.head in numbers and relation.child in numbers
        ],
        "document": record.id,
        "text": record.text,
        "word_offsets": [[token.start, token.end] for token in tokens],
        "lang": record.lang,
        "meta": dict(record.meta),
    }
