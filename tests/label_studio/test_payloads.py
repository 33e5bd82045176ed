"""Deliveries as they really came, and deliveries of every other shape."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.annotation import AnnotationState, Form, Identity, TaskRef, UnreadableAnnotation
from curator.domain.canonical import canonical_json
from curator.domain.event import (
    AnnotationObserved,
    AnnotationsDeleted,
    AnnotationUnreadable,
    ProjectChanged,
    TasksDeleted,
)
from curator.label_studio.payloads import ACTIONS, annotation_from_api, read_delivery
from curator.steps.ports.deliveries import DeliveryUnreadable

TEXT = "Marie Curie est née à Varsovie."
ITEM = {
    "from_name": "entities",
    "id": "r1",
    "to_name": "text",
    "type": "labels",
    "value": {"start": 0, "end": 11, "labels": ["PER"]},
}


def annotation(**changed: Any) -> dict[str, Any]:
    return {
        "id": 2,
        "task": 1,
        "project": 7,
        "completed_by": 3,
        "updated_by": 4,
        "created_at": "2026-11-22T01:25:21.977784Z",
        "updated_at": "2026-11-22T01:25:21Z",
        "was_cancelled": False,
        "ground_truth": False,
        "lead_time": 12,
        "parent_prediction": None,
        "result": [ITEM],
        **changed,
    }


def task(**changed: Any) -> dict[str, Any]:
    return {"id": 1, "project": 7, "data": {"text": TEXT, "document": "d0", "source": "a.txt"}, **changed}


def body(action: str, **fields: Any) -> bytes:
    return json.dumps({"action": action, "project": {"id": 7, "title": "x"}, **fields}).encode()


STATE = AnnotationState(
    identity=Identity("label-studio:ls/7", "2", "2026-11-22T01:25:21.977784Z"),
    annotator="ls/3",
    updated_by="ls/4",
    updated_at="2026-11-22T01:25:21.000000Z",
    skipped=False,
    ground_truth=False,
    lead_time=12.0,
    form=Form.LABEL_STUDIO,
    body=[ITEM],
    task=1,
)
REF = TaskRef("ls", 7, 1, "d0", TEXT)


@pytest.mark.parametrize("action", ["ANNOTATION_CREATED", "ANNOTATION_UPDATED"])
def test_an_annotation_comes_with_its_task(action: str) -> None:
    events = read_delivery(body(action, annotation=annotation(), task=task()), "ls")
    assert events == [AnnotationObserved(STATE, TaskRef("ls", 7, 1, "d0", TEXT))]


def test_parallel_lists_are_matched_by_task_not_by_place() -> None:
    pair = [annotation(id=5, task=9), annotation(id=6, task=8)]
    events = read_delivery(body("ANNOTATIONS_CREATED", annotation=pair, task=[task(id=8), task(id=9)]), "ls")
    assert [(e.state.identity.key, e.task.task) for e in events if isinstance(e, AnnotationObserved)] == [
        ("5", 9),
        ("6", 8),
    ]


def test_deletions_and_changes_hold_ids_alone() -> None:
    gone = read_delivery(body("ANNOTATIONS_DELETED", annotations=[{"id": 5}, {"id": 6}]), "ls")
    assert gone == [AnnotationsDeleted(7, (5, 6))]
    assert read_delivery(body("TASKS_DELETED", tasks=[{"id": 4}]), "ls") == [TasksDeleted(7, (4,))]
    assert read_delivery(body("PROJECT_UPDATED"), "ls") == [ProjectChanged(7)]


def test_a_foreign_task_has_no_key() -> None:
    (event,) = read_delivery(body("ANNOTATION_CREATED", annotation=annotation(), task=task(data=["x"])), "ls")
    assert isinstance(event, AnnotationObserved)
    assert event.task == TaskRef("ls", 7, 1, None, None)


def test_a_text_that_nothing_can_hold_is_no_text() -> None:
    unstorable = task(data={"document": "\ud800", "text": "a\x00b"})
    (event,) = read_delivery(body("ANNOTATION_CREATED", annotation=annotation(), task=unstorable), "ls")
    assert isinstance(event, AnnotationObserved)
    assert event.task == TaskRef("ls", 7, 1, None, None)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ({"id": 9, "task": 1, "model_version": "rules@1", "result": [ITEM]}, "rules@1"),
        ({"id": 8, "task": 1, "model_version": "rules@1"}, None),
        ({"id": 9, "task": 2, "model_version": "rules@1"}, None),
        ({"id": 9, "task": 1, "model_version": None}, ""),
        ({"id": 9, "task": 1, "model_version": "\ud800"}, ""),
        ({"id": "9"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_parent_prediction_is_told_where_it_is_the_one_that_was_shown(shown: Any, told: str | None) -> None:
    submitted = annotation(parent_prediction=9, prediction=shown)
    (event,) = read_delivery(body("ANNOTATION_CREATED", annotation=submitted, task=task()), "ls")
    assert isinstance(event, AnnotationObserved)
    assert event.started_from == told
    assert event.state == annotation_from_api(annotation(parent_prediction=9), REF)


def test_a_user_may_come_as_an_object() -> None:
    assert annotation_from_api(annotation(completed_by={"id": 3, "email": "a@b"}), REF) == STATE


def test_lone_surrogates_in_a_result_are_kept() -> None:
    odd = {**ITEM, "value": {"text": ["\ud800"]}}
    state = annotation_from_api(annotation(result=[odd]), REF)
    assert isinstance(state, AnnotationState)
    assert state.body == [odd]


def test_no_result_is_an_empty_result() -> None:
    state = annotation_from_api(annotation(result=None, was_cancelled=True), REF)
    assert isinstance(state, AnnotationState)
    assert state.body == []
    assert state.skipped


def test_a_missing_project_is_known_from_the_task() -> None:
    assert annotation_from_api(annotation(project=None), REF) == STATE


def test_an_unreadable_annotation_among_several_leaves_the_rest_readable() -> None:
    pair = [annotation(id=5, result="x"), annotation(id=6)]
    first, second = read_delivery(body("ANNOTATIONS_CREATED", annotation=pair, task=[task(), task()]), "ls")
    unreadable = UnreadableAnnotation("label-studio:ls/7", 1, "5", "result is no list")
    assert first == AnnotationUnreadable(7, unreadable)
    assert isinstance(second, AnnotationObserved)
    assert second.state.identity.key == "6"


@pytest.mark.parametrize(
    ("sent", "cause"),
    [
        (b"", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'{"action": NaN}', "not-json"),
        (b"[" * 100_000, "too-deep"),
        (b"1" * 5000, "number-out-of-range"),
        (b"[]", "unknown-shape"),
        (b"{}", "unknown-shape"),
        (b'{"action": {}}', "unknown-shape"),
        (b'{"action": "TASKS_CREATED", "project": {"id": 1}}', "unknown-action"),
        (b'{"action": "ANNOTATION_CREATED"}', "no-payload"),
        (body("ANNOTATION_CREATED"), "unknown-shape"),
        (body("ANNOTATION_CREATED", annotation=annotation(), task=task(id=2)), "unknown-shape"),
        (body("ANNOTATIONS_CREATED", annotation=[annotation()], task=task()), "unknown-shape"),
        (body("TASKS_DELETED", tasks=[{"id": True}]), "unknown-shape"),
        (body("TASKS_DELETED", tasks=[{"id": 2**63}]), "unknown-shape"),
        (b'{"action": "PROJECT_UPDATED", "project": 7}', "unknown-shape"),
    ],
)
def test_whatever_else_comes_has_a_cause(sent: bytes, cause: str) -> None:
    with pytest.raises(DeliveryUnreadable) as raised:
        read_delivery(sent, "ls")
    assert raised.value.cause == cause


@pytest.mark.parametrize(
    "changed",
    [
        {"id": True},
        {"id": -1},
        {"id": 2**63},
        {"task": None},
        {"project": "7"},
        {"project": 8},
        {"completed_by": "anna"},
        {"created_at": "yesterday"},
        {"created_at": "0001-01-01T00:00:00+14:00"},
        {"updated_at": 5},
        {"was_cancelled": 0},
        {"ground_truth": None},
        {"lead_time": True},
        {"lead_time": 10**400},
        {"lead_time": float("inf")},
        {"parent_prediction": [1]},
        {"result": {}},
        {"result": [float("nan")]},
        {"result": json.loads("[" * 100 + "]" * 100)},
    ],
)
def test_what_is_no_annotation_is_unreadable_with_its_cause(changed: dict[str, Any]) -> None:
    unreadable = annotation_from_api(annotation(**changed), REF)
    assert isinstance(unreadable, UnreadableAnnotation)
    assert unreadable.task == 1
    assert unreadable.cause
    assert "id" in changed or unreadable.key == "2"


@pytest.mark.parametrize(
    ("broken", "key"),
    [({"task": None}, "5"), ({"task": 77}, "5"), ({"id": "x"}, ""), (None, "")],
    ids=["no task", "a task that is missing", "no id", "no object"],
)
def test_an_annotation_of_several_without_its_task_or_id_leaves_the_others(
    broken: dict[str, Any] | None, key: str
) -> None:
    listed = [None if broken is None else annotation(**{"id": 5, **broken}), annotation(id=6)]
    sent = body("ANNOTATIONS_CREATED", annotation=listed, task=[task(), "no task"])
    first, second = read_delivery(sent, "ls")
    assert isinstance(first, AnnotationUnreadable)
    assert (first.project, first.annotation.key) == (7, key)
    assert first.annotation.cause
    assert isinstance(second, AnnotationObserved)
    assert second.state.identity.key == "6"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
ANYTHING = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3)
)
FIELDS = ("action", "project", "annotation", "annotations", "task", "tasks", *annotation(), "data")


@given(st.binary())
def test_any_bytes_are_read_or_unreadable(sent: bytes) -> None:
    with pytest.raises(DeliveryUnreadable):
        read_delivery(sent, "ls")


@given(
    st.sampled_from(ACTIONS),
    st.lists(st.tuples(st.sampled_from(FIELDS), ANYTHING), min_size=1, max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_any_json_in_any_place_is_read_or_unreadable(
    action: str, damage: list[tuple[str, Any]], listed: bool, emptied: bool
) -> None:
    inner: dict[str, Any] = annotation()
    outer: dict[str, Any] = {"action": action, "project": {"id": 7}, "annotations": [{"id": 1}], "tasks": [{"id": 1}]}
    for name, value in damage:
        for place in (inner, outer):
            if name in place or name in ("annotation", "task"):
                place[name] = value
    outer.setdefault("annotation", [inner] if listed else inner)
    outer.setdefault("task", [task()] if listed else task())
    if emptied:
        outer.pop(damage[0][0], None)
    try:
        events = read_delivery(json.dumps(outer).encode(), "ls")
    except DeliveryUnreadable:
        return
    for event in events:
        assert isinstance(
            event, AnnotationObserved | AnnotationUnreadable | AnnotationsDeleted | TasksDeleted | ProjectChanged
        )
        if isinstance(event, AnnotationObserved):
            canonical_json(event.state.value())
