"""A labelling interface that somebody made by hand, as far as a label schema can say what it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from curator.domain.label_names import label_names
from curator.domain.schema import AttributeKind, LabelSchema, Layer


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
            "layers": [
                {
                    "name": layer.name,
                    "labels": [
                        {
                            "name": label.name,
                            "colour": label.colour,
                            "hotkey": label.hotkey,
                            **({"description": label.description} if label.description else {}),
                        }
                        for label in layer.labels
                    ],
                }
                for layer in self.layers
            ],
            "relations": [{"name": relation} for relation in self.relations],
            "attributes": [
                {
                    "name": kind.name,
                    "per_region": kind.per_region,
                    **({"choices": list(kind.choices)} if kind.choices else {}),
                }
                for kind in self.attributes
            ],
        }
