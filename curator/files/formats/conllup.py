"""CoNLL-U Plus: a column a layer, in which spans may overlap, and all that is no column's in comments.

A layer's column numbers the spans of a sentence: `1:LABEL` at the first token of a span, `1` at its others, `;`
between several, `*` at a token that is in none.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.json_values import unbroken
from curator.domain.loss import Loss
from curator.domain.record import Record, provenance_value
from curator.domain.span import Span, attribute_value, relation_value
from curator.files.formats.alignment import TokenBorders, TokenSpan, whole_sentences
from curator.files.formats.blocks import Blocks
from curator.files.formats.escaping import escaped
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, FormatTokens, Tokenize, VersionContent

_ESCAPES = {" ": "\\s", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def conllup(parts: FormatParts) -> Format:
    """Return the format, one file a split."""

    def write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
        layers = version.layers
        tokenize = parts.tokenize()
        with Blocks(folder) as blocks:
            for split in SPLITS:
                file = f"{split}.conllup"
                blocks.add(file, _head(layers).encode())
                for record in version.records(split):
                    blocks.add(file, _document(record, layers, tokenize).encode())
        yield from ()

    return Format("conllup", write)


def column_names(layers: Iterable[str]) -> list[str]:
    """Return the names of the columns of layers, in their order: capital letters alone, no two the same."""
    names: list[str] = []
    for layer in layers:
        letters = "".join(char for char in layer.upper() if "A" <= char <= "Z") or "LAYER"
        name = f"CURATOR:{letters}"
        while name in names:
            name += "X"
        names.append(name)
    return names


def _head(layers: Sequence[str]) -> str:
    columns = " ".join(["ID", "FORM", "MISC", *column_names(layers)])
    return f"# global.columns = {columns}\n# layers = {' '.join(layers)}\n"


def _document(record: Record, layers: Sequence[str], tokenize: Tokenize) -> str:
    tokens = tokenize(record.text)
    borders = TokenBorders(tokens.starts, tokens.ends)
    by_layer: dict[str, list[TokenSpan]] = {layer: [] for layer in layers}
    apart: list[Span] = []
    for layer, spans in record.spans.items():
        for span in spans:
            token_span = borders.place(span) if layer in by_layer else None
            if token_span is None:
                apart.append(span)
            else:
                by_layer[layer].append(token_span)
    name = escaped(record.id)
    parts = [f"# newdoc id = {name}\n", *_comments(record, apart)]
    if not len(tokens):
        # A sentence must have a token, so a text of white space has one that stands for none.
        misc = f"NoForm=Yes|SpacesBefore={_spaces(record.text)}|SpaceAfter=No"
        columns = "\t".join(["1", "_", misc, *("*" for _ in layers)])
        return f"{''.join(parts)}# sent_id = {name}-1\n# text = _\n{columns}\n\n"
    forms = [record.text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    misc_of = _misc(record.text, tokens)
    starts = whole_sentences(tokens.sentences, (token_span for spans in by_layer.values() for token_span in spans))
    columns_of = [_column(by_layer[layer], starts, len(forms)) for layer in layers]
    for number, (start, end) in enumerate(pairwise([*starts, len(forms)]), start=1):
        rows = zip(forms[start:end], misc_of[start:end], *(column[start:end] for column in columns_of), strict=True)
        parts.append(f"# sent_id = {name}-{number}\n# text = {_sentence(forms, misc_of, start, end)}\n")
        parts += ["\t".join([str(place), *row]) + "\n" for place, row in enumerate(rows, start=1)]
        parts.append("\n")
    return "".join(parts)


def _comments(record: Record, apart: Iterable[Span]) -> Iterator[str]:
    """Yield what no column holds: facts of the document, spans that no tokens cover, relations and attributes."""
    facts = {"id": record.id, "lang": record.lang, "meta": dict(record.meta)}
    yield _comment("document", {**facts, "provenance": provenance_value(record.provenance)})
    for span in apart:
        place = {"layer": span.layer, "start": span.start, "end": span.end, "label": span.label}
        yield _comment("span", {**place, "text": record.text[span.start : span.end]})
    for relation in record.relations:
        yield _comment("relation", relation_value(relation))
    for attribute in record.attributes:
        yield _comment("attribute", attribute_value(attribute))


def _comment(name: str, value: Mapping[str, Any]) -> str:
    return f"# {name} = {unbroken(json.dumps(value, ensure_ascii=False))}\n"


def _misc(text: str, tokens: FormatTokens) -> list[str]:
    """Return what is said of the white space around each token, from which the text can be put together again."""
    values = []
    for end, following in zip(tokens.ends, [*tokens.starts[1:], len(text)], strict=True):
        blanks = text[end:following]
        if blanks == " ":
            values.append("_")
        else:
            values.append(f"SpacesAfter={_spaces(blanks)}" if blanks else "SpaceAfter=No")
    if tokens.starts[0]:
        before = f"SpacesBefore={_spaces(text[: tokens.starts[0]])}"
        values[0] = before if values[0] == "_" else f"{before}|{values[0]}"
    return values


def _spaces(blanks: str) -> str:
    return "".join(_ESCAPES.get(char) or f"\\u{ord(char):04x}" for char in blanks)


def _sentence(forms: Sequence[str], misc_of: Sequence[str], start: int, end: int) -> str:
    """Return a sentence as its comment says it: one blank where there is any white space, none at its ends."""
    pieces = []
    for form, misc in zip(forms[start:end], misc_of[start:end], strict=True):
        pieces += [form, "" if misc.endswith("SpaceAfter=No") else " "]
    return "".join(pieces).rstrip(" ")


def _column(spans: Sequence[TokenSpan], starts: Sequence[int], count: int) -> list[str]:
    """Return the column of a layer, given the places at which sentences begin, in which spans are numbered anew."""
    marks: list[list[str]] = [[] for _ in range(count)]
    ends = iter([*starts[1:], count])
    end, number = next(ends), 0
    for token_span in sorted(spans, key=lambda token_span: token_span.first):
        while token_span.first >= end:
            end, number = next(ends), 0
        number += 1
        marks[token_span.first].append(f"{number}:{escaped(token_span.span.label)}")
        for place in range(token_span.first + 1, token_span.last + 1):
            marks[place].append(str(number))
    return [";".join(of_token) or "*" for of_token in marks]
