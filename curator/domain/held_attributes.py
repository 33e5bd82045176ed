"""Which attributes the labelling interface of a schema can hold, and why not the others."""

from typing import Any

from curator.domain.schema import LabelSchema
from curator.domain.span import UNKNOWN_CONTROL, Attribute, Content

META = "meta"
"""The attribute that holds the note which Label Studio lets an annotator write on any region."""

NOT_TEXT = "value-not-text"
"""The reason of a loss: the value is no list of texts, which is all that choices and notes hold."""
AS_LIST = "value-as-list"
"""The reason of a loss: the value is a text, which stands there as a list of one."""
UNKNOWN_CHOICE = "unknown-choice"
"""The reason of a loss: the value is none of the choices that the interface offers."""
SECOND_NOTE = "second-note-of-region"
"""The reason of a loss: the region has its own note already."""


def texts_of(value: Any) -> list[str] | None:
    """Return what choices and notes hold for a value, None where it is no text."""
    values = value if isinstance(value, list) else [value]
    return values if all(isinstance(text, str) for text in values) else None


def fault_in_interface(attribute: Attribute, schema: LabelSchema, *, on_region: bool, has_note: bool) -> str | None:
    """Return why an attribute is not held as it is, None where it is; on a region, that may have its note already."""
    is_control = any(kind.name == attribute.name for kind in schema.attributes)
    is_note = not is_control and attribute.name == META and on_region
    value = texts_of(attribute.value)
    if not is_control and not is_note:
        return UNKNOWN_CONTROL
    if value is None or (is_note and not value):
        return NOT_TEXT
    if is_note and has_note:
        return SECOND_NOTE
    if not schema.allows(attribute.name, value):
        return UNKNOWN_CHOICE
    return None if value == attribute.value else AS_LIST


def attributes_not_held(content: Content, schema: LabelSchema) -> list[tuple[Attribute, str]]:
    """Return the attributes of a content that no labelling interface of a schema can hold, each with the reason."""
    regions = {span.id for span in content.spans}
    noted = {span.id for span in content.spans if span.rule is not None}
    not_held: list[tuple[Attribute, str]] = []
    for attribute in content.attributes:
        on_region = attribute.on in regions
        fault = fault_in_interface(attribute, schema, on_region=on_region, has_note=attribute.on in noted)
        if fault not in (None, AS_LIST):
            not_held.append((attribute, str(fault)))
        elif attribute.name == META:
            noted.add(attribute.on)
    return not_held
