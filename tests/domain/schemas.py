"""A small label schema: one flat layer, one that may overlap, and a label that both have."""

from typing import Any

from curator.domain.schema import LabelSchema, schema_from_value


def value() -> dict[str, Any]:
    return {
        "name": "small",
        "language": "fr",
        "layers": [
            {
                "name": "entities",
                "overlap": False,
                "labels": [
                    {"name": "PER", "colour": "#111111", "hotkey": "1"},
                    {"name": "LOC", "colour": "#222222", "hotkey": "2"},
                    {"name": "BOTH", "colour": "#333333", "hotkey": "3"},
                ],
            },
            {
                "name": "events",
                "labels": [
                    {"name": "ATTACK", "colour": "#444444", "hotkey": "a"},
                    {"name": "BOTH", "colour": "#555555", "hotkey": "b"},
                ],
            },
        ],
        "relations": [{"name": "place"}, {"name": "agent"}],
        "attributes": [{"name": "certitude", "choices": ["douteux"]}, {"name": "note"}],
    }


SCHEMA: LabelSchema = schema_from_value(value(), "here")
