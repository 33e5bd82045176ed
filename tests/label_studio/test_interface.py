"""The labelling interface of any schema, and of the default one."""

import xml.etree.ElementTree as ET
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.schema import LabelSchema, schema_from_value
from curator.label_studio.interface import labelling_config, same_config

# The one key without a modifier that Label Studio 1.23 binds where texts are labelled: it unselects the region.
TAKEN = {"u"}


def small(label: str = "PER", **more: Any) -> LabelSchema:
    layer = {"name": "entities", "labels": [{"name": label, "colour": "#000000", "hotkey": "1", "description": label}]}
    return schema_from_value({"name": "small", "language": "fr", "layers": [layer], **more}, "here")


def test_the_default_schema_has_a_control_per_layer_and_a_key_per_label(default_schema: LabelSchema) -> None:
    page = ET.fromstring(labelling_config(default_schema))
    controls = {control.get("name"): control for control in page.iter("Labels")}
    assert list(controls) == ["entities", "events"]
    assert [len(control) for control in controls.values()] == [8, 14]
    assert [element.get("value") for element in page.iter("Relation")] == ["agent", "target", "place", "time", "topic"]
    keys = [label.get("hotkey", "") for label in page.iter("Label")]
    assert len(set(keys)) == 22
    assert all(len(key) == 1 and key.isascii() and key.isalnum() for key in keys)
    assert not TAKEN & set(keys)
    (text,) = page.iter("Text")
    assert text.attrib == {"name": "text", "value": "$text", "granularity": "symbol", "showLabels": "true"}
    for control in (*controls.values(), *page.iter("Choices"), *page.iter("TextArea")):
        assert control.get("toName") == "text"
    (doubt,), (note,) = page.iter("Choices"), page.iter("TextArea")
    assert doubt.get("perRegion") == note.get("perRegion") == "true"


def test_the_default_colours_are_distinguishable(default_schema: LabelSchema) -> None:
    colours = [label.colour for layer in default_schema.layers for label in layer.labels]
    channels = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours]
    for colour, second_colour in combinations(channels, 2):
        assert sum((a - b) ** 2 for a, b in zip(colour, second_colour, strict=True)) > 50**2


def test_the_default_schema_describes_each_label(default_schema: LabelSchema) -> None:
    labels = [label for layer in default_schema.layers for label in layer.labels]
    assert all(label.description and "\n" not in label.description for label in labels)
    assert default_schema.flat_layers == {"entities"}
    ET.fromstring(f"<div>{default_schema.instruction}</div>")


def test_attributes_of_the_document_are_not_per_region() -> None:
    attributes = [{"name": "quality", "per_region": False, "choices": ["a"]}, {"name": "remark", "per_region": False}]
    page = ET.fromstring(labelling_config(small(attributes=attributes)))
    for control in (*page.iter("Choices"), *page.iter("TextArea")):
        assert control.get("perRegion") is None
    assert all(view.get("visibleWhen") is None for view in page.iter("View"))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1))
def test_any_name_survives_as_it_is(name: str) -> None:
    label = f"<{name}&\"'"
    page = ET.fromstring(labelling_config(small(label)))
    assert [element.get("value") for element in page.iter("Label")] == [label]


def test_spacing_and_the_order_of_attributes_make_no_difference(default_schema: LabelSchema) -> None:
    config = labelling_config(default_schema)
    assert same_config(config, config)
    assert same_config('<View><Text name="a" value="b"/></View>', '<View>\n <Text value="b"  name="a"></Text></View>')
    assert not same_config(config, config.replace("PER", "PERS"))


@pytest.mark.parametrize("other", ["", "<View>", "no XML"])
def test_what_is_no_xml_is_another_config(other: str) -> None:
    assert not same_config("<View/>", other)
    assert not same_config(other, "<View/>")
