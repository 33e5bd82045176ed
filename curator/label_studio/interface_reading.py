"""A labelling interface of any project, read as what it shows and what labels that."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from string import ascii_lowercase

from curator.domain.interface import Interface
from curator.domain.schema import AttributeKind, Label, Layer, is_control_name

_KEY = re.compile(r"\$([^\s$.\[\]]+)")
_HEX = re.compile(r"#(?:[0-9A-Fa-f]{3}){1,2}")
_NAMED = {
    "black": "#000000", "blue": "#0000ff", "brown": "#a52a2a", "cyan": "#00ffff", "darkblue": "#00008b",
    "darkgreen": "#006400", "darkorange": "#ff8c00", "gold": "#ffd700", "gray": "#808080", "green": "#008000",
    "grey": "#808080", "indigo": "#4b0082", "lime": "#00ff00", "magenta": "#ff00ff", "maroon": "#800000",
    "navy": "#000080", "olive": "#808000", "orange": "#ffa500", "pink": "#ffc0cb", "purple": "#800080",
    "red": "#ff0000", "silver": "#c0c0c0", "teal": "#008080", "violet": "#ee82ee", "yellow": "#ffff00",
}  # fmt: skip
_PALETTE = (
    "#1565c0", "#00695c", "#b71c1c", "#6a1b9a", "#ef6c00", "#2e7d32", "#ad1457", "#4527a0", "#00838f", "#9e9d24",
    "#4e342e", "#37474f",
)  # fmt: skip
_KEYS = (*"1234567890", *ascii_lowercase)


@lru_cache(64)
def read_interface(label_config: str) -> Interface:
    """Return what an interface shows and labels; one that is no XML has no text and nothing else.

    Of several texts it is the one that most controls of labels are about. Labels without a colour or key of their own,
    or with one that a schema cannot have, are given one.
    """
    try:
        if "<!DOCTYPE" in label_config.upper():
            raise ET.ParseError
        root = ET.fromstring(label_config)  # noqa: S314
    except ET.ParseError:
        return Interface(None, None, left_out=("an interface that is no XML",))
    elements = list(root.iter())
    name = _text_name(elements)
    reading = _Reading(name)
    for element in elements:
        reading.take(element)
    key = next((_key(element) for element in _texts(elements) if element.get("name") == name), None)
    return Interface(
        key, name, _with_keys(reading.layers), tuple(dict.fromkeys(reading.relations)), tuple(reading.attributes),
        tuple(dict.fromkeys(reading.left_out)),
    )  # fmt: skip


class _Reading:
    """What was read of an interface so far."""

    def __init__(self, text: str | None) -> None:
        self._text = text
        self._names: set[str] = set()
        self.layers: list[Layer] = []
        self.relations: list[str] = []
        self.attributes: list[AttributeKind] = []
        self.left_out: list[str] = []

    def take(self, element: ET.Element) -> None:
        tag, name = element.tag.lower(), element.get("name")
        if tag == "relation" and element.get("value"):
            self.relations.append(str(element.get("value")))
        elif name is None or name == self._text:
            return
        elif element.get("toName") is None:
            # A header has a value as well, and no name.
            if element.get("value", "").startswith("$"):
                self.left_out.append(f"{element.tag} {name}")
        elif not self._control(tag, name, element):
            self.left_out.append(f"{element.tag} {name}")

    def _control(self, tag: str, name: str, element: ET.Element) -> bool:
        """Take in a control; says whether a schema can have it."""
        if self._text not in element.get("toName", "").split(",") or not is_control_name(name) or name in self._names:
            return False
        if tag == "labels" and (labels := tuple(_labels(element))):
            self.layers.append(Layer(name, labels, name))
        elif tag == "choices" and (choices := tuple(_values(element, "choice"))):
            self.attributes.append(AttributeKind(name, _is_per_region(element), choices, name))
        elif tag == "textarea":
            self.attributes.append(AttributeKind(name, _is_per_region(element), (), name))
        else:
            return False
        self._names.add(name)
        return True


def _texts(elements: Iterable[ET.Element]) -> Iterator[ET.Element]:
    for element in elements:
        if element.tag.lower() == "text" and element.get("name") and element.get("valueType", "text") == "text":
            yield element


def _text_name(elements: list[ET.Element]) -> str | None:
    names = [str(text.get("name")) for text in _texts(elements) if _key(text)]
    labelled = Counter(
        name for element in elements if element.tag.lower() == "labels" for name in element.get("toName", "").split(",")
    )
    return max(names, key=lambda name: labelled[name], default=None)


def _key(text: ET.Element) -> str | None:
    match = _KEY.fullmatch(text.get("value", ""))
    return match[1] if match else None


def _is_per_region(element: ET.Element) -> bool:
    return element.get("perRegion", "").lower() == "true"


def _values(element: ET.Element, tag: str) -> Iterator[str]:
    """Yield what results say for the children of a control, each once."""
    values = (_value(child) for child in element.iter() if child.tag.lower() == tag)
    yield from dict.fromkeys(value for value in values if value)


def _value(element: ET.Element) -> str:
    return element.get("alias") or element.get("value") or ""


def _labels(element: ET.Element) -> Iterator[Label]:
    looks = {_value(child): child for child in element.iter() if child.tag.lower() == "label"}
    for at, name in enumerate(_values(element, "label")):
        colour = _colour(looks[name].get("background", "")) or _PALETTE[at % len(_PALETTE)]
        yield Label(name, colour, looks[name].get("hotkey", "").strip(), looks[name].get("hint", ""))


def _colour(value: str) -> str | None:
    value = value.strip().lower()
    if _HEX.fullmatch(value):
        return value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:])
    return _NAMED.get(value)


def _with_keys(layers: list[Layer]) -> tuple[Layer, ...]:
    """Return layers whose labels have a key each, their own where no label before has it."""
    own = [label.hotkey.lower() for layer in layers for label in layer.labels]
    free = iter([*(key for key in _KEYS if key not in own), *(f"shift+{key}" for key in _KEYS)])
    taken: set[str] = set()

    def key(label: Label) -> str:
        hotkey = label.hotkey
        if not hotkey or hotkey.lower() in taken:
            hotkey = next(free, f"ctrl+{len(taken)}")
        taken.add(hotkey.lower())
        return hotkey

    return tuple(
        Layer(
            layer.name,
            tuple(Label(label.name, label.colour, key(label), label.description) for label in layer.labels),
            layer.title,
        )
        for layer in layers
    )
