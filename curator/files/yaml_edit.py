"""A YAML text changed in place: another value, the same comments and layout."""

from collections.abc import Iterator
from typing import Any

import yaml

_WIDE = 1 << 20

Edit = tuple[int, int, str]
"""From where to where in a text, and what stands there instead."""


def edited_yaml(text: str, value: Any) -> str | None:
    """Return the text with only as much changed as gives it the value; None where its layout does not allow it.

    Texts, and items of lists and mappings, are replaced, added and taken out; what is added is written in flow style.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits = [] if root is None else sorted(_edits(root, yaml.safe_load(text), value, text))
    for start, end, new in reversed(edits):
        text = text[:start] + new.replace("\n", newline) + text[end:]
    try:
        return text if yaml.safe_load(text) == value else None
    except yaml.YAMLError:
        return None


def _edits(node: yaml.Node, old: Any, new: Any, text: str) -> Iterator[Edit]:
    if old == new:
        return
    if isinstance(node, yaml.MappingNode) and isinstance(new, dict):
        yield from _of_mapping(node, old, new, text)
    elif isinstance(node, yaml.SequenceNode) and isinstance(new, list) and node.value and new:
        yield from _of_sequence(node, old, new, text)
    else:
        yield node.start_mark.index, _end(node, text), _flow(new)


def _of_mapping(node: yaml.MappingNode, old: dict[str, Any], new: dict[str, Any], text: str) -> Iterator[Edit]:
    entries = [(key.value, key, value) for key, value in node.value]
    for name, _, value in entries:
        if name in new:
            yield from _edits(value, old[name], new[name], text)
    places = [(key.start_mark.index, _end(value, text)) for _, key, value in entries]
    gone = [number for number, (name, _, _) in enumerate(entries) if name not in new]
    yield from (_without(places, number, text, flow=bool(node.flow_style)) for number in gone)
    added = [f"{_flow(name)}: {_flow(value)}" for name, value in new.items() if name not in old]
    if added and node.flow_style:
        yield places[-1][1], places[-1][1], "".join(f", {entry}" for entry in added)
    elif added:
        indent = " " * node.value[0][0].start_mark.column
        place = _line_end(places[-1][1], text)
        yield place, place, "".join(f"\n{indent}{entry}" for entry in added)


def _of_sequence(node: yaml.SequenceNode, old: list[Any], new: list[Any], text: str) -> Iterator[Edit]:
    pairs = _pairs(old, new)
    places = [(item.start_mark.index, _end(item, text)) for item in node.value]
    for number, item in enumerate(node.value):
        if number in pairs:
            yield from _edits(item, old[number], new[pairs[number]], text)
        else:
            yield _without(places, number, text, flow=bool(node.flow_style))
    behind, kept = 0, {there: here for here, there in pairs.items()}
    added: dict[int, str] = {}
    for number, value in enumerate(new):
        behind = kept.get(number, behind)
        if number not in kept:
            dash = f"\n{' ' * node.start_mark.column}- "
            added[behind] = added.get(behind, "") + (", " if node.flow_style else dash) + _flow(value)
    for behind, entries in added.items():
        end = places[behind][1]
        place = end if node.flow_style else _line_end(end, text)
        yield place, place, entries


def _pairs(old: list[Any], new: list[Any]) -> dict[int, int]:
    """Return which items of a list go on as which: by name, or of equally many each in its place."""
    if len(old) == len(new):
        return {number: number for number in range(len(old))}
    places = {_name(value): number for number, value in reversed(list(enumerate(new)))}
    return {number: places[name] for number, name in enumerate(map(_name, old)) if name in places}


def _name(value: Any) -> str:
    return repr(value["name"] if isinstance(value, dict) and "name" in value else value)


def _without(places: list[tuple[int, int]], number: int, text: str, *, flow: bool) -> Edit:
    start, end = places[number]
    if not flow:
        return text.rfind("\n", 0, start) + 1, min(_line_end(end, text) + 1, len(text)), ""
    if number + 1 < len(places):
        return start, places[number + 1][0], ""
    return (places[number - 1][1] if number else start), end, ""


def _end(node: yaml.Node, text: str) -> int:
    """Return where the content of a node ends; a block's own end is where the next one begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last, text)
    end: int = node.end_mark.index
    return end - 1 if text[end - 1 : end] == "\n" else end


def _line_end(place: int, text: str) -> int:
    """Return where the line ends that a place is in, before its end-of-line."""
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


def _flow(value: Any) -> str:
    """Return a value as one line of YAML that stands anywhere."""
    dumped = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=_WIDE, sort_keys=False)
    return dumped.strip().removeprefix("[").removesuffix("]")
