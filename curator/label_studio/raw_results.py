"""Result items of adopted projects, whose texts may not be canonical, nor alone in their tasks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from curator.domain.annotation import Form, RawText
from curator.domain.canonical import Shift, shifted
from curator.domain.json_values import faults
from curator.domain.schema import LabelSchema
from curator.domain.span import UNKNOWN_CONTROL, Content, Problem
from curator.label_studio.results import read_result

SPLIT = "offsets-split-a-character"


def form_of(result: list[Any], raw: RawText | None) -> tuple[Form, Any]:
    """Return the form and body under which the items of a task are kept; where nothing moves, the items alone."""
    if raw is None or not (raw.shifts or any(_is_of_another(item, raw.name) for item in result)):
        return Form.LABEL_STUDIO, result
    shifts = [list(shift) for shift in raw.shifts]
    return Form.LABEL_STUDIO_RAW, {"result": result, "text": raw.name, "shifts": shifts}


def read_raw_result(body: Mapping[str, Any], text: str, schema: LabelSchema) -> Content:
    """Return what `read_result` would of items whose offsets count a raw text, of which `text` is the canonical form.

    A region with a border inside a normalised sequence is a problem, and so is an item about anything else in its task.
    Never raises; problems have their items as they came.
    """
    shifts: list[Shift] = [(shift[0], shift[1], shift[2], shift[3]) for shift in body["shifts"]]
    problems: list[Problem] = []
    items: list[Any] = []
    # By identity, which equal items have each of their own.
    came: dict[int, tuple[Any, bool]] = {}
    for item in body["result"]:
        if _is_of_another(item, body["text"]):
            problems.append(Problem(UNKNOWN_CONTROL, item))
            continue
        moved, split = _moved(item, shifts)
        items.append(moved)
        came[id(moved)] = (item, split)
    content = read_result(items, text, schema)
    for problem in content.problems:
        item, split = came.get(id(problem.item), (problem.item, False))
        problems.append(Problem(SPLIT if split else problem.cause, item))
    return replace(content, problems=tuple(problems))


def read_prediction(result: Any, raw: RawText | None, text: str, schema: LabelSchema) -> Content:
    """Return the content of a prediction's items, with the scores that its regions have. Never raises."""
    if not isinstance(result, list) or faults(result) - {"unstorable-text"}:
        return Content(problems=(Problem("malformed-item", None),))
    shifts = raw.shifts if raw else ()
    body = {"result": result, "text": raw.name if raw else None, "shifts": shifts}
    content = read_raw_result(body, text, schema)
    scores = _scores(result, shifts)
    spans = (replace(span, score=scores.get((span.layer, span.start, span.end))) for span in content.spans)
    # One prediction has a span once.
    return replace(content, spans=tuple({span.id: span for span in spans}.values()))


def _scores(result: list[Any], shifts: tuple[Shift, ...]) -> dict[tuple[Any, Any, Any], float]:
    scores: dict[tuple[Any, Any, Any], float] = {}
    for item in result:
        score = item.get("score") if isinstance(item, dict) else None
        if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1:
            value = _moved(item, list(shifts))[0].get("value")
            layer = item.get("from_name")
            if isinstance(value, dict) and isinstance(layer, str):
                borders = value.get("start"), value.get("end")
                if all(isinstance(border, int) for border in borders):
                    scores[layer, *borders] = float(score)
    return scores


def _is_of_another(item: Any, name: str | None) -> bool:
    """Say whether an item is about an object of its task that is not the text."""
    return name is not None and isinstance(item, dict) and "to_name" in item and item["to_name"] != name


def _moved(item: Any, shifts: list[Shift]) -> tuple[Any, bool]:
    """Return an item with its borders where they are in the canonical text, none where that is inside a character."""
    value = item.get("value") if isinstance(item, dict) else None
    if not shifts or not isinstance(value, dict) or not _has_borders(value):
        return item, False
    start, end = shifted(shifts, value["start"]), shifted(shifts, value["end"])
    split = start is None or end is None or (start >= end and value["start"] < value["end"])
    borders = {"start": None, "end": None} if split else {"start": start, "end": end}
    return {**item, "value": {**value, **borders}}, split


def _has_borders(value: Mapping[str, Any]) -> bool:
    return all(
        isinstance(value.get(border), int) and not isinstance(value[border], bool) for border in ("start", "end")
    )
