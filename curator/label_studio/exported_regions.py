"""The result items of an exported annotation, as `carry_over` takes spans, relations and attributes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from curator.domain.held_attributes import META
from curator.label_studio.results import VALUE_KEYS, region_key

ANOTHER_OBJECT = "region-of-another-object"
"""The cause of a region in another object than the text: a title beside it, say."""


@dataclass(slots=True)
class ExportedRegions:
    """What an annotation holds, and what of it is in no text, counted by cause."""

    body: dict[str, list[Any]] = field(default_factory=lambda: {"spans": [], "relations": [], "attributes": []})
    left_out: Counter[str] = field(default_factory=Counter)


def read_regions(result: Sequence[Any], text_object: str, layers: Sequence[str]) -> ExportedRegions:
    """Return what result items say, in their order; of several objects, what they say of `text_object`.

    Words that come with a region do not count. Where a region bears labels of several controls, a relation starts from
    its span in the one that `layers` lists last and leads to its span in the one listed first; controls that are no
    layers go by their order in the result. What is no item at all stays as it is, for the reader of the body to name.
    """
    reading = _Reading(text_object, layers)
    # Labels first: relations and attributes may come before the regions they are about.
    for item in sorted(result, key=lambda item: not (isinstance(item, dict) and item.get("type") == "labels")):
        reading.take(item)
    return reading.regions


@dataclass(slots=True)
class _Reading:
    """The reading of one result: the spans of each region by the control that they are of."""

    text_object: str
    layers: Sequence[str]
    regions: ExportedRegions = field(default_factory=ExportedRegions)
    spans_of: dict[str | int, dict[str, list[int]]] = field(default_factory=dict)
    elsewhere: set[str | int] = field(default_factory=set)

    def take(self, item: Any) -> None:
        if not isinstance(item, dict) or not isinstance(item.get("type"), str):
            # A list could be taken for a span.
            self.regions.body["spans"].append({"item": item} if isinstance(item, list) else item)
            return
        region = region_key(item.get("id"))
        if self._is_elsewhere(item):
            if region is not None:
                self.elsewhere.add(region)
            self.regions.left_out[ANOTHER_OBJECT] += 1
        elif item["type"] == "labels":
            self._labels(item, region)
        elif item["type"] == "relation":
            self._relations(item)
        elif item["type"].endswith("labels"):
            self.regions.left_out[f"{item['type']}-region"] += 1
            if region is not None:
                self.elsewhere.add(region)
        else:
            self._attribute(item, region)

    def _is_elsewhere(self, item: Mapping[str, Any]) -> bool:
        return bool(self.text_object) and item["type"] != "relation" and item.get("to_name") != self.text_object

    def _labels(self, item: Mapping[str, Any], region: str | int | None) -> None:
        value, control = item.get("value"), item.get("from_name")
        value = value if isinstance(value, dict) else {}
        labels = value.get("labels")
        of_region = self.spans_of.setdefault(region, {}) if region is not None else {}
        numbers = of_region.setdefault(control if isinstance(control, str) else "", [])
        for label in labels if isinstance(labels, list) and labels else [None]:
            number = len(self.regions.body["spans"])
            span = {"id": number, "start": value.get("start"), "end": value.get("end"), "label": label}
            self.regions.body["spans"].append(span | ({"layer": control} if isinstance(control, str) else {}))
            numbers.append(number)
            self._note(item, number)

    def _note(self, item: Mapping[str, Any], number: int) -> None:
        """Read what an annotator wrote into the region's own note, which any interface has."""
        meta = item.get("meta")
        if isinstance(meta, dict) and meta.get("text"):
            self.regions.body["attributes"].append({"on": number, "name": META, "value": meta["text"]})

    def _relations(self, item: Mapping[str, Any]) -> None:
        ends = [region_key(item.get(end)) for end in ("from_id", "to_id")]
        if any(end in self.elsewhere for end in ends):
            self.regions.left_out[ANOTHER_OBJECT] += 1
            return
        direction = item.get("direction", "right")
        # An arrow to the left leads from the second region to the first.
        heads = self._end(ends[0], direction != "left")
        children = self._end(ends[1], direction == "left")
        labels = item.get("labels")
        for label in labels if isinstance(labels, list) and labels else [None]:
            for head, child in product(heads, children):
                relation = {"head": head, "child": child, "label": label, "direction": direction}
                self.regions.body["relations"].append(relation)

    def _end(self, region: str | int | None, starts: bool) -> list[int | None]:
        """Return the spans of a region that an arrow is meant to start from, or to lead to; None for none."""
        of_region = self.spans_of.get(region, {}) if region is not None else {}
        listed = [layer for layer in self.layers if of_region.get(layer)]
        controls = [*listed, *(control for control in of_region if control not in listed)]
        return [*of_region[controls[-1 if starts else 0]]] if controls else [None]

    def _attribute(self, item: Mapping[str, Any], region: str | int | None) -> None:
        value, key = item.get("value"), VALUE_KEYS.get(item["type"], item["type"])
        if region in self.elsewhere:
            self.regions.left_out[ANOTHER_OBJECT] += 1
            return
        attribute = {"name": item.get("from_name")}
        if isinstance(value, dict) and key in value:
            attribute["value"] = value[key]
        for on in self._on(value, region):
            self.regions.body["attributes"].append({"on": on, **attribute})

    def _on(self, value: Any, region: str | int | None) -> Iterator[int | str | None]:
        of_region = self.spans_of.get(region) if region is not None else None
        if of_region is not None:
            yield from (number for numbers in of_region.values() for number in numbers)
        else:
            yield None if isinstance(value, dict) and "start" in value else "document"
