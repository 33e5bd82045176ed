"""Interfaces that somebody wrote by hand, as far as a label schema can say what they do."""

import pytest

from curator.domain.interface import Interface
from curator.domain.schema import LabelSchema, schema_from_value
from curator.label_studio.interface import labelling_config
from curator.label_studio.interface_reading import read_interface
from curator.steps.in_force.schema import vanished
from tests.fakes.adoptable import CONFIG
from tests.fakes.parts import SCHEMA, SCHEMA_VALUE


def schema_of(interface: Interface) -> LabelSchema:
    return schema_from_value(interface.schema_value("hand", "Par quelqu'un", "fr"), "tests")


def test_our_own_interface_is_read_as_the_schema_it_was_made_of() -> None:
    interface = read_interface(labelling_config(SCHEMA))
    assert (interface.text_key, interface.text_name, interface.left_out) == ("text", "text", ())
    read = schema_of(interface)
    for part in ("layer_names", "labels_of", "relation_names"):
        assert getattr(read, part) == getattr(SCHEMA, part)
    kinds = [(kind.name, kind.per_region, kind.choices) for kind in read.attributes]
    assert kinds == [(kind.name, kind.per_region, kind.choices) for kind in SCHEMA.attributes]
    hotkeys = [label.hotkey for layer in read.layers for label in layer.labels]
    assert hotkeys == ["1", "2", "a"]
    assert [label.colour for label in read.layers[0].labels] == ["#1565c0", "#00695c"]
    assert list(interface.lacking(SCHEMA)) == []


def test_an_interface_by_hand_has_its_own_names_colours_and_keys() -> None:
    interface = read_interface(CONFIG)
    assert (interface.text_key, interface.text_name) == ("body", "article")
    assert interface.left_out == ("Text titre", "Rating etoiles")
    looks = [(label.name, label.colour, label.hotkey) for layer in interface.layers for label in layer.labels]
    assert looks == [("PER", "#ff0000", "1"), ("GPE", "#00aa00", "g"), ("ATTACK", "#1565c0", "2")]
    assert schema_of(interface).relation_names == {"agent", "place"}
    assert [(kind.name, kind.per_region, kind.choices) for kind in interface.attributes] == [
        ("certitude", True, ("douteux",))
    ]


def test_what_a_schema_lacks_is_named() -> None:
    config = """<View><Labels name="entities" toName="t"><Label value="PER"/><Label value="ORG"/></Labels>
    <Labels name="lieux" toName="t"><Label value="VILLE"/></Labels><Relations><Relation value="avec"/></Relations>
    <Text name="t" value="$t"/>
    <Choices name="certitude" toName="t"><Choice value="sûr"/><Choice value="douteux"/></Choices>
    <TextArea name="avis" toName="t"/><TextArea name="note" toName="t"/></View>"""
    assert list(read_interface(config).lacking(SCHEMA)) == [
        "label entities/ORG", "layer lieux", "relation avec", "choice certitude/sûr", "attribute avis"
    ]  # fmt: skip


def test_what_a_schema_lacks_can_be_added_to_it() -> None:
    config = """<View><Labels name="entities" toName="t"><Label value="PER"/><Label value="ORG" hotkey="1"/></Labels>
    <Labels name="lieux" toName="t"><Label value="VILLE" hotkey="z"/></Labels>
    <Relations><Relation value="avec"/></Relations><Text name="t" value="$t"/>
    <Choices name="certitude" toName="t"><Choice value="sûr"/></Choices>
    <TextArea name="avis" toName="t"/></View>"""
    interface = read_interface(config)
    value = interface.added_to(SCHEMA_VALUE)
    joined = schema_from_value(value, "tests")
    assert list(interface.lacking(joined)) == []
    assert vanished(SCHEMA, joined) == []
    assert [label.hotkey for layer in joined.layers for label in layer.labels] == ["1", "2", "3", "a", "z"]
    assert interface.added_to(value) == value


def test_a_former_name_is_not_lacking() -> None:
    entities, events = SCHEMA_VALUE["layers"]
    label = {"name": "PERSON", "colour": "#1565c0", "hotkey": "1", "formerly": ["PER"]}
    renamed = {**SCHEMA_VALUE, "layers": [{**entities, "labels": [label, entities["labels"][1]]}, events]}
    assert list(read_interface(CONFIG).lacking(schema_from_value(renamed, "tests"))) == []


@pytest.mark.parametrize(
    "control",
    [
        '<Labels name="mes étiquettes" toName="t"><Label value="A"/></Labels>',
        '<Labels name="document" toName="t"><Label value="A"/></Labels>',
        '<Labels name="dynamic" toName="t" value="$labels"/>',
        '<Choices name="dynamic" toName="t" value="$options"/>',
        '<Taxonomy name="x" toName="t"><Choice value="A"/></Taxonomy>',
        '<Ranker name="x" toName="t"/>',
        '<Image name="x" value="$image"/>',
        '<HyperText name="x" value="$html"/>',
        '<Text name="x" value="$url" valueType="url"/>',
    ],
)
def test_what_no_schema_can_say_is_left_out_by_name(control: str) -> None:
    config = f'<View><Labels name="l" toName="t"><Label value="A"/></Labels><Text name="t" value="$t"/>{control}</View>'
    interface = read_interface(config)
    assert len(interface.left_out) == 1
    assert [layer.name for layer in interface.layers] == ["l"]
    assert interface.text_key == "t"


@pytest.mark.parametrize(
    "config",
    [
        "",
        "<View>",
        '<!DOCTYPE x [<!ENTITY a "b">]><View><Text name="t" value="$t"/></View>',
        '<View><Text name="t" value="Toujours le même"/></View>',
        '<View><Text name="t" value="$lien" valueType="url"/></View>',
        '<View><Image name="i" value="$i"/></View>',
    ],
)
def test_an_interface_without_a_text_has_no_key(config: str) -> None:
    assert read_interface(config).text_key is None


def test_keys_that_several_labels_have_are_given_once() -> None:
    labels = "".join(f'<Label value="L{at}" hotkey="{at % 2 + 1}"/>' for at in range(60))
    interface = read_interface(f'<View><Labels name="l" toName="t">{labels}</Labels><Text name="t" value="$t"/></View>')
    assert len(schema_of(interface).layers[0].labels) == 60
