"""What a format's files and its ledger say together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from curator.domain.loss import Loss
from curator.domain.record import Record
from curator.domain.span import Attribute, Relation, Span, span_order
from tests.files.formats.hard_case import SCHEMA

ReadVersion = Mapping[str, Sequence[Record]]
"""What is read of the files of a format, by split, in the order of the files."""


def restored(version: ReadVersion, losses: Iterable[Loss]) -> dict[str, list[Record]]:
    """Return the records with all that the ledger lists put back, in place of what the files have in its stead."""
    by_document: dict[str, list[Loss]] = {}
    for loss in losses:
        by_document.setdefault(loss.document, []).append(loss)
    records = {
        split: [_restored(record, by_document.pop(record.id, [])) for record in of] for split, of in version.items()
    }
    assert not by_document, f"losses of no record: {by_document}"
    return records


def _restored(record: Record, losses: Sequence[Loss]) -> Record:
    spans = {span.id: span for of_layer in record.spans.values() for span in of_layer}
    relations = {(item.head, item.child, item.label): item for item in record.relations}
    attributes = {(item.on, item.name): item for item in record.attributes}
    text = list(record.text)
    for loss in losses:
        if loss.kind == "span":
            span = Span(loss.item["layer"], loss.item["start"], loss.item["end"], loss.item["label"])
            spans[span.id] = span
        elif loss.kind == "relation":
            relation = Relation(**loss.item)
            relations[relation.head, relation.child, relation.label] = relation
        elif loss.kind == "attribute":
            attribute = Attribute(**loss.item)
            attributes[attribute.on, attribute.name] = attribute
        else:
            # A character that the format cannot hold stands in it as another one.
            assert loss.kind == "character"
            text[loss.item["at"]] = loss.item["character"]
    return replace(
        record,
        text="".join(text),
        spans={
            layer: tuple(sorted((span for span in spans.values() if span.layer == layer), key=span_order))
            for layer in SCHEMA.layer_names
        },
        relations=tuple(relations.values()),
        attributes=tuple(attributes.values()),
    )


def comparable(records: Iterable[Record], parts: Iterable[str]) -> list[dict[str, object]]:
    """Return records as values to compare, but for some parts (`meta`, say), relations and attributes in no order."""
    values = []
    for record in records:
        value: dict[str, object] = {
            "id": record.id,
            "text": record.text,
            "lang": record.lang,
            "spans": record.spans,
            "relations": frozenset(record.relations),
            "attributes": frozenset(attribute.key for attribute in record.attributes),
            "meta": record.meta,
            "provenance": record.provenance,
        }
        assert value.keys() >= set(parts)
        values.append({part: of for part, of in value.items() if part not in parts})
    return values
