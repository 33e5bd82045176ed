"""The tasks that a version is written as, imported into a real Label Studio: the same annotations come back."""

from collections.abc import Sequence
from typing import Any

from curator.domain.held_attributes import AS_LIST
from curator.domain.loss import Loss
from curator.domain.record import Record
from curator.domain.span import attribute_value
from curator.label_studio.results import read_result
from tests.conftest import RunningLabelStudio
from tests.files.formats.hard_case import RECORDS, SCHEMA, written


def test_a_project_of_the_same_interface_holds_what_the_version_held(label_studio: RunningLabelStudio) -> None:
    _, files, losses = written("label-studio")
    http = label_studio.http
    fields = {"title": "A version", "label_config": files["interface.xml"].decode()}
    project = http.post("/api/projects", json=fields).raise_for_status().json()["id"]
    for split in ("train", "dev"):
        headers = {"Content-Type": "application/json"}
        answer = http.post(f"/api/projects/{project}/import", content=files[f"{split}.json"], headers=headers)
        counts = answer.raise_for_status().json()
        assert counts["annotation_count"] == counts["prediction_count"] == len(RECORDS[split])
    query: dict[str, str | int] = {"project": project, "fields": "all", "page_size": 100}
    tasks = http.get("/api/tasks", params=query).raise_for_status().json()["tasks"]
    by_document = {task["data"]["document"]: task for task in tasks}
    records = [record for of_split in RECORDS.values() for record in of_split]
    assert by_document.keys() == {record.id for record in records}
    for record in records:
        task = by_document[record.id]
        (annotation,), (prediction,) = task["annotations"], task["predictions"]
        content = read_result(annotation["result"], task["data"]["text"], SCHEMA)
        assert not content.problems
        assert (task["data"]["text"], task["data"]["lang"], task["data"]["meta"]) == (
            record.text,
            record.lang,
            record.meta,
        )
        assert annotation["ground_truth"] is record.provenance.ground_truth
        assert prediction["model_version"] == "hard@1"
        assert set(content.spans) == set(record.content.spans)
        assert set(content.relations) == set(record.relations)
        assert [attribute_value(attribute) for attribute in content.attributes] == _expected(record, losses)
        proposed = read_result(prediction["result"], task["data"]["text"], SCHEMA)
        assert (proposed.spans, proposed.relations) == (content.spans, content.relations)
    http.delete(f"/api/projects/{project}/").raise_for_status()


def _expected(record: Record, losses: Sequence[Loss]) -> list[dict[str, Any]]:
    """Return the attributes of a record as they come back: those that are listed in a list of one text, or not."""
    reasons = {str(loss.item): loss.reason for loss in losses if loss.document == record.id}
    expected = []
    for value in map(attribute_value, record.attributes):
        reason = reasons.get(str(value))
        if reason == AS_LIST:
            expected.append({**value, "value": [value["value"]]})
        elif reason is None:
            expected.append(value)
    return expected
