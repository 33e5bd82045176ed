"""A labelling interface that somebody made by hand, as far as a label schema can say what it does."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

from curator.domain.label_names import label_names
from curator.domain.schema import AttributeKind, Label, LabelSchema, Layer, schema_from_value

_KEYS = (*"1234567890", *ascii_lowercase, *(f"shift+{key}" for key in ascii_lowercase))


@dataclass(frozen=True, slots=True)
class Interface:
    """What an interface has: its text, by the key in the tasks' data and its own name, and what labels it.

    Both are None where it has no text. `left_out` names what no label schema can say.
    """

    text_key: str | None
    text_name: str | None
    layers: tuple[Layer, ...] = ()
    relations: tuple[str, ...] = ()
    attributes: tuple[AttributeKind, ...] = ()
    left_out: tuple[str, ...] = ()

    def lacking(self, schema: LabelSchema) -> Iterator[str]:
        """Name what the interface has and a schema lacks; former names of labels are not lacking."""
        names = label_names(schema)
        for layer in self.layers:
            if layer.name not in names.current:
                yield f"layer {layer.name}"
                continue
            labels = (label.name for label in layer.labels)
            yield from (f"label {layer.name}/{label}" for label in labels if not names.knows(layer.name, label))
        yield from (f"relation {name}" for name in self.relations if name not in schema.relation_names)
        kinds = {kind.name: kind for kind in schema.attributes}
        for attribute in self.attributes:
            kind = kinds.get(attribute.name)
            if kind is None or (kind.choices and not attribute.choices):
                yield f"attribute {attribute.name}"
            elif kind.choices:
                missing = (choice for choice in attribute.choices if choice not in kind.choices)
                yield from (f"choice {attribute.name}/{choice}" for choice in missing)

    def schema_value(self, name: str, title: str, language: str) -> dict[str, Any]:
        """Return the schema that says what the interface does, as the mapping that a schema file holds."""
        return {
            "name": name,
            "title": title or name,
            "language": language,
            "layers": [{"name": layer.name, "labels": list(map(_label, layer.labels))} for layer in self.layers],
            "relations": [{"name": relation} for relation in self.relations],
            "attributes": list(map(_attribute, self.attributes)),
        }

    def added_to(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return the mapping of a schema with all that the interface has and it lacks, the rest of it as it is.

        A key that a label there has already is given to no other. What is there under a name as something else stays.
        """
        joined: dict[str, Any] = json.loads(json.dumps(value))
        layers: dict[str, Any] = {layer["name"]: layer for layer in joined["layers"]}
        names = label_names(schema_from_value(value, "the schema in force"))
        taken = {str(label["hotkey"]).lower() for layer in joined["layers"] for label in layer["labels"]}
        for layer in self.layers:
            held = layers.setdefault(layer.name, {"name": layer.name, "labels": []})
            for label in layer.labels:
                if not names.knows(layer.name, label.name):
                    free = (key for key in (label.hotkey, *_KEYS) if key.lower() not in taken)
                    held["labels"].append({**_label(label), "hotkey": next(free, f"ctrl+{len(taken)}")})
                    taken.add(held["labels"][-1]["hotkey"].lower())
        joined["layers"] = list(layers.values())
        relations = joined.setdefault("relations", [])
        there = {relation["name"] for relation in relations}
        relations += [{"name": relation} for relation in self.relations if relation not in there]
        attributes = {kind["name"]: kind for kind in joined.setdefault("attributes", [])}
        for kind in self.attributes:
            known = attributes.setdefault(kind.name, _attribute(kind))
            if known.get("choices") and kind.choices:
                known["choices"] = list(dict.fromkeys([*known["choices"], *kind.choices]))
        joined["attributes"] = list(attributes.values())
        return joined


def _label(label: Label) -> dict[str, Any]:
    described = {"description": label.description} if label.description else {}
    return {"name": label.name, "colour": label.colour, "hotkey": label.hotkey, **described}


def _attribute(kind: AttributeKind) -> dict[str, Any]:
    choices = {"choices": list(kind.choices)} if kind.choices else {}
    return {"name": kind.name, "per_region": kind.per_region, **choices}
