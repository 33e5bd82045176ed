"""Reviewers who do at random all that Label Studio lets them do, and what must be in quarantine afterwards."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.e2e.conftest import Desk
from tests.e2e.regions import region, reviewed

_FEWEST_TASKS = 4
_WEIGHTS = {
    "submit": 20,
    "accept": 6,
    "submit_nothing": 3,
    "skip": 6,
    "skip_without_result": 6,
    "change": 18,
    "same_again": 4,
    "skip_or_not": 5,
    "ground_truth": 4,
    "stray_items": 5,
    "submit_unreadable": 4,
    "make_unreadable": 3,
    "mend": 4,
    "delete": 8,
    "delete_all_of_a_task": 2,
    "predictions_to_annotations": 2,
    "delete_task": 1,
}
_DEEP = {"type": "labels", "value": {"deep": json.loads("[" * 100 + "]" * 100)}}
TOO_DEEP = "result is too-deep"


def _stray_items(text: str) -> dict[str, dict[str, Any]]:
    """Return items that Label Studio takes and curator cannot place, by the cause that must be named."""
    word = next(iter(re.finditer(r"\w+", text)))
    beyond = region("stray-beyond", "entities", "PER", word)
    beyond["value"] |= {"start": len(text), "end": len(text) + 40}
    return {
        "offsets-outside-text": beyond,
        "unknown-label": region("stray-label", "entities", "NOBODY", word),
        "unknown-control": {**region("stray-control", "entities", "PER", word), "from_name": "label"},
    }


class Reviewers:
    """Acts through Label Studio's API, the same ones for the same seed; `acts` counts them by kind."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.acts: Counter[str] = Counter()
        self._desk = desk
        self._chance = random.Random(seed)
        self._tasks = {task["id"]: task for task in desk.tasks()}
        self._task_of: dict[int, int] = {}
        self._unreadable: set[int] = set()
        self._strays: dict[int, set[str]] = {}

    def work(self, acts: int) -> None:
        """Do as many acts; one for which there is nothing to act on is another one."""
        names, weights = list(_WEIGHTS), list(_WEIGHTS.values())
        while self.acts.total() < acts:
            name = self._chance.choices(names, weights)[0]
            act: Callable[[], bool] = getattr(self, f"_{name}")
            if act():
                self.acts[name] += 1

    def unreadable(self) -> set[tuple[int, int]]:
        """Return the annotations that nobody can read, each as task and id."""
        return {(self._task_of[annotation], annotation) for annotation in self._unreadable}

    def strays(self) -> set[tuple[int, int, str]]:
        """Return the items that do not fit, each as task, annotation and cause."""
        return {
            (self._task_of[annotation], annotation, cause)
            for annotation, causes in self._strays.items()
            for cause in causes
        }

    def _task(self) -> dict[str, Any]:
        return self._tasks[self._chance.choice(sorted(self._tasks))]

    def _annotation(self) -> int | None:
        readable = sorted(self._task_of.keys() - self._unreadable)
        return self._chance.choice(readable) if readable else None

    def _result(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        return reviewed(task, at=self._chance.randrange(3, 30))

    def _annotate(self, task: dict[str, Any], result: list[Any] | None, **fields: Any) -> int:
        annotation = self._desk.annotate(task, result, **fields)
        self._forget([annotation])
        self._task_of[annotation] = task["id"]
        return annotation

    def _forget(self, annotations: list[int]) -> None:
        for annotation in annotations:
            self._task_of.pop(annotation, None)
            self._unreadable.discard(annotation)
            self._strays.pop(annotation, None)

    def _of_task(self, task: int) -> list[int]:
        return [annotation for annotation, number in self._task_of.items() if number == task]

    def _submit(self) -> bool:
        task = self._task()
        self._annotate(task, self._result(task), lead_time=self._chance.randrange(100) / 4)
        return True

    def _accept(self) -> bool:
        task = self._task()
        prediction = task["predictions"][0]
        self._annotate(task, prediction["result"], parent_prediction=prediction["id"])
        return True

    def _submit_nothing(self) -> bool:
        self._annotate(self._task(), [])
        return True

    def _skip(self) -> bool:
        task = self._task()
        self._annotate(task, self._result(task), was_cancelled=True)
        return True

    def _skip_without_result(self) -> bool:
        self._annotate(self._task(), None, was_cancelled=True)
        return True

    def _change(self) -> bool:
        if (annotation := self._annotation()) is None:
            return False
        self._desk.change(annotation, result=self._result(self._tasks[self._task_of[annotation]]))
        self._strays.pop(annotation, None)
        return True

    def _same_again(self) -> bool:
        if (annotation := self._annotation()) is None:
            return False
        self._desk.change(annotation)
        return True

    def _skip_or_not(self) -> bool:
        if (annotation := self._annotation()) is None:
            return False
        self._desk.change(annotation, was_cancelled=self._chance.random() < 0.5)
        return True

    def _ground_truth(self) -> bool:
        if (annotation := self._annotation()) is None:
            return False
        self._desk.change(annotation, ground_truth=self._chance.random() < 0.5)
        return True

    def _stray_items(self) -> bool:
        task = self._task()
        strays = _stray_items(task["data"]["text"])
        causes = self._chance.sample(sorted(strays), self._chance.randrange(1, len(strays) + 1))
        annotation = self._annotate(task, [*self._result(task), *(strays[cause] for cause in causes)])
        self._strays[annotation] = set(causes)
        return True

    def _submit_unreadable(self) -> bool:
        self._unreadable.add(self._annotate(self._task(), [_DEEP]))
        return True

    def _make_unreadable(self) -> bool:
        if (annotation := self._annotation()) is None:
            return False
        self._desk.change(annotation, result=[_DEEP])
        self._strays.pop(annotation, None)
        self._unreadable.add(annotation)
        return True

    def _mend(self) -> bool:
        if not self._unreadable:
            return False
        annotation = self._chance.choice(sorted(self._unreadable))
        self._desk.change(annotation, result=self._result(self._tasks[self._task_of[annotation]]))
        self._unreadable.discard(annotation)
        return True

    def _delete(self) -> bool:
        if not self._task_of:
            return False
        annotation = self._chance.choice(sorted(self._task_of))
        self._desk.delete(annotation)
        self._forget([annotation])
        return True

    def _delete_all_of_a_task(self) -> bool:
        task = self._task()["id"]
        if not self._of_task(task):
            return False
        self._desk.act("delete_tasks_annotations", task)
        self._forget(self._of_task(task))
        return True

    def _predictions_to_annotations(self) -> bool:
        task = self._task()
        self._desk.act("predictions_to_annotations", task["id"])
        for annotation in self._desk.annotations_of(task):
            self._task_of.setdefault(annotation["id"], task["id"])
        return True

    def _delete_task(self) -> bool:
        if len(self._tasks) <= _FEWEST_TASKS:
            return False
        task = self._task()
        self._desk.delete_task(task)
        self._forget(self._of_task(task["id"]))
        del self._tasks[task["id"]]
        return True
