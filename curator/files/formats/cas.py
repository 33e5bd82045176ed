"""UIMA CAS XMI, as INCEpTION and DKPro read it: a file a document, and the type system that they share."""

import json
import re
from collections.abc import Iterator
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.loss import Loss
from curator.domain.record import Record, provenance_value
from curator.domain.span import DOCUMENT
from curator.files.formats import cas_types
from curator.files.formats.cas_types import CasTypes
from curator.files.formats.extras import require
from curator.files.names import document_file
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent

TYPE_SYSTEM = "TypeSystem.xml"
STAND_IN = "\ufffd"
"""What stands for a character that XML cannot hold; as long as each of these in UTF-16, so no offset moves."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def cas(_parts: FormatParts) -> Format:
    """Return the format: `SPLIT/ID.xmi` a document, and `TypeSystem.xml`.

    Entities are DKPro's named entities, spans of other layers of a type of their own each, relations point from
    Governor to Dependent. What is free JSON is JSON text. Offsets count UTF-16 units.
    """
    require("cassis", "cas", "dkpro-cassis")
    return Format("cas", _write)


def _write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
    types = CasTypes(version.schema)
    collection = f"{version.manifest['dataset']}@{version.manifest['version']}"
    folder.write(TYPE_SYSTEM, types.description())
    for split in SPLITS:
        for record in version.records(split):
            folder.write(f"{split}/{document_file(record.id)}.xmi", _xmi(record, types, collection))
            for match in _NOT_IN_XML.finditer(record.text):
                yield Loss(record.id, "character", {"at": match.start(), "character": match[0]}, "not-in-xml")


def _xmi(record: Record, types: CasTypes, collection: str) -> bytes:
    from cassis import Cas

    document = Cas(types.system, sofa_string=_NOT_IN_XML.sub(STAND_IN, record.text), sofa_mime="text/plain")
    names = {"documentId": record.id, "documentTitle": record.id, "collectionId": collection}
    try:
        document.add(types.document(begin=0, end=len(record.text), language=record.lang, **names))
        document.add_all(_structures(record, types))
        xmi: str = document.to_xmi(pretty_print=True)
    except ValueError as error:
        # A label or the like, which only a schema of somebody's own making can have so.
        raise CuratorError(f"document cannot be written as XML: {error}", record.id, "rename the label") from error
    return xmi.encode()


def _structures(record: Record, types: CasTypes) -> list[Any]:
    """Return all that a document has, in its order."""
    spans = {
        span.id: types.span(span.layer, span.start, span.end, span.label)
        for of_layer in record.spans.values()
        for span in of_layer
    }
    structures = list(spans.values())
    for relation in record.relations:
        head, child = spans[relation.head], spans[relation.child]
        # A relation is where its dependent is, as DKPro has it.
        where = {"begin": child.begin, "end": child.end}
        facts = {"label": relation.label, "direction": relation.direction}
        structures.append(types.own(cas_types.RELATION, Governor=head, Dependent=child, **facts, **where))
    for attribute in record.attributes:
        facts = {"name": attribute.name, "value": _json(attribute.value)}
        if attribute.on == DOCUMENT:
            structures.append(types.own(cas_types.DOCUMENT_ATTRIBUTE, **facts))
        else:
            target = spans[attribute.on]
            where = {"begin": target.begin, "end": target.end}
            structures.append(types.own(cas_types.ATTRIBUTE, target=target, **facts, **where))
    rest = {"meta": _json(dict(record.meta)), "provenance": _json(provenance_value(record.provenance))}
    return [*structures, types.own(cas_types.RECORD, **rest)]


def _json(value: Any) -> str:
    # In ASCII: what XML cannot hold is an escape.
    return json.dumps(value, separators=(",", ":"))
