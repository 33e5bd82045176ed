"""The colours of labels as a style sheet, since pages may hold no styles of their own."""

from dataclasses import dataclass

from curator.domain.schema import LabelSchema

_LAYERS = 4


@dataclass(frozen=True, slots=True)
class Palette:
    """Class names for labels and layers, none of which is made of a name that a schema holds."""

    labels: dict[tuple[str, str], int]
    layers: dict[str, int]

    def classes(self, layer: str, label: str) -> str:
        """Return the class names of a label: its layer's line style and its colour."""
        number = self.labels.get((layer, label))
        return f"layer{self.layers.get(layer, _LAYERS - 1)} {'colour' if number is None else f'colour{number}'}"


def palette(schema: LabelSchema | None) -> Palette:
    """Return the palette of a schema; labels and layers that it does not have share a grey one."""
    if schema is None:
        return Palette({}, {})
    names = [(layer.name, label.name) for layer in schema.layers for label in layer.labels]
    layers = {layer.name: min(number, _LAYERS - 1) for number, layer in enumerate(schema.layers)}
    return Palette({name: number for number, name in enumerate(names)}, layers)


def style_sheet(schema: LabelSchema | None) -> str:
    """Return the rules that give every label its colour, with ink that can be read on it."""
    labels = [] if schema is None else [label for layer in schema.layers for label in layer.labels]
    rules = [
        f".colour{number} {{ --label: {label.colour}; --ink: {_ink(label.colour)}; }}"
        for number, label in enumerate(labels)
    ]
    return "\n".join([*rules, ""])


def _ink(colour: str) -> str:
    """Return black or white, whichever stands out more from a colour (#rrggbb), as WCAG measures it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"
