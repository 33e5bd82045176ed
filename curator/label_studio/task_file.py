"""Label Studio's JSON: tasks with their annotations, which a project of the same interface takes as they are."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from curator.domain.dataset_ref import DatasetRef
from curator.domain.document import SPLITS
from curator.domain.json_values import json_line_text
from curator.domain.loss import Loss
from curator.domain.record import Record, provenance_value
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, attribute_value, relation_value
from curator.label_studio.attributes import write_attributes
from curator.label_studio.interface import labelling_config
from curator.label_studio.results import DOCUMENT, TEXT, write_regions, write_relations, write_result
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent

INTERFACE = "interface.xml"
_BATCH = 100


def label_studio(_parts: FormatParts) -> Format:
    """Return the format: a file a split, and the labelling interface. Offsets count code points.

    A record is a task with one annotation, and with the same regions as a prediction of the version's name, from which
    a further annotator starts. All else of a record is among the data of its task.
    """
    return Format("label-studio", _write)


def _write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
    name = str(DatasetRef(version.manifest["dataset"], version.manifest["version"]))
    folder.append(INTERFACE, labelling_config(version.schema).encode() + b"\n")
    for split in SPLITS:
        file, records, separator = f"{split}.json", version.records(split), "\n"
        folder.append(file, b"[")
        while batch := list(islice(records, _BATCH)):
            pieces = []
            for record in batch:
                task, losses = _task(record, version.schema, name)
                pieces.append(separator + json_line_text(task))
                separator = ",\n"
                yield from losses
            folder.append(file, "".join(pieces).encode())
        folder.append(file, b"\n]\n")


def _task(record: Record, schema: LabelSchema, version: str) -> tuple[dict[str, Any], list[Loss]]:
    known = [relation for relation in record.relations if relation.label in schema.relation_names]
    content = Content(record.content.spans, tuple(known))
    regions, region_of = write_regions(content.spans, record.text)
    items = {region["id"]: region for region in regions}
    attributes, faults = write_attributes(
        record.attributes, {span: items[region] for span, region in region_of.items()}, schema
    )
    task = {
        "data": {
            TEXT: record.text,
            DOCUMENT: record.id,
            "source": record.provenance.source,
            "lang": record.lang,
            "meta": dict(record.meta),
            "provenance": provenance_value(record.provenance),
        },
        "annotations": [
            {
                "result": [*regions, *write_relations(known, region_of), *attributes],
                # Left out, it would be taken for true.
                "ground_truth": record.provenance.ground_truth,
            }
        ],
        "predictions": [{"model_version": version, "result": write_result(content, record.text)}],
    }
    losses = [
        Loss(record.id, "relation", relation_value(relation), "unknown-relation")
        for relation in record.relations
        if relation.label not in schema.relation_names
    ]
    losses += [Loss(record.id, "attribute", attribute_value(attribute), reason) for attribute, reason in faults]
    return task, losses
