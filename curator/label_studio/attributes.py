"""Attributes as result items, for annotations that are written to a file."""

from collections.abc import Iterable, Mapping
from typing import Any

from curator.domain.held_attributes import AS_LIST, fault_in_interface, texts_of
from curator.domain.schema import LabelSchema
from curator.domain.span import Attribute
from curator.label_studio.results import TEXT


def write_attributes(
    attributes: Iterable[Attribute], regions: Mapping[str, dict[str, Any]], schema: LabelSchema
) -> tuple[list[dict[str, Any]], list[tuple[Attribute, str]]]:
    """Return the items of attributes, and those that are not written as they are, each with the reason.

    `regions` are the items of spans by the ids of these; the notes of any region are put into them.
    """
    kinds = {kind.name: "choices" if kind.choices else "textarea" for kind in schema.attributes}
    items: list[dict[str, Any]] = []
    faults: list[tuple[Attribute, str]] = []
    for attribute in attributes:
        kind, value = kinds.get(attribute.name), texts_of(attribute.value)
        region = regions.get(attribute.on)
        has_note = region is not None and "meta" in region
        fault = fault_in_interface(attribute, schema, on_region=region is not None, has_note=has_note)
        if fault is not None:
            faults.append((attribute, fault))
            if fault != AS_LIST:
                continue
        if kind is not None:
            items.append(_item(attribute.name, kind, value, region))
        elif region is not None:
            region["meta"] = {"text": value}
    return items, faults


def _item(name: str, kind: str, value: list[str] | None, region: Mapping[str, Any] | None) -> dict[str, Any]:
    key = "choices" if kind == "choices" else "text"
    item: dict[str, Any] = {"from_name": name, "to_name": TEXT, "type": kind}
    if region is None:
        return {"id": f"document-{name}", **item, "value": {key: value}}
    place = {border: region["value"][border] for border in ("start", "end")}
    return {"id": region["id"], **item, "value": {**place, key: value}}
