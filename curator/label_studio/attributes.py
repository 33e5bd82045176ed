"""Attributes as result items, for annotations that are written to a file."""

from collections.abc import Iterable, Mapping
from typing import Any

from curator.domain.schema import LabelSchema
from curator.domain.span import UNKNOWN_CONTROL, Attribute
from curator.label_studio.results import META, TEXT

NOT_TEXT = "value-not-text"
"""The reason of a loss: the value is no list of texts, which is all that choices and notes hold."""
AS_LIST = "value-as-list"
"""The reason of a loss: the value is a text, which stands there as a list of one."""
UNKNOWN_CHOICE = "unknown-choice"
"""The reason of a loss: the value is none of the choices that the interface offers."""
SECOND_NOTE = "second-note-of-region"
"""The reason of a loss: the region has its own note already."""


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
        kind, value = kinds.get(attribute.name), _texts(attribute.value)
        region = regions.get(attribute.on)
        is_note = kind is None and attribute.name == META and region is not None
        fault = _fault(attribute, value, is_note, kind, region)
        if fault in (None, AS_LIST) and not schema.allows(attribute.name, value):
            fault = UNKNOWN_CHOICE
        if fault is not None:
            faults.append((attribute, fault))
            if fault != AS_LIST:
                continue
        if is_note and region is not None:
            region["meta"] = {"text": value}
        elif kind is not None:
            items.append(_item(attribute.name, kind, value, region))
    return items, faults


def _texts(value: Any) -> list[str] | None:
    """Return what choices and notes hold for a value, None where it is no text."""
    values = value if isinstance(value, list) else [value]
    return values if all(isinstance(text, str) for text in values) else None


def _fault(
    attribute: Attribute, value: list[str] | None, is_note: bool, kind: str | None, region: Mapping[str, Any] | None
) -> str | None:
    if kind is None and not is_note:
        return UNKNOWN_CONTROL
    if value is None or (is_note and not value):
        return NOT_TEXT
    if is_note and region is not None and "meta" in region:
        return SECOND_NOTE
    return None if value == attribute.value else AS_LIST


def _item(name: str, kind: str, value: list[str] | None, region: Mapping[str, Any] | None) -> dict[str, Any]:
    key = "choices" if kind == "choices" else "text"
    item: dict[str, Any] = {"from_name": name, "to_name": TEXT, "type": kind}
    if region is None:
        return {"id": f"document-{name}", **item, "value": {key: value}}
    place = {border: region["value"][border] for border in ("start", "end")}
    return {"id": region["id"], **item, "value": {**place, key: value}}
