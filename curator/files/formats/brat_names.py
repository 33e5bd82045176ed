"""What brat calls labels, roles and attributes: brat takes letters, digits, `-` and `_` alone."""

import json
import re
from typing import Any

from curator.domain.schema import LabelSchema
from curator.domain.span import DIRECTIONS

EVENTS = "events"
"""The layer whose spans are triggers of events; spans of all others are text-bound annotations."""

SPANS, ROLES, RELATIONS, ATTRIBUTES, VALUES = "spans", "roles", "relations", "attributes", "values of "
_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")


class BratNames:
    """Names for what a version is made of, each for one thing; those of the schema come first.

    A span's name stands for its layer and label; a relation's for its label and direction; a role's for these and for
    whether the event is the child of the relation. Those of values are apart for each attribute.
    """

    def __init__(self, schema: LabelSchema) -> None:
        self._schema = schema
        self._names: dict[str, dict[tuple[Any, ...], str]] = {
            kind: {} for kind in (SPANS, ROLES, RELATIONS, ATTRIBUTES)
        }
        self._taken: dict[str, set[str]] = {}
        for layer in schema.layers:
            for label in layer.labels:
                self.span(layer.name, label.name)
        for relation in schema.relations:
            self.relation(relation.name, "right")
            self.role(relation.name, "right", is_child=False)
        for attribute in schema.attributes:
            self.attribute(attribute.name)
            for choice in attribute.choices:
                self.value(attribute.name, choice)

    def span(self, layer: str, label: str) -> str:
        """Return the type of a span."""
        return self._name(SPANS, (layer, label), self._schema.written(layer, label))

    def relation(self, label: str, direction: str) -> str:
        """Return the type of a relation of which no end is an event."""
        return self._name(RELATIONS, (label, direction), label + _suffix(direction))

    def role(self, label: str, direction: str, *, is_child: bool) -> str:
        """Return the role of what a relation joins with an event, by whether the event is its child."""
        return self._name(ROLES, (label, direction, is_child), label + ("-of" if is_child else "") + _suffix(direction))

    def attribute(self, name: str) -> str:
        """Return the name of an attribute."""
        return self._name(ATTRIBUTES, (name,), name)

    def value(self, attribute: str, choice: str) -> str:
        """Return the name of one of the values that an attribute may have."""
        return self._name(VALUES + attribute, (choice,), choice)

    def _name(self, kind: str, key: tuple[Any, ...], wish: str) -> str:
        names, taken = self._names.setdefault(kind, {}), self._taken.setdefault(kind, set())
        if key not in names:
            name = _UNFIT.sub("_", wish) or "_"
            # brat numbers the arguments of one role by digits at the end.
            while name in taken or (kind == ROLES and name[-1].isdigit()):
                name += "_"
            names[key] = name
            taken.add(name)
        return names[key]

    def table(self) -> bytes:
        """Return what every name stands for, as JSON."""
        value = {kind: {name: list(key) for key, name in names.items()} for kind, names in self._names.items()}
        return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"

    def configuration(self) -> bytes:
        """Return brat's `annotation.conf`."""
        every = "|".join(self._names[SPANS].values())
        events = [name for (layer, _), name in self._names[SPANS].items() if layer == EVENTS]
        roles = ", ".join(f"{role}*:{every}" for role in self._names[ROLES].values())
        sections = {
            "entities": [name for (layer, _), name in self._names[SPANS].items() if layer != EVENTS],
            "relations": [f"{name}\tArg1:{every}, Arg2:{every}" for name in self._names[RELATIONS].values()],
            "events": [f"{name}\t{roles}" if roles else name for name in events],
            "attributes": [self._attribute(name) for name in self._schema_attributes()],
        }
        return "\n".join(
            f"[{title}]\n" + "".join(f"{line}\n" for line in of) for title, of in sections.items()
        ).encode()

    def _schema_attributes(self) -> list[str]:
        return [kind.name for kind in self._schema.attributes if kind.choices]

    def _attribute(self, name: str) -> str:
        values = "|".join(self._names[VALUES + name].values())
        return f"{self.attribute(name)}\tArg:<ANY>, Value:{values}"

    def appearance(self) -> bytes:
        """Return brat's `visual.conf`: labels as the schema writes them, and their colours."""
        labels = [
            f"{name} | {_line(self._schema.written(layer, label))}"
            for (layer, label), name in self._names[SPANS].items()
        ]
        drawing = [
            f"{self.span(layer.name, label.name)}\tbgColor:{label.colour}"
            for layer in self._schema.layers
            for label in layer.labels
        ]
        return "\n".join(["[labels]", *labels, "", "[drawing]", *drawing, ""]).encode()


def _suffix(direction: str) -> str:
    return "" if direction == DIRECTIONS[0] else f"-{direction}"


def _line(text: str) -> str:
    return " ".join(text.replace("|", " ").split())
