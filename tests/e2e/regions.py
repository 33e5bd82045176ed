"""What a reviewer marks in a task, as Label Studio's page sends it."""

import re
from typing import Any


def region(name: str, layer: str, label: str, word: re.Match[str]) -> dict[str, Any]:
    value = {"start": word.start(), "end": word.end(), "text": word.group(), "labels": [label]}
    return {"id": name, "from_name": layer, "to_name": "text", "type": "labels", "value": value}


def words(task: dict[str, Any], first: int, count: int) -> list[re.Match[str]]:
    return list(re.finditer(r"\w+", task["data"]["text"]))[first : first + count]


def reviewed(task: dict[str, Any], at: int = 3) -> list[dict[str, Any]]:
    """Return an annotation with both layers, a relation, a doubt and a note."""
    first, second, third = words(task, at, 3)
    doubt = {**region("a", "entities", "PER", first), "from_name": "certitude", "type": "choices"}
    doubt["value"] = {"start": first.start(), "end": first.end(), "text": first.group(), "choices": ["douteux"]}
    note = {**region("a", "entities", "PER", first), "from_name": "note", "type": "textarea"}
    note["value"] = {"start": first.start(), "end": first.end(), "text": ["à revoir\nœuvre « ’ »"]}
    return [
        region("a", "entities", "PER", first),
        region("b", "events", "ATTACK", second),
        region("c", "entities", "GPE", third),
        doubt,
        note,
        {"type": "relation", "from_id": "b", "to_id": "a", "direction": "right", "labels": ["agent", "target"]},
    ]
