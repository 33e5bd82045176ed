"""Prodigy's JSONL: a task a line, as its manual interfaces for spans and relations take and give them."""

from collections.abc import Iterator, Mapping
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.loss import Loss
from curator.domain.record import Record, provenance_value
from curator.domain.schema import LabelSchema
from curator.domain.span import Relation, Span, attribute_value, relation_value
from curator.files.formats.alignment import TokenBorders
from curator.files.formats.blocks import Blocks
from curator.files.formats.json_line import json_line
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, FormatTokens, Tokenize, VersionContent


def prodigy(parts: FormatParts) -> Format:
    """Return the format, one file a split. Offsets count code points."""

    def write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
        tokenize = parts.tokenize()
        with Blocks(folder) as blocks:
            for split in SPLITS:
                file = f"{split}.jsonl"
                blocks.open(file)
                for record in version.records(split):
                    task, losses = _task(record, version.schema, tokenize)
                    blocks.add(file, json_line(task))
                    yield from losses

    return Format("prodigy", write)


def _task(record: Record, schema: LabelSchema, tokenize: Tokenize) -> tuple[dict[str, Any], list[Loss]]:
    tokens = _tokens(record.text, tokenize(record.text))
    borders = TokenBorders([token["start"] for token in tokens], [token["end"] for token in tokens])
    spans = {span.id: _span(span, schema, borders) for span in record.content.spans}
    relations: list[dict[str, Any]] = []
    losses: list[Loss] = []
    for relation in record.relations:
        ends = (spans[relation.head], spans[relation.child])
        if all("token_end" in end for end in ends):
            relations.append(_relation(relation, *ends))
        else:
            losses.append(Loss(record.id, "relation", relation_value(relation), "relation-of-no-tokens"))
    task = {
        "text": record.text,
        "tokens": tokens,
        "spans": [{**value, "id": name} for name, value in spans.items()],
        "relations": relations,
        "meta": dict(record.meta),
        "answer": "accept",
        # Prodigy keeps keys of which it knows nothing as they are.
        "document": record.id,
        "lang": record.lang,
        "attributes": [attribute_value(attribute) for attribute in record.attributes],
        "provenance": provenance_value(record.provenance),
    }
    return task, losses


def _tokens(text: str, tokens: FormatTokens) -> list[dict[str, Any]]:
    """Return the tokens as Prodigy has them: one blank is said of the token before it, all other white space is one."""
    values: list[dict[str, Any]] = []
    at = 0
    for start, end in [*zip(tokens.starts, tokens.ends, strict=True), (len(text), len(text))]:
        if at < start and values and text[at] == " ":
            values[-1]["ws"] = True
            at += 1
        for first, last in ((at, start), (start, end)):
            if first < last:
                token = {"text": text[first:last], "start": first, "end": last, "id": len(values), "ws": False}
                values.append(token)
        at = end
    return values


def _span(span: Span, schema: LabelSchema, borders: TokenBorders) -> dict[str, Any]:
    value: dict[str, Any] = {"start": span.start, "end": span.end, "label": schema.written(span.layer, span.label)}
    token_span = borders.place(span)
    if token_span is not None:
        # The last token itself, not the one after it.
        value |= {"token_start": token_span.first, "token_end": token_span.last}
    return value


def _relation(relation: Relation, head: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    return {
        # By the last token of each.
        "head": head["token_end"],
        "child": child["token_end"],
        "head_span": head,
        "child_span": child,
        "label": relation.label,
        "direction": relation.direction,
    }
