"""The label schema: layers, labels, relations and attributes of one annotation task."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from curator.domain.canonical import canonical_json, digest
from curator.domain.errors import SchemaError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_RESERVED = frozenset({"text", "document"})


@dataclass(frozen=True, slots=True)
class Label:
    """One label: how it looks, which key sets it, what it means and what it maps to in other ontologies.

    Spans that bear one of the names that it had `formerly` are read as its own.
    """

    name: str
    colour: str
    hotkey: str
    description: str = ""
    mappings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelSplit:
    """A label that was split: spans of its `formerly` names are read `into` the label that lists their words."""

    formerly: tuple[str, ...]
    into: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Layer:
    """A set of labels whose spans live together; where `overlap` is false, no two of its spans overlap.

    Spans of labels that were `removed` are left out; those of labels that were `split` become others by their words.
    """

    name: str
    labels: tuple[Label, ...]
    title: str = ""
    overlap: bool = True
    removed: tuple[str, ...] = ()
    split: tuple[LabelSplit, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationLabel:
    """A label that a relation may bear."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class AttributeKind:
    """A value that a reviewer may give a region (or of the whole document): one of `choices`, or free text."""

    name: str
    per_region: bool
    choices: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class LabelSchema:
    """What may be annotated; `value` is the mapping it was read from and is what is stored and hashed."""

    name: str
    title: str
    language: str
    layers: tuple[Layer, ...]
    relations: tuple[RelationLabel, ...]
    attributes: tuple[AttributeKind, ...]
    instruction: str
    value: Mapping[str, Any]

    @property
    def hash(self) -> str:
        """The SHA-256 over the canonical JSON of the schema."""
        return digest(self.value)

    @property
    def layer_names(self) -> tuple[str, ...]:
        return tuple(layer.name for layer in self.layers)

    @property
    def flat_layers(self) -> frozenset[str]:
        """The layers in which no two spans may overlap."""
        return frozenset(layer.name for layer in self.layers if not layer.overlap)

    @property
    def labels_of(self) -> dict[str, frozenset[str]]:
        """The label names of each layer."""
        return {layer.name: frozenset(label.name for label in layer.labels) for layer in self.layers}

    @property
    def relation_names(self) -> frozenset[str]:
        return frozenset(relation.name for relation in self.relations)

    def allows(self, attribute: str, value: object) -> bool:
        """Say whether an attribute may have this value, or all of this list; any, where no choices are named for it."""
        choices = next((kind.choices for kind in self.attributes if kind.name == attribute), ())
        return not choices or all(choice in choices for choice in (value if isinstance(value, list) else [value]))

    def written(self, layer: str, label: str) -> str:
        """Return a label as forms without layers write it, each another way: as it is, or as LAYER:LABEL.

        So it is where several layers have it, and where it has a colon itself, before which no layer ends.
        """
        return label if self.layer_of(label) == layer and ":" not in label else f"{layer}:{label}"

    def layer_of(self, label: str) -> str | None:
        """Return the only layer that has this label, or None where none or several have it."""
        layers = [name for name, labels in self.labels_of.items() if label in labels]
        return layers[0] if len(layers) == 1 else None


def schema_from_value(value: Any, where: str) -> LabelSchema:
    """Return the schema that a mapping (of a YAML file, say) describes.

    `where` names the mapping's source in errors. Raises SchemaError naming the first thing that is wrong.
    """
    try:
        schema = _read(value)
    except (KeyError, TypeError, AttributeError) as error:
        what = f"label schema lacks {error}" if isinstance(error, KeyError) else f"label schema: {error}"
        raise SchemaError(what, where, "compare it with configs/labels.yaml") from error
    for problem in _problems(schema):
        raise SchemaError(problem, where, "mend the schema file")
    try:
        canonical_json(value)
    except (TypeError, ValueError) as error:
        raise SchemaError(
            f"label schema is no JSON value: {error}", where, "put dates and the like in quotes"
        ) from None
    return schema


def _read(value: Any) -> LabelSchema:
    layers = tuple(
        Layer(
            name=layer["name"],
            title=layer.get("title", layer["name"]),
            overlap=layer.get("overlap", True),
            labels=tuple(_read_label(label) for label in layer["labels"]),
            removed=_as_tuple(layer.get("removed", [])),
            split=tuple(_read_split(split) for split in _as_tuple(layer.get("split", []))),
        )
        for layer in value["layers"]
    )
    relations = tuple(RelationLabel(item["name"], item.get("description", "")) for item in value.get("relations", ()))
    attributes = tuple(
        AttributeKind(
            item["name"],
            item.get("per_region", True),
            _as_tuple(item.get("choices", [])),
            item.get("title", item["name"]),
        )
        for item in value.get("attributes", ())
    )
    return LabelSchema(
        name=value["name"],
        title=value.get("title", value["name"]),
        language=value["language"],
        layers=layers,
        relations=relations,
        attributes=attributes,
        instruction=value.get("instruction", ""),
        value=value,
    )


def _read_label(value: Mapping[str, Any]) -> Label:
    return Label(
        name=value["name"],
        colour=value["colour"],
        hotkey=str(value["hotkey"]),
        description=value.get("description", ""),
        mappings={ontology: _as_tuple(to) for ontology, to in value.get("mappings", {}).items()},
        formerly=_as_tuple(value.get("formerly", [])),
    )


def _read_split(value: Mapping[str, Any]) -> LabelSplit:
    into = {label: _as_tuple(words) for label, words in value["into"].items()}
    return LabelSplit(_as_tuple(value["formerly"]), into)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    """Return a list's items; a text would be taken apart into characters."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is no list")
    return tuple(value)


def _problems(schema: LabelSchema) -> Iterable[str]:
    if not schema.layers:
        yield "label schema has no layer"
    # Unquoted, YAML takes `no` for false and `1` for a number.
    for bearer, name in _names_with_bearers(schema):
        if not isinstance(name, str) or not name.strip():
            yield f"{bearer} has {name!r} for its name: quote a text"
    yield from _control_problems([*schema.layer_names, *(attribute.name for attribute in schema.attributes)])
    yield from (
        f"relation {name!r} is listed twice" for name in _doubled(relation.name for relation in schema.relations)
    )
    for layer in schema.layers:
        yield from _layer_problems(layer)
    hotkeys = [label.hotkey.lower() for layer in schema.layers for label in layer.labels]
    yield from (f"hotkey {key!r} is given to two labels" for key in _doubled(hotkeys))


def is_control_name(name: str) -> bool:
    """Say whether a layer or attribute can have this name."""
    return bool(_NAME.fullmatch(name)) and name not in _RESERVED


def _control_problems(names: list[str]) -> Iterable[str]:
    for name in names:
        if not _NAME.fullmatch(name):
            yield f"{name!r} is no name for a layer or attribute (letters, digits, _ and -)"
        if name in _RESERVED:
            yield f"{name!r} is reserved and cannot name a layer or attribute"
    yield from (f"{name!r} names two layers or attributes" for name in _doubled(names))


def _layer_problems(layer: Layer) -> Iterable[str]:
    if not layer.labels:
        yield f"layer {layer.name!r} has no label"
    yield from (f"label {name!r} is twice in layer {layer.name!r}" for name in _doubled(_names(layer)))
    for label in layer.labels:
        if not _COLOUR.fullmatch(str(label.colour)):
            yield f"label {label.name!r}: {label.colour!r} is no colour of the form #rrggbb"
        if not label.hotkey.strip():
            yield f"label {label.name!r} has an empty hotkey"
    yield from _former_problems(layer)


def _former_problems(layer: Layer) -> Iterable[str]:
    """Say what is wrong with the names that a layer's labels had; each must lead to one thing."""
    formers = [name for label in layer.labels for name in label.formerly]
    formers += [*layer.removed, *(name for split in layer.split for name in split.formerly)]
    names = _names(layer)
    for name in formers:
        if not isinstance(name, str) or not name.strip():
            yield f"a former label of {layer.name} has {name!r} for its name: quote a text"
        elif name in names:
            yield f"label {name!r} of layer {layer.name!r} is a former name too"
    yield from (f"former label {name!r} is twice in layer {layer.name!r}" for name in _doubled(formers))
    for split in layer.split:
        yield from (
            f"{label!r}, which a label was split into, is no label" for label in split.into if label not in names
        )
        words = [word for listed in split.into.values() for word in listed]
        yield from (f"{word!r} is no word to split by: quote a text" for word in words if not isinstance(word, str))
        folded = [word.casefold() for word in words if isinstance(word, str)]
        yield from (f"word {word!r} is split into two labels of layer {layer.name!r}" for word in _doubled(folded))


def _names_with_bearers(schema: LabelSchema) -> Iterable[tuple[str, Any]]:
    """Yield every name with what bears it; none is sure to be a text yet."""
    yield "the schema", schema.name
    yield "the language", schema.language
    yield from (("a layer", layer.name) for layer in schema.layers)
    yield from ((f"a label of {layer.name}", label.name) for layer in schema.layers for label in layer.labels)
    yield from (("a relation", relation.name) for relation in schema.relations)
    yield from (("an attribute", attribute.name) for attribute in schema.attributes)
    yield from (
        (f"a choice of {attribute.name}", choice) for attribute in schema.attributes for choice in attribute.choices
    )


def _names(layer: Layer) -> list[str]:
    return [label.name for label in layer.labels]


def _doubled(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
