"""Labels of other people's files, as the labels of the schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from curator.domain.errors import CuratorError
from curator.domain.label_names import LabelNames, label_names
from curator.domain.schema import LabelSchema

_NOT_LAYERS = frozenset({"relations", "attributes"})


@dataclass(frozen=True, slots=True)
class LabelMap:
    """What labels of a file are here: LABEL, or LAYER/LABEL, by the name in the file, a number as its digits.

    Others keep theirs.
    """

    names: Mapping[str, str] = field(default_factory=dict)

    def applied(self, body: Mapping[str, Any], schema: LabelSchema) -> dict[str, Any]:
        """Return annotations with their spans, as one list, under the labels of here.

        A label that is written LAYER:LABEL, as forms without layers write it, is that label of that layer.
        """
        names = label_names(schema)
        applied: dict[str, Any] = {name: value for name, value in body.items() if name in _NOT_LAYERS}
        applied["spans"] = [self._span(layer, item, names) for layer, item in _spans(body)]
        return applied

    def _span(self, layer: str | None, item: Any, names: LabelNames) -> Any:
        if isinstance(item, list) and len(item) == 3:
            item = dict(zip(("start", "end", "label"), item, strict=True))
        if isinstance(item, Mapping) and type(item.get("label")) is int and str(item["label"]) in self.names:
            item = {**item, "label": str(item["label"])}
        if not isinstance(item, Mapping) or not isinstance(item.get("label"), str):
            return item
        named = item.get("layer")
        layer, own = layer or (named if isinstance(named, str) else None), self.names.get(item["label"])
        if own is not None:
            into, label = _named(own, names)
            layer = into or layer
        else:
            label = item["label"]
            into, colon, own = label.partition(":")
            if colon and layer in (None, into) and names.knows(into, own):
                layer, label = into, own
        # A layer of another tool says nothing here.
        if not isinstance(layer, str) or layer not in names.current:
            layer = names.layer_of(label)
        return {**item, "label": label, "layer": layer}


def _spans(body: Mapping[str, Any]) -> Iterator[tuple[str | None, Any]]:
    for name, value in body.items():
        if name == "spans" and isinstance(value, Mapping):
            for layer, items in value.items():
                yield from ((layer, item) for item in _list(items))
        elif name not in _NOT_LAYERS:
            yield from ((None if name == "spans" else name, item) for item in _list(value))


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _named(own: str, names: LabelNames) -> tuple[str | None, str]:
    """Return layer and label that LAYER/LABEL names, no layer for what is a label alone, which may hold a slash."""
    layer, _, label = own.partition("/")
    return (layer, label) if names.knows(layer, label) else (None, own)


def label_map(pairs: Mapping[str, str], schema: LabelSchema) -> LabelMap:
    """Return the map of labels by name. Raises CuratorError where a label is none of the schema's."""
    names = label_names(schema)
    for foreign, own in pairs.items():
        layer, label = _named(own, names)
        if layer is None and names.layer_of(label) is None:
            what = f"label {own!r}, for {foreign!r}, is none of the schema's, or of several layers"
            raise CuratorError(
                what, "", "choose a label of `curator labels`, as LAYER/LABEL where several layers have it"
            )
    return LabelMap(pairs)
