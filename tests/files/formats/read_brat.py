"""Reads brat standoff."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from curator.domain.record import Record
from curator.domain.span import Attribute, Relation, Span
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import ReadVersion


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold, in the order in which they were written."""
    names = json.loads(files["names.json"])
    version: dict[str, list[Record]] = {}
    for path, data in files.items():
        split, _, name = path.partition("/")
        if name.endswith(".txt"):
            annotations = files[f"{path.removesuffix('.txt')}.ann"].decode()
            reading = _Reading(data.decode(), names)
            version.setdefault(split, []).append(
                reading.record(name.removesuffix(".txt").replace("__", "#"), annotations)
            )
    return version


@dataclass
class _Reading:
    text: str
    names: dict[str, dict[str, list[Any]]]
    spans: dict[str, Span] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)

    def record(self, name: str, annotations: str) -> Record:
        # As brat's own server reads lines: at more characters than LF.
        lines = [line.split("\t") for line in annotations.splitlines()]
        for number, what, covered in (columns for columns in lines if columns[0][0] == "T"):
            self.spans[number] = self._span(what, covered)
        events = [columns for columns in lines if columns[0][0] == "E"]
        for number, what in events:
            self.spans[number] = self.spans[what.split()[0].partition(":")[2]]
        for number, what in events:
            self.relations += self._arguments(number, what.split()[1:])
        for number, *columns in lines:
            if number[0] == "R":
                name_, head, child = columns[0].split()
                label, direction = self.names["relations"][name_]
                ids = [self.spans[end.partition(":")[2]].id for end in (head, child)]
                self.relations.append(Relation(ids[0], ids[1], label, direction))
            elif number[0] in "A#":
                self.attributes.append(self._attribute(columns))
        every = {span.id: span for span in self.spans.values()}.values()
        layers = {layer: tuple(span for span in every if span.layer == layer) for layer in SCHEMA.layer_names}
        return Record(name, self.text, "", layers, tuple(self.relations), tuple(self.attributes))

    def _span(self, what: str, covered: str) -> Span:
        kind, _, places = what.partition(" ")
        pieces = [tuple(map(int, piece.split())) for piece in places.split(";")]
        assert covered == " ".join(self.text[start:end] for start, end in pieces)
        layer, label = self.names["spans"][kind]
        return Span(layer, pieces[0][0], pieces[-1][1], label)

    def _arguments(self, event: str, arguments: list[str]) -> Iterator[Relation]:
        for argument in arguments:
            role, _, target = argument.partition(":")
            label, direction, is_child = self.names["roles"][role.rstrip("0123456789")]
            ids = self.spans[event].id, self.spans[target].id
            head, child = reversed(ids) if is_child else ids
            yield Relation(head, child, label, direction)

    def _attribute(self, columns: list[str]) -> Attribute:
        name, target, *value = columns[0].split()
        (attribute,) = self.names["attributes"][name]
        if not value:
            return Attribute(self.spans[target].id, attribute, json.loads(columns[1]))
        (choice,) = self.names[f"values of {attribute}"][value[0]]
        return Attribute(self.spans[target].id, attribute, [choice])
