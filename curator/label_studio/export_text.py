"""Which of a task's data its regions are in, told from an export, which does not hold the labelling interface."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from curator.domain.errors import InputRefused
from curator.label_studio.results import TEXT


class TextKey(NamedTuple):
    """The key of the text in the data of tasks, and the name that regions call the text by, empty for any."""

    name: str
    object: str = ""


Task = tuple[Mapping[str, Any], list[Any]]
"""The data of a task, and the items of all its annotations."""


def text_key(tasks: Iterable[Task], where: str) -> TextKey:
    """Return where the texts of a project are; all its tasks have them under one key.

    That is `text`, where all have it; else the only key that is a text in all; else the one that regions are named
    after; else the only one in which the words of regions stand where these are. Regions in several objects are those
    of the object of that name. Raises InputRefused where nothing tells.
    """
    shared: dict[str, None] | None = None
    objects: set[str] = set()
    held: set[str] = set()
    for data, result in tasks:
        texts = [key for key, value in data.items() if isinstance(value, str) and value.strip()]
        if isinstance(data.get(TEXT), str) and TEXT not in texts:
            # An empty text is refused where it is read.
            texts.append(TEXT)
        shared = dict.fromkeys(texts if shared is None else [key for key in shared if key in texts])
        for item in result:
            if isinstance(item, dict) and item.get("type") == "labels":
                objects |= {item["to_name"]} if isinstance(item.get("to_name"), str) else set()
                held |= {key for key in texts if _has_words(data[key], item.get("value"))}
    if shared is None:
        return TextKey(TEXT)
    keys = list(shared)
    named = [key for key in keys if key in objects]
    for candidates in ([key for key in keys if key == TEXT], keys, named, [key for key in keys if key in held]):
        if len(candidates) == 1:
            return TextKey(candidates[0], _object(candidates[0], objects, where))
    if not keys:
        raise InputRefused("tasks have no text in common", where, "name the text 'text' in the data of all tasks")
    what = f"nothing says which is the text: {', '.join(map(repr, keys))}"
    raise InputRefused(what[:200], where, "name the text 'text' in the data of all tasks")


def _object(key: str, objects: set[str], where: str) -> str:
    if len(objects) < 2:
        return ""
    for name in (key, TEXT):
        if name in objects:
            return name
    what = f"regions are of several objects: {', '.join(map(repr, sorted(objects)))}"
    raise InputRefused(what[:200], where, f"export those of one, or call its object {TEXT!r}")


def _has_words(text: str, value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str) or not value["text"]:
        return False
    start, end = value.get("start"), value.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end and text[start:end] == value["text"]
