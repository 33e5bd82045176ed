"""Attributes as result items: what Label Studio can hold, and the reason where it cannot."""

from typing import Any

import pytest

from curator.domain.schema import LabelSchema
from curator.domain.span import Attribute, Content, Span
from curator.label_studio.attributes import write_attributes
from curator.label_studio.results import read_result, write_regions
from tests.fakes.parts import SCHEMA

TEXT = "Paris dort"
SPAN = Span("entities", 0, 5, "GPE")


def _written(
    *attributes: Attribute, schema: LabelSchema = SCHEMA
) -> tuple[list[dict[str, Any]], list[tuple[Attribute, str]]]:
    regions, region_of = write_regions([SPAN], TEXT)
    by_id = {region["id"]: region for region in regions}
    items, faults = write_attributes(attributes, {span: by_id[region] for span, region in region_of.items()}, schema)
    return [*regions, *items], faults


def test_choices_and_notes_of_a_region_and_of_the_document_are_read_back() -> None:
    attributes = (
        Attribute(SPAN.id, "certitude", ["douteux"]),
        Attribute(SPAN.id, "note", ["une ville", "la nuit"]),
        Attribute("document", "note", ["court"]),
        Attribute(SPAN.id, "meta", ["à revoir"]),
    )
    items, faults = _written(*attributes)
    assert not faults
    content = read_result(items, TEXT, SCHEMA)
    assert content.spans == (SPAN,)
    assert set(map(_key, content.attributes)) == set(map(_key, attributes))
    assert content == Content(content.spans, (), content.attributes)
    (choice,) = (item for item in items if item["type"] == "choices")
    assert choice["value"] == {"start": 0, "end": 5, "choices": ["douteux"]}
    assert choice["id"] == items[0]["id"]


@pytest.mark.parametrize(
    ("attribute", "reason", "value"),
    [
        (Attribute(SPAN.id, "note", "une ville"), "value-as-list", ["une ville"]),
        (Attribute(SPAN.id, "note", {"a": 1}), "value-not-text", None),
        (Attribute(SPAN.id, "certitude", ["certain"]), "unknown-choice", None),
        (Attribute("document", "note", ["a", 1]), "value-not-text", None),
        (Attribute(SPAN.id, "meta", []), "value-not-text", None),
        (Attribute("document", "meta", ["a"]), "unknown-control", None),
        (Attribute(SPAN.id, "autre", ["a"]), "unknown-control", None),
    ],
)
def test_what_it_cannot_hold_as_it_is_has_a_reason(attribute: Attribute, reason: str, value: Any) -> None:
    items, faults = _written(attribute)
    assert faults == [(attribute, reason)]
    assert [read.value for read in read_result(items, TEXT, SCHEMA).attributes] == ([] if value is None else [value])


def test_a_region_has_one_note_of_its_own() -> None:
    first, second = Attribute(SPAN.id, "meta", ["a"]), Attribute(SPAN.id, "meta", ["b"])
    items, faults = _written(first, second)
    assert faults == [(second, "second-note-of-region")]
    assert read_result(items, TEXT, SCHEMA).attributes == (first,)


def _key(attribute: Attribute) -> str:
    return attribute.key
