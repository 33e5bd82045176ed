"""Raw articles in, a reviewed and versioned dataset out, against the real Label Studio through its API."""

import json
import random
import re

from tests.e2e.agreement import chosen, from_label_studio, record_attributes, record_relations, record_spans
from tests.e2e.conftest import ARTICLES_OF_PART, PART, Desk
from tests.e2e.regions import reviewed
from tests.waiting import wait_until


def test_a_push_fills_in_the_predictions_and_may_be_repeated(desk: Desk) -> None:
    tasks = desk.tasks()
    project = desk.http.get(f"/api/projects/{desk.project}").json()
    assert len(tasks) == ARTICLES_OF_PART
    for task in tasks:
        (prediction,) = task["predictions"]
        assert prediction["model_version"] == project["model_version"]
        # What annotators see as a percentage.
        assert 0 < prediction["score"] <= 1
        regions = [item for item in prediction["result"] if item["type"] == "labels"]
        assert {item["from_name"] for item in regions} == {"entities", "events"}
        for item in regions:
            value = item["value"]
            assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
    again = desk.curator.json("push")
    assert (again["tasks"], again["predictions"], again["webhook"]) == (0, 0, "kept")
    assert desk.tasks() == tasks


def test_every_act_of_a_reviewer_reaches_the_store(desk: Desk) -> None:
    first, second, third = desk.tasks()[:3]
    prediction = first["predictions"][0]
    desk.annotate(first, reviewed(first), lead_time=12.5, parent_prediction=prediction["id"])
    wait_until(desk.agrees)
    (annotation,) = desk.curator.annotations()
    assert annotation["annotator"] == "admin@example.org"
    assert annotation["source"].startswith(PART)

    changed = desk.annotate(second, reviewed(second))
    desk.change(changed, result=reviewed(second, at=9))
    wait_until(desk.agrees)
    desk.change(changed, was_cancelled=True)
    wait_until(desk.agrees)
    desk.change(changed, was_cancelled=False)
    wait_until(desk.agrees)
    desk.change(changed, ground_truth=True)
    desk.annotate(second, [])
    wait_until(desk.agrees)

    skipped = desk.annotate(third, [], was_cancelled=True)
    wait_until(desk.agrees)
    desk.delete(skipped)
    wait_until(desk.agrees)
    assert {annotation["annotation"] for annotation in desk.curator.annotations()} == set(
        from_label_studio(desk.tasks())
    )


def test_whatever_deliveries_do_one_sync_makes_store_and_api_equal(desk: Desk) -> None:
    desk.relay.holding = True
    tasks = desk.tasks()
    kept = [desk.annotate(task, reviewed(task, at=5)) for task in tasks[3:9]]
    for annotation, task in zip(kept, tasks[3:9], strict=True):
        desk.change(annotation, result=reviewed(task, at=11))
    desk.change(kept[0], was_cancelled=True)
    desk.change(kept[1], ground_truth=True)
    desk.delete(kept[2])
    desk.delete_task(tasks[6])
    calls = list(desk.relay.kept)
    assert len(calls) >= 16

    chance = random.Random(7)
    survivors = [call for call in calls if chance.random() > 0.4]
    doubled = survivors + chance.sample(survivors, len(survivors) // 2)
    chance.shuffle(doubled)
    desk.relay.holding = False
    assert {desk.relay.forward(call) for call in doubled} == {200}

    report = desk.curator.json("sync")
    assert report["webhook_rearmed"] is False
    assert desk.agrees()
    again = desk.curator.json("sync", "--full")
    assert again["applied"] == 0
    assert desk.agrees()
    assert desk.curator.json("status")["deliveries"]["dead"] == 0


def test_a_sync_alone_brings_back_all_that_was_lost_and_counts_it(desk: Desk) -> None:
    desk.relay.holding = True
    tasks = desk.tasks()
    new = desk.annotate(tasks[9], reviewed(tasks[9]))
    old = next(iter(from_label_studio(tasks[:1])))
    desk.change(old, result=reviewed(tasks[0], at=20))
    desk.relay.holding = False
    report = desk.curator.json("sync")
    assert report["missed"] == {"created": 1, "updated": 1, "deleted": 0, "tasks_deleted": 0}
    desk.relay.holding = True
    desk.delete(new)
    desk.relay.holding = False
    report = desk.curator.json("sync")
    assert report["missed"] == {"created": 0, "updated": 0, "deleted": 1, "tasks_deleted": 0}
    assert desk.agrees()


def test_a_webhook_that_was_switched_off_is_found_and_armed_again(desk: Desk) -> None:
    (webhook,) = desk.http.get("/api/webhooks/", params={"project": desk.project}).json()
    desk.http.patch(f"/api/webhooks/{webhook['id']}/", json={"is_active": False}).raise_for_status()
    assert desk.curator.json("sync")["webhook_rearmed"] is True
    (armed,) = desk.http.get("/api/webhooks/", params={"project": desk.project}).json()
    assert armed["is_active"] is True
    assert armed["headers"] == webhook["headers"]


def test_a_skip_without_a_result_is_a_skip_by_webhook_and_by_sync(desk: Desk) -> None:
    tasks = desk.tasks()
    skips = [desk.annotate(tasks[10], None, was_cancelled=True)]
    wait_until(desk.agrees)
    desk.relay.holding = True
    skips.append(desk.annotate(tasks[11], None, was_cancelled=True))
    desk.relay.holding = False
    assert desk.curator.json("sync", "--full")["missed"]["created"] == 1
    assert desk.agrees()
    skipped = {annotation["annotation"] for annotation in desk.curator.annotations() if annotation["skipped"]}
    assert set(skips) <= skipped
    for annotation in skips:
        desk.delete(annotation)
    wait_until(desk.agrees)


def test_an_unreadable_annotation_is_named_and_stops_nothing(desk: Desk) -> None:
    tasks = desk.tasks()
    deep = {"type": "labels", "value": {"deep": json.loads("[" * 100 + "]" * 100)}}
    bad = desk.annotate(tasks[10], [deep])
    name = f"task {tasks[10]['id']}, annotation {bad}"
    wait_until(lambda: desk.curator.json("status")["unreadable"])
    assert name in desk.curator.run("deliveries", "list", "--state", "dead")
    desk.relay.holding = True
    good = desk.annotate(tasks[11], reviewed(tasks[11]))
    desk.relay.holding = False
    code, out, err = desk.curator.try_to_run("sync", "--json")
    assert (code, json.loads(out)["missed"]["created"], json.loads(out)["unreadable"]) == (0, 1, 1)
    assert f"{name} (result is too-deep)" in err
    checks = {check["name"]: check for check in desk.curator.json("doctor", code=3)["checks"]}
    assert checks["quarantine"]["ok"] is False
    assert checks["quarantine"]["detail"] == f"{name} (result is too-deep)"
    assert re.search(rf"^quarantine +{name} \(result is too-deep\)$", desk.curator.run("status"), re.MULTILINE)
    desk.delete(bad)
    desk.delete(good)
    desk.curator.run("sync")
    assert desk.curator.json("status")["unreadable"] == 0
    assert desk.agrees()
    # The dead letter can be replayed now that nothing is in its way.
    assert desk.curator.json("deliveries", "replay")["dead"] == 0


def test_the_export_holds_the_reviewers_annotations(desk: Desk) -> None:
    first = desk.curator.json("export", "news")
    assert (first["version"], first["unchanged"]) == (1, False)
    records = desk.curator.records("news", 1)
    expected = chosen(desk.tasks())
    pipeline = desk.tasks()[0]["predictions"][0]["model_version"]
    assert set(records) == set(expected)
    for document, answer in expected.items():
        record = records[document]
        assert record["provenance"]["pipeline"] == pipeline
        assert record["provenance"]["annotators"] == [record["provenance"]["last_annotator"]]
        assert record_spans(record) == answer["spans"]
        assert record_relations(record) == answer["relations"]
        assert record_attributes(record) == answer["attributes"]
        for spans in record["spans"].values():
            assert all(record["text"][span["start"] : span["end"]] == span["text"] for span in spans)
    assert desk.curator.run("export", "news").strip() == "unchanged: v1"

    task = desk.tasks()[-1]
    desk.annotate(task, reviewed(task))
    wait_until(desk.agrees)
    second = desk.curator.json("export", "news")
    assert (second["version"], second["unchanged"]) == (2, False)
    assert set(desk.curator.records("news", 2)) == {*expected, task["data"]["document"]}
    assert desk.curator.records("news", 1) == records


def test_a_sync_that_would_delete_much_asks_first(desk: Desk) -> None:
    before = desk.curator.annotations()
    tasks = len(desk.tasks())
    desk.http.delete(f"/api/projects/{desk.project}/tasks/").raise_for_status()
    code, out, err = desk.curator.try_to_run("sync", "--json")
    assert code == 3
    assert "run `curator sync --accept-deletions`" in err
    report = json.loads(out)
    assert report["missed"] == {"created": 0, "updated": 0, "deleted": 0, "tasks_deleted": 0}
    assert (report["applied"], report["webhook_rearmed"]) == (0, False)
    assert report["guard"] == {
        "project": desk.project,
        "tasks_going": tasks,
        "tasks_known": tasks,
        "annotations_going": len(before),
        "annotations_known": len(before),
    }
    assert desk.curator.annotations() == before
    desk.curator.run("sync", "--accept-deletions")
    assert desk.curator.annotations() == []
    assert desk.curator.json("status")["revisions"] > len(before)
