"""Records: the lines of a dataset version, a document each with what was decided of it."""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, NoReturn, TypeVar

from curator.domain.document import Document
from curator.domain.errors import CuratorError
from curator.domain.json_values import unbroken
from curator.domain.span import (
    DIRECTIONS,
    DOCUMENT,
    Attribute,
    Content,
    Relation,
    Span,
    attribute_value,
    offsets_fault,
    relation_order,
    relation_value,
    span_order,
    spans_by_layer,
)

RECORD_FORMAT = 2

_HEAD = b'{"id":"'
_REMEDY = "take records of an export: id, text and spans by layer, each with start, end and label"
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a record is from.

    `annotators` made what was decided or corrected it, by name or pseudonym, and `last_annotator` was the last of
    them, None where nobody is known; `policy` says how it was decided; `pipeline` is what they all started from
    (name@digest), None where that is not known or not the same; `ground_truth` says whether they vouch for it;
    `source` is the place the text was found at.
    """

    annotators: tuple[str, ...] = ()
    policy: str = ""
    pipeline: str | None = None
    ground_truth: bool = False
    source: str = ""
    last_annotator: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A document with its spans by layer (a layer may be empty), relations, attributes, metadata and provenance."""

    id: str
    text: str
    lang: str = ""
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def content(self) -> Content:
        """The spans, relations and attributes of the record."""
        return Content(tuple(chain.from_iterable(self.spans.values())), self.relations, self.attributes)


def record_of(
    document: Document, content: Content, layers: Iterable[str], meta: Mapping[str, Any], provenance: Provenance
) -> Record:
    """Return the record of a document; spans stand under their layers, these in the order given, each in text order."""
    spans: dict[str, list[Span]] = {layer: [] for layer in layers}
    for span in sorted(content.spans, key=span_order):
        spans.setdefault(span.layer, []).append(span)
    return Record(
        id=document.id,
        text=document.text,
        lang=document.lang,
        spans={layer: tuple(of_layer) for layer, of_layer in spans.items()},
        relations=content.relations,
        attributes=content.attributes,
        meta=meta,
        provenance=provenance,
    )


def record_names(document: str, annotator: str) -> Iterator[str]:
    """Yield ids for records of a document that are an annotator's, by pseudonym: DOCUMENT#ANNOTATOR, then .2, .3, …"""
    yield f"{document}#{annotator}"
    yield from (f"{document}#{annotator}.{number}" for number in count(2))


def record_line(record: Record) -> bytes:
    """Return a record as one line of JSON in UTF-8, ended by LF, to any reader: every key present, in a fixed order.

    Spans are in text order within their layers, relations sorted, metadata by key. Scores and rules of spans are left
    out. Raises ValueError for NaN and infinities.
    """
    value = {
        "id": record.id,
        "text": record.text,
        "lang": record.lang,
        "spans": spans_by_layer(record.content.spans, record.spans, record.text),
        "relations": [relation_value(relation) for relation in sorted(record.relations, key=relation_order)],
        "attributes": [attribute_value(attribute) for attribute in record.attributes],
        "meta": {key: record.meta[key] for key in sorted(record.meta)},
        "provenance": provenance_value(record.provenance),
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return unbroken(text).encode("utf-8") + b"\n"


def provenance_value(provenance: Provenance) -> dict[str, Any]:
    """Return where a record is from as the JSON object that records hold."""
    return {
        "annotators": list(provenance.annotators),
        "last_annotator": provenance.last_annotator,
        "policy": provenance.policy,
        "pipeline": provenance.pipeline,
        "ground_truth": provenance.ground_truth,
        "source": provenance.source,
    }


def record_from_line(line: bytes, where: str = "") -> Record:
    """Return the record of a line, read as `record_from_value` reads it; `where` names the line in errors."""
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
        if b"\\u" in line:
            # Half a character in an escape is no text that could be written again.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise CuratorError("not a JSON object", where, "export the version again") from None
    if not isinstance(value, dict):
        raise CuratorError("not a JSON object", where, "export the version again")
    return record_from_value(value, where)


def record_from_value(value: Any, where: str = "") -> Record:
    """Return the record that a JSON object holds, in its own order.

    Needed are `id`, `text` and `spans` (by layer; each with `start`, `end` and `label`). May be missing or null:
    `lang`, `relations`, `attributes`, `meta`, `provenance` and any key of it, a relation's `direction`, a span's `id`
    and `text`; relations and attributes name spans by the ids these came with or by those that records have. Other
    keys are left alone. Raises CuratorError, naming record and span, for what is no record, and where a span is not
    what its text says or a relation or attribute names no span.
    """
    record = value.get("id") if isinstance(value, Mapping) else None
    place = f"{where}, {record}" if where else str(record)
    try:
        return _read(value, place)
    except (KeyError, TypeError, AttributeError):
        raise CuratorError("not a record", place, _REMEDY) from None


def record_id(line: bytes) -> str:
    """Return the id of a record's line, without reading the rest of it where `record_line` wrote it."""
    if line.startswith(_HEAD):
        name, quote, _ = line[len(_HEAD) :].partition(b'"')
        if quote and b"\\" not in name:
            return name.decode("utf-8")
    return str(json.loads(line)["id"])


def _read(value: Mapping[str, Any], place: str) -> Record:
    text = _a(str, value["text"])
    ids: dict[Hashable, str] = {DOCUMENT: DOCUMENT}
    spans = {
        _a(str, layer): tuple(_span(layer, item, text, ids, place) for item in _a(list, items))
        for layer, items in _a(dict, value["spans"]).items()
    }
    return Record(
        id=_a(str, value["id"]),
        text=text,
        lang=_optional(str, value.get("lang")),
        spans=spans,
        relations=tuple(_relation(item, ids, place) for item in _optional(list, value.get("relations"))),
        attributes=tuple(_attribute(item, ids, place) for item in _optional(list, value.get("attributes"))),
        meta=_optional(dict, value.get("meta")),
        provenance=_provenance(_optional(dict, value.get("provenance"))),
    )


def _span(layer: str, item: Mapping[str, Any], text: str, ids: dict[Hashable, str], place: str) -> Span:
    span = Span(layer, item["start"], item["end"], _a(str, item["label"]))
    name, covered = span.id, item.get("text")
    if offsets_fault(span.start, span.end, text) or covered not in (None, text[span.start : span.end]):
        raise CuratorError("span does not fit its text", f"{place}, {name}", "mend its offsets")
    ids[name] = name
    if item.get("id") is not None:
        ids[item["id"]] = name
    return span


def _relation(item: Mapping[str, Any], ids: Mapping[Hashable, str], place: str) -> Relation:
    direction = "right" if item.get("direction") is None else item["direction"]
    if direction not in DIRECTIONS:
        raise TypeError
    ends = [_named(item[end], "relation", ids, place) for end in ("head", "child")]
    if DOCUMENT in ends:
        raise TypeError
    return Relation(ends[0], ends[1], _a(str, item["label"]), direction)


def _attribute(item: Mapping[str, Any], ids: Mapping[Hashable, str], place: str) -> Attribute:
    return Attribute(_named(item["on"], "attribute", ids, place), _a(str, item["name"]), item["value"])


def _named(name: Any, kind: str, ids: Mapping[Hashable, str], place: str) -> str:
    if name not in ids:
        raise CuratorError(f"{kind} names no span of its record", f"{place}, {name}", "give it the id of a span")
    return ids[name]


def _provenance(value: Mapping[str, Any]) -> Provenance:
    return Provenance(
        annotators=tuple(_a(str, name) for name in _optional(list, value.get("annotators"))),
        policy=_optional(str, value.get("policy")),
        pipeline=_text_or_none(value.get("pipeline")),
        ground_truth=_optional(bool, value.get("ground_truth")),
        source=_optional(str, value.get("source")),
        last_annotator=_text_or_none(value.get("last_annotator")),
    )


def _a(kind: type[Kind], value: Any) -> Kind:
    """Return a value of the kind that it must be. Raises TypeError for any other."""
    if not isinstance(value, kind):
        raise TypeError
    return value


def _optional(kind: type[Kind], value: Any) -> Kind:
    return kind() if value is None else _a(kind, value)


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _a(str, value)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
