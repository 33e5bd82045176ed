"""doccano's JSONL with relations: a record a line, spans numbered within it."""

from collections.abc import Iterator
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.loss import Loss
from curator.domain.record import Record
from curator.domain.schema import LabelSchema
from curator.domain.span import attribute_value, relation_value
from curator.files.formats.blocks import Blocks
from curator.files.formats.json_line import json_line
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent


def doccano(_parts: FormatParts) -> Format:
    """Return the format, one file a split. Offsets count code points."""
    return Format("doccano", _write, {"provenance": "doccano keeps no annotators of data that is imported"})


def _write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
    with Blocks(folder) as blocks:
        for split in SPLITS:
            file = f"{split}.jsonl"
            blocks.open(file)
            for record in version.records(split):
                blocks.add(file, json_line(_line(record, version.schema)))
                yield from _losses(record)


def _losses(record: Record) -> Iterator[Loss]:
    for attribute in record.attributes:
        yield Loss(record.id, "attribute", attribute_value(attribute), "no-attributes")
    for relation in record.relations:
        if relation.direction != "right":
            yield Loss(record.id, "relation", relation_value(relation), "no-direction")


def _line(record: Record, schema: LabelSchema) -> dict[str, Any]:
    spans = record.content.spans
    numbers = {span.id: number for number, span in enumerate(spans)}
    return {
        "text": record.text,
        "entities": [
            {
                "id": number,
                "start_offset": span.start,
                "end_offset": span.end,
                "label": schema.written(span.layer, span.label),
            }
            for number, span in enumerate(spans)
        ],
        "relations": [
            {
                "id": number,
                "from_id": numbers[relation.head],
                "to_id": numbers[relation.child],
                "type": relation.label,
            }
            for number, relation in enumerate(record.relations)
        ],
        # What else a line has, doccano keeps as metadata.
        "document": record.id,
        "lang": record.lang,
        "meta": dict(record.meta),
    }
