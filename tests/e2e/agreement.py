"""What Label Studio's own API says, put so that store and export can be held against it."""

from collections.abc import Iterable
from typing import Any

Facts = dict[int, dict[str, Any]]


def from_label_studio(tasks: Iterable[dict[str, Any]]) -> Facts:
    """Return what the API says of each annotation, by its id."""
    return {
        annotation["id"]: {
            "document": task["data"]["document"],
            "task": task["id"],
            "skipped": annotation["was_cancelled"],
            "ground_truth": annotation["ground_truth"],
            "lead_time": annotation["lead_time"],
            "updated_at": annotation["updated_at"],
            # A skip that a script made without a result has none.
            "spans": _spans(annotation["result"] or [], task["data"]["text"]),
            "relations": _relations(annotation["result"] or []),
            "attributes": _attributes(annotation["result"] or []),
        }
        for task in tasks
        for annotation in task["annotations"]
    }


def from_store(annotations: Iterable[dict[str, Any]]) -> Facts:
    """Return the same of what `curator annotations` wrote."""
    return {
        annotation["annotation"]: {
            **{
                key: annotation[key]
                for key in ("document", "task", "skipped", "ground_truth", "lead_time", "updated_at")
            },
            "spans": record_spans(annotation),
            "relations": record_relations(annotation),
            "attributes": record_attributes(annotation),
        }
        for annotation in annotations
    }


def record_spans(record: dict[str, Any]) -> set[tuple[str, int, int, str, str]]:
    return {
        (layer, span["start"], span["end"], span["label"], span["text"])
        for layer, spans in record["spans"].items()
        for span in spans
    }


def record_relations(record: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    return {
        (relation["head"], relation["child"], relation["label"], relation["direction"])
        for relation in record["relations"]
    }


def record_attributes(record: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(attribute["on"], attribute["name"], str(attribute["value"])) for attribute in record["attributes"]}


def chosen(tasks: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return, by document, the annotation that the policy `latest` must choose, as the API holds it."""
    answers: dict[str, dict[str, Any]] = {}
    for task in tasks:
        done = [annotation for annotation in task["annotations"] if not annotation["was_cancelled"]]
        preferred = [annotation for annotation in done if annotation["ground_truth"]] or done
        if preferred:
            newest = max(preferred, key=lambda annotation: (annotation["updated_at"], annotation["id"]))
            answers[task["data"]["document"]] = {
                "spans": _spans(newest["result"], task["data"]["text"]),
                "relations": _relations(newest["result"]),
                "attributes": _attributes(newest["result"]),
            }
    return answers


def _regions(result: list[dict[str, Any]]) -> list[tuple[str, str, int, int, str]]:
    return [
        (item["id"], item["from_name"], item["value"]["start"], item["value"]["end"], label)
        for item in result
        if item["type"] == "labels"
        for label in item["value"]["labels"]
    ]


def _spans(result: list[dict[str, Any]], text: str) -> set[tuple[str, int, int, str, str]]:
    return {(layer, start, end, label, text[start:end]) for _, layer, start, end, label in _regions(result)}


def _named(result: list[dict[str, Any]]) -> dict[str, str]:
    return {region: f"{layer}:{start}-{end}:{label}" for region, layer, start, end, label in _regions(result)}


def _relations(result: list[dict[str, Any]]) -> set[tuple[str, str, str, str]]:
    names = _named(result)
    return {
        (names[item["from_id"]], names[item["to_id"]], label, item["direction"])
        for item in result
        if item["type"] == "relation"
        for label in item["labels"]
    }


def _attributes(result: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    names = _named(result)
    values = {"choices": "choices", "textarea": "text"}
    return {
        (
            names[item["id"]] if "start" in item["value"] else "document",
            item["from_name"],
            str(item["value"][values[item["type"]]]),
        )
        for item in result
        if item["type"] in values
    }
