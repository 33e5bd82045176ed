"""What Label Studio sends of tasks and annotations, by webhook or by API, as domain values."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, NoReturn

from curator.domain.annotation import (
    AnnotationState,
    Identity,
    ProjectSource,
    TaskRef,
    UnreadableAnnotation,
    annotator_key,
    instant,
)
from curator.domain.event import (
    AnnotationObserved,
    AnnotationsDeleted,
    AnnotationUnreadable,
    Event,
    ProjectChanged,
    TasksDeleted,
)
from curator.domain.json_values import faults, storable
from curator.domain.prediction import adopted_pipeline
from curator.label_studio.raw_results import form_of
from curator.label_studio.review_copies import is_untouched, review_of
from curator.label_studio.task_reading import TaskReading
from curator.steps.ports.adopted import NOTHING_ADOPTED, AdoptedTasks
from curator.steps.ports.deliveries import DeliveryUnreadable
from curator.steps.ports.label_server import PredictionRef

_ID_LIMIT = 2**63  # what an integer column holds


def read_delivery(body: bytes, server: str, adopted: AdoptedTasks = NOTHING_ADOPTED) -> list[Event]:
    """Return the events of a webhook delivery, in its order; `adopted` tells of the server's adopted projects.

    Raises DeliveryUnreadable, and nothing else whatever the bytes are, with the cause `not-json`, `too-deep`,
    `number-out-of-range`, `unknown-action`, `no-payload` (the webhook was set to send none) or `unknown-shape`.
    """
    value = _parse(body)
    action = value.get("action") if isinstance(value, dict) else None
    if not isinstance(action, str):
        raise DeliveryUnreadable("unknown-shape")
    if action not in _READERS:
        raise DeliveryUnreadable("unknown-action")
    if len(value) == 1:
        raise DeliveryUnreadable("no-payload")
    try:
        return _READERS[action](value, _Sender(server, adopted))
    except ValueError as error:
        raise DeliveryUnreadable("unknown-shape") from error


def annotation_from_api(annotation: Any, task: TaskRef) -> AnnotationState | UnreadableAnnotation:
    """Return an annotation of a task; webhook, listing and the annotation's own address give equal ones.

    Never raises: what is no annotation, or what no database could hold, comes as unreadable, with its cause.
    """
    try:
        return _state(_object(annotation, "annotation"), task)
    except ValueError as error:
        return UnreadableAnnotation(task.source, task.task, _annotation_key(annotation), str(error))


def _annotation_key(annotation: Any) -> str:
    """Return the id of what may be no annotation as a key, which is empty where there is none."""
    number = annotation.get("id") if isinstance(annotation, Mapping) else None
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else ""


def _state(fields: Mapping[str, Any], task: TaskRef) -> AnnotationState:
    form, body = form_of(_result(fields.get("result")), task.raw)
    # Half-done upgrades of Label Studio leave it empty; the task knows it.
    if fields.get("project") not in (None, task.project):
        raise ValueError("project is not that of the task")
    created_at, updated_at, original = (
        _time(fields.get("created_at")),
        _time(fields.get("updated_at")),
        review_of(fields),
    )
    return AnnotationState(
        identity=Identity(task.source, str(_id(fields.get("id"))), created_at),
        annotator=_annotator(fields.get("completed_by"), task.server),
        updated_by=_annotator(fields.get("updated_by"), task.server),
        updated_at=updated_at,
        skipped=_flag(fields, "was_cancelled"),
        ground_truth=_flag(fields, "ground_truth"),
        lead_time=_seconds(fields.get("lead_time")),
        form=form,
        body=body,
        task=_id(fields.get("task")),
        parent_prediction=_optional_id(fields.get("parent_prediction")),
        for_review=original is not None and is_untouched(created_at, updated_at, fields.get("updated_by")),
        review_of=original,
    )


def prediction_from_api(prediction: Any, adopted: AdoptedTasks, server: str) -> PredictionRef:
    """Return a prediction as webhook or API shows it. Raises ValueError for what is none.

    The pipeline of one of an adopted project is what its model version was taken in as.
    """
    fields = _object(prediction, "prediction")
    version = _text(fields.get("model_version")) or ""
    project = fields.get("project")
    if isinstance(project, int) and adopted.is_adopted(project):
        version = str(adopted_pipeline(str(ProjectSource(server, project)), version))
    return PredictionRef(_id(fields.get("id")), _id(fields.get("task")), version)


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who sent a delivery, and what is known of it."""

    server: str
    adopted: AdoptedTasks

    def read(self, value: Mapping[str, Any], task: Any) -> TaskRef:
        """Return a task of a delivery, which has the whole project with its interface."""
        project = task.get("project") if isinstance(task, Mapping) else None
        if not isinstance(project, int) or not self.adopted.is_adopted(project):
            return TaskReading(self.server, 0, self.adopted, None).ref(task)
        fields = value.get("project")
        config = fields.get("label_config") if isinstance(fields, Mapping) and fields.get("id") == project else None
        return TaskReading(self.server, project, self.adopted, config if isinstance(config, str) else "").ref(task)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise DeliveryUnreadable("too-deep") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DeliveryUnreadable("not-json") from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise DeliveryUnreadable("number-out-of-range") from error


def _refuse_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


def _annotations_observed(value: Mapping[str, Any], sender: _Sender) -> list[Event]:
    annotations, tasks = value.get("annotation"), value.get("task")
    if not isinstance(annotations, list):
        task = sender.read(value, tasks)
        return [_annotation_observed(annotations, {task.task: task}, sender)]
    if not isinstance(tasks, list):
        raise ValueError("tasks do not go with the annotations")
    refs: dict[int, TaskRef] = {}
    for listed in tasks:
        # What belongs to a task that cannot be read is named below, and keeps no other annotation out.
        with suppress(ValueError):
            task = sender.read(value, listed)
            refs[task.task] = task
    project = ProjectSource(sender.server, _project(value))
    return [_listed_annotation(annotation, refs, project, sender) for annotation in annotations]


def _listed_annotation(value: Any, refs: Mapping[int, TaskRef], project: ProjectSource, sender: _Sender) -> Event:
    try:
        return _annotation_observed(value, refs, sender)
    except ValueError as error:
        key = _annotation_key(value)
        return AnnotationUnreadable(project.project, UnreadableAnnotation(str(project), 0, key, str(error)))


def _annotation_observed(value: Any, refs: Mapping[int, TaskRef], sender: _Sender) -> Event:
    task = refs.get(_id(_object(value, "annotation").get("task")))
    if task is None:
        raise ValueError("the task of an annotation is missing")
    annotation = annotation_from_api(value, task)
    if isinstance(annotation, UnreadableAnnotation):
        return AnnotationUnreadable(task.project, annotation)
    return AnnotationObserved(annotation, task, _starting_pipeline(value, annotation, task, sender))


def _starting_pipeline(value: Mapping[str, Any], state: AnnotationState, task: TaskRef, sender: _Sender) -> str | None:
    """Return the pipeline that an annotation started from, where the prediction that was shown is said to be that."""
    prediction = value.get("prediction")
    with suppress(ValueError):
        fields = {**_object(prediction, "prediction"), "project": task.project}
        shown = prediction_from_api(fields, sender.adopted, sender.server)
        if (shown.number, shown.task) == (state.parent_prediction, state.task):
            return shown.model_version
    return None


def _annotations_deleted(value: Mapping[str, Any], sender: _Sender) -> list[Event]:
    return [AnnotationsDeleted(_project(value), _ids(value.get("annotations")))]


def _tasks_deleted(value: Mapping[str, Any], sender: _Sender) -> list[Event]:
    return [TasksDeleted(_project(value), _ids(value.get("tasks")))]


def _project_changed(value: Mapping[str, Any], sender: _Sender) -> list[Event]:
    return [ProjectChanged(_project(value))]


_READERS: Mapping[str, Callable[[Mapping[str, Any], _Sender], list[Event]]] = {
    "ANNOTATION_CREATED": _annotations_observed,
    "ANNOTATIONS_CREATED": _annotations_observed,
    "ANNOTATION_UPDATED": _annotations_observed,
    "ANNOTATIONS_DELETED": _annotations_deleted,
    "TASKS_DELETED": _tasks_deleted,
    "PROJECT_UPDATED": _project_changed,
}

ACTIONS = tuple(_READERS)
"""The webhook actions that are read, and so subscribed to."""


def _project(value: Mapping[str, Any]) -> int:
    return _id(_object(value.get("project"), "project").get("id"))


def _ids(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ValueError("no list of what is deleted")
    return tuple(_id(_object(deleted, "deleted object").get("id")) for deleted in value)


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} is no object")
    return value


def _id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _ID_LIMIT:
        raise ValueError("an id is no positive integer")
    return value


def _optional_id(value: Any) -> int | None:
    return None if value is None else _id(value)


def _annotator(value: Any, server: str) -> str | None:
    """Return a user's key; some answers hold the id alone, some the user as an object."""
    user = _optional_id(value.get("id") if isinstance(value, Mapping) else value)
    return None if user is None else annotator_key(server, user)


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is neither true nor false")
    return value


def _time(value: Any) -> str:
    if not isinstance(value, str | datetime):
        raise ValueError("a time is no text")
    try:
        return instant(value)
    except OverflowError as error:
        raise ValueError("a time is out of range") from error


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("lead_time is no number")
    try:
        seconds = float(value)
    except OverflowError as error:
        raise ValueError("lead_time is out of range") from error
    if not isfinite(seconds):
        raise ValueError("lead_time is out of range")
    return seconds


def _result(value: Any) -> list[Any]:
    if value is None:
        # A skip that a script made without a result is kept so.
        return []
    if not isinstance(value, list):
        raise ValueError("result is no list")
    # Unstorable text inside is the result reader's to name; escaped in ASCII, it can be kept.
    if unreadable := faults(value) - {"unstorable-text"}:
        raise ValueError(f"result is {' and '.join(sorted(unreadable))}")
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and storable(value) else None
