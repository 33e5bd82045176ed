"""spaCy's DocBin: entities as `doc.ents`, every other layer as a span group of its name, what else there is beside."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
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

_BATCH = 1_000_000
"""The number of characters after which words are forgotten."""
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
        packing = _Packing(repairs, version.layers)
        for split in SPLITS:
            yield from packing.write(split, version.records(split), folder)

    return Format(name, write)


class _Packing:
    """Packs records, a DocBin after the other."""

    def __init__(self, repairs: bool, layers: Iterable[str]) -> None:
        self._repairs = repairs
        self._layers = frozenset(layers)
        self._nlp = spacy.blank("fr")
        self._nlp.tokenizer = FrenchTokenizer(self._nlp.vocab)

    def write(self, split: str, records: Iterator[Record], folder: FormatFolder) -> Iterator[Loss]:
        """Write a split, and yield what does not fit."""
        packed, length, number = _Bin(), 0, 0
        while (batch := self._add(records, packed)).length:
            length += batch.length
            yield from batch.losses
            if length >= _SHARD:
                number += 1
                folder.append(f"{split}/{number:05}.spacy", packed.to_bytes())
                packed, length = _Bin(), 0
        if length or not number:
            folder.append(f"{split}/{number + 1:05}.spacy" if number else f"{split}.spacy", packed.to_bytes())

    def _add(self, records: Iterator[Record], packed: "_Bin") -> "_Batch":
        """Add records until their texts are as long as a batch may be."""
        batch = _Batch()
        # Words that only these documents have are forgotten afterwards, else they would fill the memory.
        with self._nlp.memory_zone():
            for record in records:
                doc, losses = self._doc(record)
                labels = {span.label for span in record.content.spans}
                packed.put(doc, labels, msgspec.msgpack.encode({USER_DATA: _rest(record)}))
                batch.losses += losses
                # A text that is empty counts too.
                batch.length += len(record.text) + 1
                if batch.length >= _BATCH:
                    break
        return batch

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
        entities, missing = groups.pop(ENTITIES, []), [doc[at : at + 1] for at in sorted(unreached)]
        if ENTITIES in self._layers:
            doc.set_ents(entities, missing=missing)
        else:
            doc.set_ents([], default="missing")
        for layer, group in groups.items():
            if layer in self._layers:
                doc.spans[layer] = group
        return doc, losses


@dataclass(slots=True)
class _Batch:
    """How long the texts of a batch are together, and what does not fit."""

    length: int = 0
    losses: list[Loss] = field(default_factory=list)


class _Bin(DocBin):
    """A DocBin of words, entities and span groups alone, with data of each document that is packed already.

    `DocBin.add` asks every token for nine strings, of which these attributes need one, and spaCy looks for plug-ins
    each time that it packs data.
    """

    def __init__(self) -> None:
        super().__init__(("ENT_IOB", "ENT_TYPE"), store_user_data=True)

    def put(self, doc: Doc, labels: Iterable[str], data: bytes) -> None:
        """Add a document whose spans have these labels."""
        attributes: list[int | str] = [*self.attrs]
        tokens = doc.to_array(attributes)
        self.tokens.append(tokens)
        self.spaces.append(doc.to_array("SPACY").astype(bool).reshape(-1, 1))
        self.flags.append({"has_unknown_spaces": False})
        self.cats.append({})
        self.span_groups.append(doc.spans.to_bytes())
        self.user_data.append(data)
        # The first attribute of any DocBin is the word.
        words = set(tokens[:, 0].tolist())
        self.strings.update(labels, map(doc.vocab.strings.__getitem__, words))


def _rest(record: Record) -> str:
    rest = {
        "id": record.id,
        "lang": record.lang,
        "relations": [relation_value(relation) for relation in record.relations],
        "attributes": [attribute_value(attribute) for attribute in record.attributes],
        "meta": dict(record.meta),
        "provenance": provenance_value(record.provenance),
    }
    return json.dumps(rest, ensure_ascii=False, separators=(",", ":"))
