"""Reads UIMA CAS XMI with dkpro-cassis."""

import io
import json
from collections.abc import Mapping
from typing import Any

from cassis import Cas, load_cas_from_xmi, load_typesystem

from curator.domain.record import Record, record_from_value
from curator.domain.span import DOCUMENT
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion

_NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
_DOCUMENT = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"
_OWN = "webanno.custom."


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold, in the order in which they were written."""
    types = load_typesystem(io.BytesIO(files["TypeSystem.xml"]))
    version: dict[str, list[Record]] = {}
    for path, data in files.items():
        split, _, name = path.partition("/")
        if name.endswith(".xmi"):
            version.setdefault(split, []).append(_record(load_cas_from_xmi(io.BytesIO(data), typesystem=types)))
    return version


def _record(cas: Cas) -> Record:
    (document,) = cas.select(_DOCUMENT)
    (rest,) = cas.select(f"{_OWN}Record")
    ids: dict[int, str] = {}
    layers = {layer: [_span(cas, span, layer, ids) for span in _spans(cas, layer)] for layer in SCHEMA.layer_names}
    relations = [
        {"head": ids[r.Governor.xmiID], "child": ids[r.Dependent.xmiID], "label": r.label, "direction": r.direction}
        for r in cas.select(f"{_OWN}Relation")
    ]
    attributes = [_attribute(item, ids[item.target.xmiID]) for item in cas.select(f"{_OWN}Attribute")]
    attributes += [_attribute(item, DOCUMENT) for item in cas.select(f"{_OWN}DocumentAttribute")]
    value = {
        "id": document.documentId,
        "text": cas.sofa_string,
        "lang": document.language,
        "spans": layers,
        "relations": relations,
        "attributes": attributes,
        "meta": json.loads(rest.meta),
        "provenance": json.loads(rest.provenance),
    }
    return record_from_value(value)


def _spans(cas: Cas, layer: str) -> list[Any]:
    return list(cas.select(_NAMED_ENTITY if layer == "entities" else f"{_OWN}{layer.capitalize()}"))


def _span(cas: Cas, span: Any, layer: str, ids: dict[int, str]) -> dict[str, Any]:
    label = span.value if layer == "entities" else span.label
    ids[span.xmiID] = f"{layer}:{span.begin}-{span.end}:{label}"
    return {"start": span.begin, "end": span.end, "label": label, "text": span.get_covered_text()}


def _attribute(item: Any, on: str) -> dict[str, Any]:
    return {"on": on, "name": item.name, "value": json.loads(item.value)}
