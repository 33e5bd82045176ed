"""What brat's names stand for, by the table that is written beside the files; other names are taken as they are."""

from collections.abc import Mapping
from typing import Any

from curator.domain.span import DIRECTIONS
from curator.files.formats.brat_names import ATTRIBUTES, RELATIONS, ROLES, SPANS, VALUES

_DIGITS = "0123456789"


class WrittenNames:
    """A table of names by kind, and what each of them stands for."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the table as JSON has it. Raises ValueError, TypeError or AttributeError for what is none."""
        self._names = {kind: {name: _texts(key) for name, key in names.items()} for kind, names in table.items()}
        sizes = {SPANS: 2, RELATIONS: 2, ROLES: 3, ATTRIBUTES: 1}
        for kind, names in self._names.items():
            size = 1 if kind.startswith(VALUES) else sizes.get(kind)
            if any(len(key) != size for key in names.values()):
                raise ValueError(kind)

    def span(self, name: str) -> tuple[str | None, str]:
        """Return the layer, None where nothing says it, and the label of a span's type."""
        layer, label = self._names.get(SPANS, {}).get(name, (None, name))
        return layer, label

    def relation(self, name: str) -> tuple[str, str]:
        """Return the label and the direction of a relation's type."""
        label, direction = self._names.get(RELATIONS, {}).get(name, (name, DIRECTIONS[0]))
        return label, direction

    def role(self, name: str) -> tuple[str, str, bool]:
        """Return label and direction of what joins an event with an argument, and whether the event is the child."""
        roles = self._names.get(ROLES, {})
        # Arguments of one role are numbered from the second on.
        name = name if name in roles else name.rstrip(_DIGITS) or name
        label, direction, is_child = roles.get(name, (name, DIRECTIONS[0], False))
        return label, direction, bool(is_child)

    def attribute(self, name: str) -> str:
        """Return the name of an attribute."""
        return str(self._names.get(ATTRIBUTES, {}).get(name, (name,))[0])

    def is_attribute(self, name: str) -> bool:
        """Say whether the table has an attribute of the name."""
        return name in self._names.get(ATTRIBUTES, {})

    def value(self, attribute: str, name: str) -> str:
        """Return a value of an attribute, given by its own name."""
        return str(self._names.get(VALUES + attribute, {}).get(name, (name,))[0])


def _texts(key: Any) -> list[Any]:
    if not isinstance(key, list) or not all(isinstance(part, str | bool) for part in key):
        raise TypeError(key)
    return key
