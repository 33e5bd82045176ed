"""The Data Manager's actions, each followed by one sync: then the store holds what Label Studio holds."""

from pathlib import Path
from typing import Any

from tests.conftest import RunningLabelStudio
from tests.e2e.conftest import Desk, opened_desk
from tests.e2e.regions import reviewed
from tests.e2e.small import TEXTS, small_corpus
from tests.waiting import wait_until


def missed(desk: Desk, *options: str) -> dict[str, int]:
    """Return what a sync had to repair."""
    report: dict[str, Any] = desk.curator.json("sync", *options)
    return {kind: count for kind, count in report["missed"].items() if count}


def at_rest(desk: Desk) -> bool:
    """Say whether the store holds what Label Studio holds, and another sync finds nothing."""
    return desk.agrees() and missed(desk, "--full") == {}


def test_every_action_of_the_menu_is_known(own: Desk) -> None:
    listed = own.http.get("/api/dm/actions", params={"project": own.project}).raise_for_status().json()
    # The last is tried by the tests of the ML backend, the others below, with some that the menu hides by default.
    assert {action["id"] for action in listed} == {
        "predictions_to_annotations",
        "remove_duplicates",
        "delete_tasks",
        "delete_tasks_annotations",
        "delete_tasks_predictions",
        "retrieve_tasks_predictions",
    }


def test_predictions_made_annotations_arrive_by_webhook(tmp_path: Path, label_studio: RunningLabelStudio) -> None:
    with opened_desk(tmp_path, label_studio, small_corpus(tmp_path)) as desk:
        desk.act("predictions_to_annotations")
        wait_until(lambda: len(desk.curator.annotations()) == len(TEXTS))
        assert at_rest(desk)


def test_predictions_made_annotations_are_reconciled(own: Desk) -> None:
    kept = own.annotate(own.tasks()[0], reviewed(own.tasks()[0]))
    own.act("predictions_to_annotations")
    assert missed(own) == {"created": len(TEXTS) + 1}
    assert kept in {annotation["annotation"] for annotation in own.curator.annotations()}
    assert at_rest(own)


def test_labels_that_were_renamed_are_seen_by_a_full_sync(own: Desk) -> None:
    first, second = own.tasks()[:2]
    for task in (first, second):
        own.annotate(task, reviewed(task))
    own.curator.run("sync")
    own.act("rename_labels", control_tag="entities", old_label_name="PER", new_label_name="ORG")
    # It moves no time and tells nobody, so only a look at every task can tell.
    assert own.relay.kept[-1][2].count(b"ANNOTATION_CREATED") == 1
    assert missed(own, "--full") == {"updated": 2}
    labels = {span["label"] for annotation in own.curator.annotations() for span in annotation["spans"]["entities"]}
    assert labels == {"ORG", "GPE"}
    assert at_rest(own)


def test_a_label_renamed_to_one_that_nobody_knows_is_quarantined_by_name(own: Desk) -> None:
    task = own.tasks()[0]
    annotation = own.annotate(task, reviewed(task))
    own.curator.run("sync")
    own.act("rename_labels", control_tag="entities", old_label_name="PER", new_label_name="PERSONNE")
    assert missed(own, "--full") == {"updated": 1}
    entries = own.curator.json("status")["quarantine"]
    assert {entry["annotation"] for entry in entries} == {str(annotation)}
    assert "unknown-label" in {entry["cause"] for entry in entries}
    own.act("rename_labels", control_tag="entities", old_label_name="PERSONNE", new_label_name="PER")
    assert missed(own, "--full") == {"updated": 1}
    assert own.curator.json("status")["quarantine"] == []
    assert at_rest(own)


def test_duplicates_that_were_removed_leave_their_annotations_with_the_first(own: Desk) -> None:
    first, second = own.tasks()[:2]
    twins = [first["data"], first["data"], second["data"]]
    own.http.post(f"/api/projects/{own.project}/import", json=twins).raise_for_status()
    doubled = [task for task in own.tasks() if task["data"] == first["data"]]
    assert len(doubled) == 3
    annotations = [own.annotate(task, reviewed(task, at=at)) for at, task in enumerate(doubled, start=1)]
    report = own.curator.json("sync", code=3)
    assert (report["missed"]["created"], len(report["doubled"])) == (3, 2)
    own.act("remove_duplicates")
    assert len(own.tasks()) == len(TEXTS)
    own.curator.run("sync", "--full")
    stored = {annotation["annotation"]: annotation for annotation in own.curator.annotations()}
    assert set(stored) == set(annotations)
    assert {annotation["document"] for annotation in stored.values()} == {first["data"]["document"]}
    assert at_rest(own)


def test_annotations_that_were_propagated_or_deleted_in_bulk(own: Desk) -> None:
    first, second, third = own.tasks()[:3]
    source = own.annotate(first, reviewed(first))
    own.act("propagate_annotations", second["id"], third["id"], source_annotation_id=source)
    assert missed(own) == {"created": 3}
    assert own.agrees()
    own.act("delete_tasks_annotations", second["id"], third["id"])
    assert missed(own) == {"deleted": 2}
    assert [annotation["annotation"] for annotation in own.curator.annotations()] == [source]
    assert at_rest(own)


def test_predictions_and_tasks_that_were_deleted_stay_deleted(own: Desk) -> None:
    first, second = own.tasks()[:2]
    annotation = own.annotate(first, reviewed(first))
    own.act("delete_tasks_predictions")
    own.act("delete_tasks", second["id"])
    assert missed(own) == {"created": 1, "tasks_deleted": 1}
    assert [held["annotation"] for held in own.curator.annotations()] == [annotation]
    assert own.curator.json("push")["tasks"] == 0
    assert len(own.tasks()) == len(TEXTS) - 1
    assert at_rest(own)


def test_a_field_added_to_the_data_of_tasks_changes_nothing(own: Desk) -> None:
    task = own.tasks()[0]
    # A relation in it is too much for the second action: Label Studio answers 500.
    own.annotate(task, reviewed(task)[:3])
    own.act("add_data_field", value_name="priority", value_type="Number", value="1")
    own.act("cache_labels", control_tag="entities", with_counters="Yes")
    assert own.tasks()[0]["data"] != task["data"]
    assert missed(own) == {"created": 1}
    assert own.curator.json("push")["tasks"] == 0
    assert at_rest(own)


def test_ground_truth_that_was_set_and_taken_back(own: Desk) -> None:
    task = own.tasks()[0]
    annotation = own.annotate(task, reviewed(task))
    for wanted in (True, False):
        own.change(annotation, ground_truth=wanted)
        own.curator.run("sync")
        (stored,) = own.curator.annotations()
        assert stored["ground_truth"] is wanted
    assert at_rest(own)
