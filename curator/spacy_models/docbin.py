"""spaCy's DocBin: entities as `doc.ents`, every other layer as a span group of its name, what else there is beside."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import spacy
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as TokenSpan

from curator.domain.document import SPLITS
from curator.domain.loss import Loss, span_loss
from curator.domain.record import Record, provenance_value
from curator.domain.span import attribute_value, relation_value
from curator.spacy_models.borders import Borders, cut_at
from curator.spacy_models.corpus import INSIDE_TOKEN, usable
from curator.spacy_models.french.tokenizer import FrenchTokenizer
from curator.spacy_models.reading import ENTITIES
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent

USER_DATA = "curator"
"""The key of `doc.user_data` under which a document has, as JSON text, what spaCy has no place for."""

_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE")
_BATCH = 64
_SHARD = 4_000_000
"""The number of characters after which a split goes on in another file: a DocBin is written from memory."""


def docbin(_parts: FormatParts) -> Format:
    """Return the format, a file a split, of a large one a folder of files, as spaCy's own corpus reads either.

    Spans are on the tokens of the French tokenizer: what does not begin and end with one is left out.
    """
    return _format("docbin", repairs=False)


def docbin_repaired(_parts: FormatParts) -> Format:
    """Return the format in which tokens are cut wherever a span begins or ends inside one, so that it fits."""
    return _format("docbin-repaired", repairs=True)


def _format(name: str, *, repairs: bool) -> Format:
    def write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
        packing = _Packing(repairs)
        for split in SPLITS:
            yield from packing.write(split, version.records(split), folder)

    return Format(name, write)


class _Packing:
    """Packs records, a DocBin after the other."""

    def __init__(self, repairs: bool) -> None:
        self._repairs = repairs
        self._nlp = spacy.blank("fr")
        self._nlp.tokenizer = FrenchTokenizer(self._nlp.vocab)

    def write(self, split: str, records: Iterator[Record], folder: FormatFolder) -> Iterator[Loss]:
        """Write a split, and yield what does not fit."""
        packed, length, number = _new_bin(), 0, 0
        while batch := tuple(islice(records, _BATCH)):
            if length >= _SHARD:
                number += 1
                folder.append(f"{split}/{number:05}.spacy", packed.to_bytes())
                packed, length = _new_bin(), 0
            length += sum(len(record.text) for record in batch)
            yield from self._add(batch, packed)
        folder.append(f"{split}/{number + 1:05}.spacy" if number else f"{split}.spacy", packed.to_bytes())

    def _add(self, batch: tuple[Record, ...], packed: DocBin) -> list[Loss]:
        losses: list[Loss] = []
        # Words that only these documents have are forgotten afterwards, else they would fill the memory.
        with self._nlp.memory_zone():
            for record in batch:
                doc, left_out = self._doc(record)
                packed.add(doc)
                losses += left_out
        return losses

    def _doc(self, record: Record) -> tuple[Doc, list[Loss]]:
        spans, losses = usable(record)
        # The tokenizer itself: a pipeline refuses long texts for the sake of its models.
        doc: Doc = self._nlp.tokenizer(record.text)
        if self._repairs:
            doc = cut_at(doc, {offset for span in spans for offset in (span.start, span.end)})
        groups: dict[str, list[TokenSpan]] = {layer: [] for layer in record.spans}
        borders, unreached = Borders(doc), set[int]()
        for span in spans:
            if borders.fits(span.start, span.end):
                groups[span.layer].append(borders.span(span.start, span.end, span.label))
                continue
            losses.append(span_loss(record.id, span, INSIDE_TOKEN))
            if span.layer == ENTITIES:
                unreached.update(borders.touched(span.start, span.end))
        # Nobody is to learn that there is no entity where one does not fit.
        doc.set_ents(groups.pop(ENTITIES, []), missing=[doc[at : at + 1] for at in sorted(unreached)])
        for layer, group in groups.items():
            doc.spans[layer] = group
        doc.user_data = {USER_DATA: json.dumps(_rest(record), ensure_ascii=False, separators=(",", ":"))}
        return doc, losses


def _new_bin() -> DocBin:
    return DocBin(_ATTRIBUTES, store_user_data=True)


def _rest(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "lang": record.lang,
        "relations": [relation_value(relation) for relation in record.relations],
        "attributes": [attribute_value(attribute) for attribute in record.attributes],
        "meta": dict(record.meta),
        "provenance": provenance_value(record.provenance),
    }
