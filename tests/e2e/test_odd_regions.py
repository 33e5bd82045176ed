"""Regions and relations that no page would make, posted by a script: kept, quarantined by name, in nobody's way."""

import json
from typing import Any

from tests.e2e.conftest import Desk
from tests.e2e.regions import reviewed


def item(name: str, start: Any, end: Any, *labels: str, layer: str = "entities") -> dict[str, Any]:
    value = {"start": start, "end": end, "text": "never trusted", "labels": list(labels)}
    return {"id": name, "from_name": layer, "to_name": "text", "type": "labels", "value": value}


def arrow(head: str, child: str, *labels: str) -> dict[str, Any]:
    return {"type": "relation", "from_id": head, "to_id": child, "direction": "right", "labels": list(labels)}


MISFITS = {
    "offsets-outside-text": item("m1", 0, 9_000, "PER"),
    "offsets-empty-or-reversed": item("m8", 5, 3, "PER"),
    "offsets-not-integers": item("m9", 1.5, 4, "PER"),
    "unknown-label": item("m2", 0, 2, "NOBODY"),
    "unknown-control": item("m3", 0, 2, "PER", layer="label"),
    "region-without-label": item("m4", 0, 2),
    # Without a value, or with one that is no object, Label Studio answers 500.
    "malformed-item": {**arrow("x", "z", "agent"), "direction": "sideways"},
    "relation-without-region": arrow("m6", "m7", "agent"),
    "unknown-relation": arrow("x", "z", "marries"),
    "relation-without-label": arrow("x", "z"),
}


def test_what_does_not_fit_is_quarantined_by_name_and_stops_nothing(own: Desk) -> None:
    first, second = own.tasks()[:2]
    good = reviewed(first)
    extra = [item("x", 0, 2, "GPE"), item("z", 3, 10, "ORG")]
    odd = own.annotate(first, [*good, *extra, *MISFITS.values()])
    plain = own.annotate(second, reviewed(second))
    report = own.curator.json("sync")
    assert (report["missed"]["created"], report["unreadable"]) == (2, 0)
    entries = own.curator.json("status")["quarantine"]
    assert {entry["annotation"] for entry in entries} == {str(odd)}
    assert {entry["task"] for entry in entries} == {first["id"]}
    assert {entry["cause"] for entry in entries} >= set(MISFITS), entries
    stored = {annotation["annotation"]: annotation for annotation in own.curator.annotations()}
    assert set(stored) == {odd, plain}
    spans = {(span["start"], span["end"], span["label"]) for span in stored[odd]["spans"]["entities"]}
    kept = {
        (part["value"]["start"], part["value"]["end"], part["value"]["labels"][0])
        for part in (*good, *extra)
        if part["type"] == "labels" and part["from_name"] == "entities"
    }
    assert spans == kept
    assert stored[plain]["relations"]
    assert own.curator.json("sync", "--full")["applied"] == 0
    exported = own.curator.json("export", "news")
    assert exported["documents"] == 2
    losses = json.loads((own.curator.folder / "exports" / "news" / "v1" / "LOSSES.json").read_text("utf-8"))
    assert {f"quarantined:{cause}" for cause in MISFITS} <= set(losses["counts"])


def test_overlapping_doubled_and_multi_label_regions_are_kept_as_they_are(own: Desk) -> None:
    task = own.tasks()[0]
    result = [
        item("a", 0, 22, "PER"),
        item("b", 3, 16, "ORG"),
        item("c", 3, 16, "ORG"),
        item("d", 30, 36, "GPE", "ORG"),
        item("both", 12, 22, "PER"),
        item("both", 12, 22, "ATTACK", layer="events"),
        arrow("both", "d", "agent"),
    ]
    annotation = own.annotate(task, result)
    own.curator.run("sync")
    (stored,) = own.curator.annotations()
    assert stored["annotation"] == annotation
    entities = [(span["start"], span["end"], span["label"]) for span in stored["spans"]["entities"]]
    assert set(entities) == {(0, 22, "PER"), (3, 16, "ORG"), (30, 36, "GPE"), (30, 36, "ORG"), (12, 22, "PER")}
    assert [span["label"] for span in stored["spans"]["events"]] == ["ATTACK"]
    assert own.curator.json("status")["quarantine"] == []
    assert {(relation["head"], relation["child"]) for relation in stored["relations"]} == {
        ("events:12-22:ATTACK", "entities:30-36:GPE"),
        ("events:12-22:ATTACK", "entities:30-36:ORG"),
    }
    own.curator.run("export", "news")
    (record,) = own.curator.records("news", 1).values()
    starts = [span["start"] for span in record["spans"]["entities"]]
    assert starts == sorted(starts)
    assert all(
        left["end"] <= right["start"]
        for left, right in zip(record["spans"]["entities"], record["spans"]["entities"][1:], strict=False)
    )
