"""Label Studio's result items and our spans, relations and attributes, both ways."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from curator.domain.held_attributes import META
from curator.domain.json_values import faults
from curator.domain.label_names import UNKNOWN_LABEL, LabelNames, label_names
from curator.domain.schema import LabelSchema
from curator.domain.span import UNKNOWN_CONTROL, Attribute, Content, Problem, Relation, Span, offsets_fault
from curator.steps.ports.label_server import NewPrediction

TEXT = "text"
"""The name of the text in the labelling interface, and of its key in a task's data."""

DOCUMENT = "document"
"""The key of the document's id in a task's data."""

_DIRECTIONS = ("right", "left", "bi")
VALUE_KEYS = {"textarea": "text"}
"""Where types of items keep their value; every other one keeps it under its own name."""


def read_result(result: list[Any], text: str, schema: LabelSchema) -> Content:
    """Return the content of an annotation's result items, each kind in the order in which it came.

    Offsets alone count, the words in `value.text` do not; scores and rules are a machine's and are not read. Where a
    region bears labels of several layers, a relation starts from its span in the layer that the schema lists last
    and leads to its span in the one listed first. Never raises: what does not fit is among the problems, with its
    item as it came.
    """
    reading = _Reading(text, schema)
    # Labels first: relations and attributes may come before the regions they are about.
    for item in sorted(result, key=_is_labels, reverse=True):
        reading.take(item)
    return Content(tuple(reading.spans), tuple(reading.relations), tuple(reading.attributes), tuple(reading.problems))


def write_result(content: Content, text: str) -> list[dict[str, Any]]:
    """Return the result items of a prediction: one region per span, then the relations; attributes are not written.

    Region ids derive from the spans, so the same content gives the same items. Raises ValueError where a relation
    is to no span of the content.
    """
    regions, region_of = write_regions(content.spans, text)
    return [*regions, *write_relations(content.relations, region_of)]


def write_regions(spans: Iterable[Span], text: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the items of spans, one region each, and the id of the first region by the id of its span."""
    items: list[dict[str, Any]] = []
    region_of: dict[str, str] = {}
    taken: set[str] = set()
    attempts: dict[str, int] = {}
    for span in spans:
        region = _region_id(span, taken, attempts)
        taken.add(region)
        region_of.setdefault(span.id, region)
        items.append(_region(region, span, text))
    return items, region_of


def write_relations(relations: Iterable[Relation], region_of: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the items of relations, given the regions of spans. Raises ValueError where one is to none of them."""
    items = []
    for relation in relations:
        if relation.head not in region_of or relation.child not in region_of:
            raise ValueError(f"relation {relation.label} from {relation.head} to {relation.child} lacks a span")
        items.append(
            {
                "type": "relation",
                "from_id": region_of[relation.head],
                "to_id": region_of[relation.child],
                "direction": relation.direction,
                "labels": [relation.label],
            }
        )
    return items


def prediction_value(prediction: NewPrediction) -> dict[str, Any]:
    """Return a prediction as Label Studio takes it. Raises ValueError where its pipeline has no name."""
    if not prediction.model_version:
        # Label Studio takes it and then cannot show the project any more.
        raise ValueError("a prediction needs the name of its pipeline")
    return {
        "model_version": prediction.model_version,
        "score": prediction.score,
        "result": write_result(prediction.content, prediction.text),
    }


def _region(region: str, span: Span, text: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": region,
        "from_name": span.layer,
        "to_name": TEXT,
        "type": "labels",
        "value": {"start": span.start, "end": span.end, "text": text[span.start : span.end], "labels": [span.label]},
    }
    if span.score is not None:
        item["score"] = span.score
    if span.rule is not None:
        item["meta"] = {"rule": [span.rule]}
    return item


def _region_id(span: Span, taken: set[str], attempts: dict[str, int]) -> str:
    """Return ten hexadecimal digits that no region of this prediction has yet; equal spans go on where they were."""
    while True:
        attempt = attempts.get(span.id, 0)
        attempts[span.id] = attempt + 1
        seed = span.id if attempt == 0 else f"{span.id}#{attempt}"
        region = hashlib.sha256(seed.encode("utf-8")).hexdigest()[:10]
        if region not in taken:
            return region


class _Misfit(Exception):
    """An item does not fit, for this cause."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(slots=True)
class _Reading:
    """The reading of one result: its content so far, and the spans of each region."""

    text: str
    schema: LabelSchema
    spans: list[Span] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    regions: dict[str | int, list[Span]] = field(default_factory=dict)
    gone: dict[str | int, str] = field(default_factory=dict)
    names: LabelNames = field(init=False)

    def __post_init__(self) -> None:
        self.names = label_names(self.schema)

    def take(self, item: Any) -> None:
        """Read one item; labels must come before the relations and attributes about them."""
        try:
            if not isinstance(item, dict) or not isinstance(item.get("type"), str):
                raise _Misfit("malformed-item")
            if item["type"] == "labels":
                self._labels(item)
            elif item["type"] == "relation":
                self._relation(item)
            else:
                self._attribute(item)
        except _Misfit as misfit:
            self.problems.append(Problem(misfit.cause, item))

    def _labels(self, item: Mapping[str, Any]) -> None:
        region = region_key(item.get("id"))
        # A region is known even where its labels are refused, so that its attributes are not taken for the document's.
        region_spans = self.regions.setdefault(region, []) if region is not None else []
        layer, value = item.get("from_name"), item.get("value")
        if not isinstance(layer, str) or layer not in self.names.current:
            raise _Misfit(UNKNOWN_CONTROL)
        if not isinstance(value, dict):
            raise _Misfit("malformed-item")
        start: Any = value.get("start")
        end: Any = value.get("end")
        labels = value.get("labels")
        if cause := offsets_fault(start, end, self.text):
            raise _Misfit(cause)
        if not isinstance(labels, list) or not labels:
            raise _Misfit("region-without-label")
        spans = list(self._spans(item, labels, layer, start, end))
        self.spans += spans
        region_spans += spans
        self._meta(spans, item)

    def _spans(self, item: Mapping[str, Any], labels: list[Any], layer: str, start: int, end: int) -> Iterator[Span]:
        """Yield a region's spans under the labels of now; a label that has none is a problem."""
        region = region_key(item.get("id"))
        for name in labels:
            if not isinstance(name, str):
                self.problems.append(Problem(UNKNOWN_LABEL, item))
                continue
            label, cause = self.names.now(layer, name, self.text[start:end])
            if label is not None:
                yield Span(layer, start, end, label)
                continue
            self.problems.append(Problem(cause, item))
            if region is not None and cause != UNKNOWN_LABEL:
                self.gone[region] = cause

    def _refuse_gone(self, *ends: Any) -> None:
        """Raise the cause for which a region has no span any more, where that is why nothing can be on it."""
        for region in map(region_key, ends):
            if region in self.gone and not self.regions.get(region):
                raise _Misfit(self.gone[region])

    def _meta(self, spans: list[Span], item: Mapping[str, Any]) -> None:
        """Read what an annotator wrote into the region's own note, which any interface has."""
        meta = item.get("meta")
        note = meta.get("text") if isinstance(meta, dict) else None
        if not note:
            return
        if cause := _value_fault(META, note):
            raise _Misfit(cause)
        self.attributes += [Attribute(span.id, META, note) for span in spans]

    def _relation(self, item: Mapping[str, Any]) -> None:
        direction, labels = item.get("direction", "right"), item.get("labels")
        if direction not in _DIRECTIONS or not isinstance(labels, list | None):
            raise _Misfit("malformed-item")
        # An arrow to the left leads from the second region to the first.
        starts = direction != "left"
        heads = list(self._end(item.get("from_id"), starts))
        children = list(self._end(item.get("to_id"), not starts))
        if not heads or not children:
            self._refuse_gone(item.get("from_id"), item.get("to_id"))
            raise _Misfit("relation-without-region")
        if not labels:
            raise _Misfit("relation-without-label")
        for label in labels:
            if not isinstance(label, str) or label not in self.schema.relation_names:
                self.problems.append(Problem("unknown-relation", item))
                continue
            for head, child in product(heads, children):
                self.relations.append(Relation(head.id, child.id, label, direction))

    def _end(self, region: Any, starts: bool) -> Iterator[Span]:
        """Yield the spans of a region that an arrow is meant to start from, or to lead to."""
        key = region_key(region)
        spans = self.regions.get(key, []) if key is not None else []
        layers = [layer for layer in self.schema.layer_names if any(span.layer == layer for span in spans)]
        if layers:
            yield from (span for span in spans if span.layer == layers[-1 if starts else 0])

    def _attribute(self, item: Mapping[str, Any]) -> None:
        name, kind, value = item.get("from_name"), item["type"], item.get("value")
        if not isinstance(name, str) or not isinstance(value, dict):
            raise _Misfit("malformed-item")
        if kind.endswith("labels") or name in self.schema.layer_names:
            raise _Misfit(UNKNOWN_CONTROL)
        key = VALUE_KEYS.get(kind, kind)
        if key not in value:
            raise _Misfit("malformed-item")
        if cause := _value_fault(name, value[key]):
            raise _Misfit(cause)
        if not self.schema.allows(name, value[key]):
            raise _Misfit("unknown-choice")
        region = region_key(item.get("id"))
        spans = self.regions.get(region) if region is not None else None
        if spans is not None or "start" in value:
            if not spans:
                self._refuse_gone(region)
                raise _Misfit("attribute-without-region")
            for on in dict.fromkeys(span.id for span in spans):
                self.attributes.append(Attribute(on, name, value[key]))
        else:
            self.attributes.append(Attribute("document", name, value[key]))


def _value_fault(name: str, value: Any) -> str | None:
    value_faults = faults([name, value])
    if "unstorable-text" in value_faults:
        return "unstorable-text"
    return "malformed-item" if value_faults else None


def _is_labels(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "labels"


def region_key(value: Any) -> str | int | None:
    """Return a region id, or None where there is none; scripts give numbers where Label Studio gives texts."""
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None
