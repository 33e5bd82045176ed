"""The schema in force: what may change under labelled documents."""

from copy import deepcopy
from typing import Any

import pytest

from curator.domain.errors import SchemaError
from curator.domain.schema import LabelSchema, schema_from_value
from curator.steps.in_force.schema import adopt_schema
from tests.fakes.parts import SCHEMA, SCHEMA_VALUE
from tests.fakes.world import World


def changed(**fields: Any) -> LabelSchema:
    return schema_from_value({**deepcopy(SCHEMA_VALUE), **fields}, "tests")


def with_layers(*layers: dict[str, Any]) -> LabelSchema:
    return changed(layers=list(layers))


ENTITIES, EVENTS = SCHEMA_VALUE["layers"]
NEW_LABEL = {"name": "ORG", "colour": "#6a1b9a", "hotkey": "3"}


def in_force(world: World) -> Any:
    with world.store.reading() as transaction:
        return transaction.settings.get("schema")


def test_the_same_schema_again_changes_nothing(world: World) -> None:
    assert adopt_schema(world.store, SCHEMA, "labels.yaml") == []
    assert in_force(world) == SCHEMA_VALUE


@pytest.mark.parametrize(
    ("schema", "messages"),
    [
        (with_layers({**ENTITIES, "labels": [*ENTITIES["labels"], NEW_LABEL]}, EVENTS), ["added label entities/ORG"]),
        (with_layers(ENTITIES, EVENTS, {"name": "roles", "labels": [NEW_LABEL]}), ["added layer roles"]),
        (changed(relations=[{"name": "agent"}, {"name": "place"}, {"name": "time"}]), ["added relation time"]),
        (changed(attributes=[*SCHEMA_VALUE["attributes"], {"name": "doute"}]), ["added attribute doute"]),
        (changed(title="Nouveau"), ["changed titles, colours, keys or descriptions"]),
    ],
)
def test_a_schema_that_only_adds_is_put_in_force_and_reported(
    world: World, schema: LabelSchema, messages: list[str]
) -> None:
    assert adopt_schema(world.store, schema, "labels.yaml") == messages
    assert in_force(world) == schema.value
    assert adopt_schema(world.store, schema, "labels.yaml") == []


@pytest.mark.parametrize(
    ("schema", "lost"),
    [
        (with_layers({**ENTITIES, "labels": ENTITIES["labels"][:1]}, EVENTS), "label entities/GPE"),
        (with_layers(ENTITIES), "layer events"),
        (changed(relations=[{"name": "agent"}]), "relation place"),
        (changed(attributes=[{"name": "certitude", "choices": ["douteux"]}]), "attribute note"),
        (changed(attributes=[{"name": "certitude", "choices": ["sûr"]}, {"name": "note"}]), "choice certitude/douteux"),
        (changed(attributes=[{"name": "certitude"}, {"name": "note"}]), "attribute certitude"),
        (changed(language="en"), "language fr"),
    ],
)
def test_a_schema_that_takes_names_away_is_refused_by_name_and_changes_nothing(
    world: World, schema: LabelSchema, lost: str
) -> None:
    with pytest.raises(SchemaError) as raised:
        adopt_schema(world.store, schema, "labels.yaml")
    assert lost in str(raised.value)
    assert "labels.yaml" in str(raised.value)
    assert in_force(world) == SCHEMA_VALUE
