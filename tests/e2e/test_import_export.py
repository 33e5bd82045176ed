"""What several people annotated in a real Label Studio, exported there and imported elsewhere: what the API says."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.agreement import from_label_studio, record_attributes, record_relations, record_spans
from tests.e2e.conftest import Curator, Desk, environment
from tests.e2e.regions import reviewed
from tests.waiting import wait_until

_FACTS = ("spans", "relations", "attributes")
_ALL = ("skipped", "ground_truth", "lead_time", "updated_at", *_FACTS)


def _annotated(desk: Desk) -> dict[int, str]:
    """Have three people annotate the project; returns their e-mails by id."""
    mails = {}
    for number in range(2):
        mail = f"lecteur-{number}-{desk.project}@exemple.test"
        fields = {"email": mail, "username": mail, "password": "Un mot de passe 1"}
        mails[desk.http.post("/api/users/", json=fields).raise_for_status().json()["id"]] = mail
    me = desk.http.get("/api/current-user/whoami").raise_for_status().json()
    mails[me["id"]] = me["email"]
    tasks = desk.tasks()
    for number, (person, task) in enumerate((person, task) for task in tasks[:3] for person in mails):
        result = reviewed(task)[: None if number % 2 else 2]
        desk.annotate(task, result, completed_by=person, ground_truth=number == 1, lead_time=1.5 + number)
    choice = {"from_name": "certitude", "to_name": "text", "type": "choices", "value": {"choices": ["douteux"]}}
    desk.annotate(tasks[3], [{**choice, "id": "doc"}], completed_by=next(iter(mails)))
    desk.annotate(tasks[4], [], was_cancelled=True)
    desk.http.post(f"/api/tasks/{tasks[0]['id']}/drafts", json={"result": reviewed(tasks[0])}).raise_for_status()
    return mails


def _plain(desk: Desk, form: str) -> bytes:
    params = {"exportType": form, "download_all_tasks": "true"}
    return desk.http.get(f"/api/projects/{desk.project}/export", params=params).raise_for_status().content


def _snapshot(desk: Desk) -> bytes:
    """Return a snapshot in which people and predictions stand in full."""
    exports = f"/api/projects/{desk.project}/exports/"
    options = {"predictions": {"only_id": False}, "annotations__completed_by": {"only_id": False}}
    made = desk.http.post(exports, json={"title": "a", "serialization_options": options}).raise_for_status().json()
    wait_until(lambda: desk.http.get(f"{exports}{made['id']}").json()["status"] == "completed")
    content = desk.http.get(f"{exports}{made['id']}/download", params={"exportType": "JSON"}).raise_for_status().content
    return bytes(content)


def _facts(annotations: Iterable[dict[str, Any]], names: tuple[str, ...]) -> Counter[str]:
    """Return how often a document has an annotation with such content, by such a person."""
    return Counter(str([item["document"], item["annotator"], *(item[name] for name in names)]) for item in annotations)


def _of_api(desk: Desk, person: Callable[[int], str]) -> list[dict[str, Any]]:
    by_id = {annotation["id"]: annotation for task in desk.tasks() for annotation in task["annotations"]}
    return [
        {**facts, **{name: sorted(facts[name]) for name in _FACTS}, "annotator": person(by_id[number]["completed_by"])}
        for number, facts in from_label_studio(desk.tasks()).items()
    ]


def _of_store(curator: Curator) -> list[dict[str, Any]]:
    return [
        {
            **annotation,
            "spans": sorted(record_spans(annotation)),
            "relations": sorted(record_relations(annotation)),
            "attributes": sorted(record_attributes(annotation)),
        }
        for annotation in curator.annotations()
    ]


def _imported(folder: Path, name: str, content: bytes) -> tuple[Curator, dict[str, Any]]:
    """Import an export into a workspace of its own, twice."""
    curator = Curator(folder, environment(folder / name))
    path = folder / f"{name}.json"
    path.write_bytes(content)
    report = curator.json("import", str(path))
    assert (report["refused"], report["quarantined"]) == ([], 0)
    again = curator.json("import", str(path))
    assert (again["annotations"], again["unchanged"]) == (0, report["annotations"])
    return curator, report


@pytest.mark.parametrize("kind", ["JSON", "snapshot"])
def test_an_export_holds_what_the_api_says(own: Desk, tmp_path: Path, kind: str) -> None:
    mails = _annotated(own)
    content = _snapshot(own) if kind == "snapshot" else _plain(own, "JSON")
    curator, report = _imported(tmp_path, kind, content)
    expected = _of_api(own, lambda person: mails[person] if kind == "snapshot" else f"user {person}")
    assert len(expected) == 11
    assert _facts(_of_store(curator), _ALL) == _facts(expected, _ALL)
    exported = json.loads(content)
    assert report["left_out"]["predictions"] == sum(len(task["predictions"]) for task in exported) > 0
    assert report["left_out"].get("drafts", 0) == sum(len(task["drafts"]) for task in exported)


def test_json_min_holds_the_spans_of_each_person(own: Desk, tmp_path: Path) -> None:
    _annotated(own)
    content = _plain(own, "JSON_MIN")
    curator, report = _imported(tmp_path, "min", content)
    expected = [item for item in _of_api(own, lambda person: f"user {person}") if not item["skipped"]]
    of_store = [item for item in _of_store(curator) if item["spans"] or item["document"] in _documents(expected)]
    assert _facts(of_store, ("spans", "updated_at")) == _facts(expected, ("spans", "updated_at"))
    assert report["left_out"]["attribute-of-no-place"] > 0
    assert all(not item["relations"] and not item["attributes"] for item in of_store)


def _documents(annotations: Iterable[dict[str, Any]]) -> set[str]:
    return {annotation["document"] for annotation in annotations}
