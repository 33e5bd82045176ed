from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from curator.domain.errors import SchemaError
from curator.domain.schema import schema_from_value
from tests.domain.schemas import SCHEMA, value

Change = Callable[[dict[str, Any]], Any]


def label(schema: dict[str, Any]) -> dict[str, Any]:
    label: dict[str, Any] = schema["layers"][0]["labels"][0]
    return label


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.pop("name"), "lacks 'name'"),
        (lambda v: v.pop("language"), "lacks 'language'"),
        (lambda v: v.pop("layers"), "lacks 'layers'"),
        (lambda v: label(v).pop("colour"), "lacks 'colour'"),
        (lambda v: label(v).pop("hotkey"), "lacks 'hotkey'"),
        (lambda v: v.update(layers=None), "label schema: "),
        (lambda v: v.update(layers=["entities"]), "label schema: "),
        (lambda v: v.update(layers=[]), "no layer"),
        (lambda v: v.update(language=False), "the language has False for its name"),
        (lambda v: v.update(name=" "), "the schema has ' ' for its name"),
        (lambda v: v["layers"][0].update(labels=[]), "layer 'entities' has no label"),
        (lambda v: v["layers"][0].update(name=["x"]), "a layer has ['x'] for its name"),
        (lambda v: v["layers"][0].update(name="é"), "'é' is no name"),
        (lambda v: v["layers"][0].update(name="text"), "'text' is reserved"),
        (lambda v: v["attributes"][0].update(name="document"), "'document' is reserved"),
        (lambda v: v["layers"][1].update(name="entities"), "'entities' names two"),
        (lambda v: v["attributes"][0].update(name="events"), "'events' names two"),
        (lambda v: v["attributes"][0].update(name=None), "an attribute has None for its name"),
        (lambda v: v["attributes"][0].update(choices="douteux"), "'douteux' is no list"),
        (lambda v: v["attributes"][0].update(choices=[True]), "a choice of certitude has True"),
        (lambda v: v["relations"].append({"name": "place"}), "relation 'place' is listed twice"),
        (lambda v: v["relations"].append({"name": {}}), "a relation has {} for its name"),
        (lambda v: label(v).update(name="LOC"), "label 'LOC' is twice in layer 'entities'"),
        (lambda v: label(v).update(name=7), "a label of entities has 7 for its name"),
        (lambda v: label(v).update(name=[]), "a label of entities has [] for its name"),
        (lambda v: label(v).update(colour="red"), "label 'PER': 'red' is no colour"),
        (lambda v: label(v).update(colour="#12345g"), "is no colour"),
        (lambda v: label(v).update(hotkey=" "), "label 'PER' has an empty hotkey"),
        (lambda v: label(v).update(hotkey="A"), "hotkey 'a' is given to two labels"),
        (lambda v: label(v).update(mappings={"ACE": "Attack"}), "'Attack' is no list"),
        (lambda v: v.update(title=date(2026, 1, 1)), "no JSON value"),
    ],
)
def test_what_is_wrong_is_reported_in_one_line_with_its_place(change: Change, message: str) -> None:
    changed = value()
    change(changed)
    with pytest.raises(SchemaError) as raised:
        schema_from_value(changed, "labels.yaml")
    assert message in raised.value.what
    assert raised.value.where == "labels.yaml"
    assert raised.value.remedy
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("whole", [None, [], "text", 7])
def test_what_is_no_mapping_is_no_schema(whole: Any) -> None:
    with pytest.raises(SchemaError, match="label schema"):
        schema_from_value(whole, "labels.yaml")


def test_a_label_belongs_to_a_layer_where_only_one_has_it() -> None:
    assert [SCHEMA.layer_of(name) for name in ("PER", "ATTACK", "BOTH", "NONE")] == ["entities", "events", None, None]
    assert SCHEMA.flat_layers == {"entities"}


def test_an_attribute_may_have_its_choices_and_any_value_where_it_has_none() -> None:
    assert SCHEMA.allows("certitude", "douteux")
    assert SCHEMA.allows("certitude", ["douteux", "douteux"])
    assert not SCHEMA.allows("certitude", ["douteux", "sûr"])
    assert not SCHEMA.allows("certitude", {"free": 1})
    assert SCHEMA.allows("note", {"free": 1})
    assert SCHEMA.allows("unheard", 7)


def test_the_hash_is_over_meaning_and_not_over_the_order_of_keys() -> None:
    turned = dict(reversed(value().items()))
    assert schema_from_value(turned, "").hash == SCHEMA.hash
    changed = value()
    label(changed)["description"] = "x"
    assert schema_from_value(changed, "").hash != SCHEMA.hash


def test_no_two_labels_are_written_the_same_where_there_are_no_layers() -> None:
    changed = value()
    colon = {"name": "events:ATTACK", "colour": "#112233", "hotkey": "8"}
    changed["layers"][0]["labels"].append(colon)
    changed["layers"][1]["labels"].append({"name": "PER", "colour": "#112233", "hotkey": "7"})
    schema = schema_from_value(changed, "")
    written = [schema.written(layer, label) for layer, labels in schema.labels_of.items() for label in labels]
    assert len(set(written)) == len(written)
    assert schema.written("entities", "events:ATTACK") == "entities:events:ATTACK"
