"""A label schema's value with labels renamed, merged, split or removed; each act repeated changes nothing more."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from curator.domain.errors import CuratorError

_KEYS = "123456789abcdefghijklmnopqrstvwxyz"
"""The hotkeys that a new label may take; `u` is Label Studio's own."""


def rename_label(value: Mapping[str, Any], layer: str, old: str, new: str) -> dict[str, Any]:
    """Return the value with a label renamed. Raises CuratorError where there is no such label or the name is taken."""
    edited, found = _copy(value, layer)
    labels = _labels(found)
    if old not in labels and old in labels.get(new, {}).get("formerly", ()):
        return edited
    label = _label(found, layer, old)
    if new in labels:
        what = f"layer {layer} has a label {new} already"
        raise CuratorError(what, f"{layer}/{old}", f"merge them: `curator labels merge {layer}/{old} --into {new}`")
    label["name"] = new
    label["formerly"] = [*(name for name in label.get("formerly", ()) if name != new), old]
    for split in found.get("split", ()):
        split["into"] = {new if name == old else name: words for name, words in split["into"].items()}
    return edited


def merge_labels(value: Mapping[str, Any], layer: str, merged: Sequence[str], into: str) -> list[dict[str, Any]]:
    """Return the values, one act after the other, by which labels become one, which may be one of them or be new."""
    names = [name for name in dict.fromkeys(merged) if name != into]
    if not names:
        raise CuratorError("nothing to merge", f"{layer}/{into}", "name a label besides the one that they become")
    edited, found = _copy(value, layer)
    done = set(_labels(found).get(into, {}).get("formerly", ()))
    for name in names:
        if name not in done:
            _label(found, layer, name)
    steps = []
    if into not in _labels(found):
        steps.append(rename_label(value, layer, names[0], into))
        edited, found = _copy(steps[0], layer)
    target = _label(found, layer, into)
    for name in names:
        if name in target.get("formerly", ()):
            continue
        label = _label(found, layer, name)
        found["labels"].remove(label)
        target["formerly"] = [*target.get("formerly", ()), *label.get("formerly", ()), name]
        for split in found.get("split", ()):
            if name in split["into"]:
                words = split["into"].pop(name)
                split["into"][into] = [*split["into"].get(into, ()), *words]
    return [*steps, edited]


def remove_label(value: Mapping[str, Any], layer: str, name: str) -> dict[str, Any]:
    """Return the value without a label. Raises CuratorError where there is none, or no other in its layer."""
    edited, found = _copy(value, layer)
    if name not in _labels(found) and name in found.get("removed", ()):
        return edited
    label = _label(found, layer, name)
    if len(found["labels"]) == 1:
        raise CuratorError("the last label of a layer cannot be removed", f"{layer}/{name}", "rename it instead")
    found["labels"].remove(label)
    removed = [*found.get("removed", ()), *label.get("formerly", ()), name]
    for split in list(found.get("split", ())):
        split["into"].pop(name, None)
        if not split["into"]:
            removed += split["formerly"]
            found["split"].remove(split)
    found["removed"] = removed
    return edited


def split_label(
    value: Mapping[str, Any], layer: str, name: str, into: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Return the values by which a label becomes several, each of the spans whose covered text it lists.

    Those of them that are new take the label's place and colour. Raises CuratorError where there is no such label,
    where it would become itself, or no key is free for a new one.
    """
    where = f"{layer}/{name}"
    if len(into) < 2 or name in into:
        raise CuratorError("a label is split into several others", where, "name two or more with --into A,B")
    edited, found = _copy(value, layer)
    known = [split for split in found.get("split", ()) if name in split["formerly"]]
    if name not in _labels(found) and known and known[0]["into"] == {key: list(words) for key, words in into.items()}:
        return [edited]
    label = _label(found, layer, name)
    new = [label_name for label_name in into if label_name not in _labels(found)]
    place = found["labels"].index(label)
    for added in new[1:]:
        found["labels"].insert(
            place + 1, {"name": added, "colour": label["colour"], "hotkey": _free_key(edited, where)}
        )
    with_new = deepcopy(edited)
    formerly = [*label.pop("formerly", ()), name]
    if new:
        label["name"] = new[0]
    else:
        found["labels"].remove(label)
    for split in found.get("split", ()):
        for word in split["into"].pop(name, ()):
            for target in (target for target, words in into.items() if word in words):
                split["into"].setdefault(target, []).append(word)
    found["split"] = [*found.get("split", ()), {"formerly": formerly, "into": {k: list(v) for k, v in into.items()}}]
    return [with_new, edited]


def _copy(value: Mapping[str, Any], layer: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a copy of the value, and the layer in it."""
    edited: dict[str, Any] = deepcopy(dict(value))
    for found in edited["layers"]:
        if found["name"] == layer:
            return edited, found
    names = ", ".join(found["name"] for found in edited["layers"])
    raise CuratorError(f"no layer {layer}", "label schema", f"name one of {names}")


def _labels(layer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {label["name"]: label for label in layer["labels"]}


def _label(found: Mapping[str, Any], layer: str, name: str) -> dict[str, Any]:
    labels = _labels(found)
    if name not in labels:
        raise CuratorError(f"layer {layer} has no label {name}", "label schema", f"name one of {', '.join(labels)}")
    return labels[name]


def _free_key(value: Mapping[str, Any], where: str) -> str:
    taken = {str(label["hotkey"]).lower() for layer in value["layers"] for label in layer["labels"]}
    free = next((key for key in _KEYS if key not in taken), None)
    if free is None:
        raise CuratorError("no hotkey is free for a new label", where, "free one in the schema file first")
    return free
