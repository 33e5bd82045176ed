"""The rows of a Label Studio in memory, and the webhook bodies made of them."""

import copy
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from curator.steps.ports.label_server import PredictionRef, WebhookRef

Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """What Label Studio's database holds; tasks and annotations take the id after the highest there is."""

    users: dict[int, str] = field(default_factory=lambda: {1: "admin@example.org"})
    projects: dict[int, Row] = field(default_factory=dict)
    tasks: dict[int, Row] = field(default_factory=dict)
    annotations: dict[int, Row] = field(default_factory=dict)
    predictions: dict[int, PredictionRef] = field(default_factory=dict)
    results: dict[int, list[Any]] = field(default_factory=dict)
    webhooks: dict[int, WebhookRef] = field(default_factory=dict)
    hooked: dict[int, int] = field(default_factory=dict)
    last_project: int = 0
    last_prediction: int = 0
    _annotated: dict[int, list[int]] = field(default_factory=dict)
    _predicted: dict[int, list[int]] = field(default_factory=dict)

    def add_project(self, title: str, description: str, label_config: str, now: str) -> Row:
        self.last_project += 1
        row = {
            "id": self.last_project,
            "title": title,
            "description": description,
            "label_config": label_config,
            "model_version": "",
            "created_at": now,
            "updated_at": now,
            # In every delivery, as Label Studio has it: nothing that may be logged.
            "token": "secret-of-the-project",
        }
        self.projects[self.last_project] = row
        return row

    def add_task(self, project: int, data: Mapping[str, Any], now: str) -> Row:
        number = next(reversed(self.tasks), 0) + 1
        row = {
            "id": number,
            "project": project,
            "data": dict(data),
            "meta": {},
            "created_at": now,
            "updated_at": now,
            "model_versions": [],
            "predictions": [],
        }
        self.tasks[number] = row
        return row

    def add_annotation(
        self, task: int, result: list[Any] | None, user: int, now: str, fields: Mapping[str, Any]
    ) -> Row:
        number = next(reversed(self.annotations), 0) + 1
        row = {
            "id": number,
            "task": task,
            "project": self.tasks[task]["project"],
            "completed_by": user,
            "updated_by": user,
            "result": copy.deepcopy(result),
            "result_count": len(result or ()),
            "was_cancelled": False,
            "ground_truth": False,
            "lead_time": 1.5,
            "parent_prediction": None,
            "parent_annotation": None,
            "import_id": None,
            "created_at": now,
            "updated_at": now,
            "unique_id": str(uuid.UUID(int=number)),
            **fields,
        }
        self.annotations[number] = row
        self._annotated.setdefault(task, []).append(number)
        self.tasks[task]["updated_at"] = now
        return row

    def add_prediction(self, task: int, model_version: str) -> int:
        # Unlike those of tasks and annotations, it is not given out again.
        self.last_prediction += 1
        self.predictions[self.last_prediction] = PredictionRef(self.last_prediction, task, model_version)
        self._predicted.setdefault(task, []).append(self.last_prediction)
        return self.last_prediction

    def annotations_of(self, task: int) -> list[Row]:
        # Ids are given out again: what was of this task may be gone, or another one's.
        numbers = dict.fromkeys(self._annotated.get(task, ()))
        rows = (self.annotations[number] for number in numbers if number in self.annotations)
        return [row for row in rows if row["task"] == task]

    def predictions_of(self, task: int) -> list[PredictionRef]:
        numbers = self._predicted.get(task, ())
        return [self.predictions[number] for number in numbers if number in self.predictions]

    def tasks_of(self, project: int) -> list[Row]:
        return [row for row in self.tasks.values() if row["project"] == project]

    def drop_task(self, task: int) -> None:
        del self.tasks[task]
        self.annotations = {key: row for key, row in self.annotations.items() if row["task"] != task}
        self.predictions = {key: prediction for key, prediction in self.predictions.items() if prediction.task != task}


_NOT_DELIVERED = ("model_versions", "predictions")


def delivery(action: str, project: Row, **parts: Any) -> bytes:
    """Return the body that Label Studio sends: the action, what it is about, and the whole project."""
    body = {"action": action, **{key: _webhook_value(value) for key, value in parts.items()}, "project": project}
    return json.dumps(body, ensure_ascii=False).encode("utf-8")


def _webhook_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_webhook_value(item) for item in value]
    return {key: field for key, field in value.items() if key not in _NOT_DELIVERED}
