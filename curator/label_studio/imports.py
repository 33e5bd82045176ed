"""Tasks and predictions into Label Studio, many at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from label_studio_sdk.client import LabelStudio

from curator.domain.errors import ServerRefused
from curator.label_studio.connection import Connection
from curator.label_studio.listing import TaskListing
from curator.label_studio.results import DOCUMENT, TEXT, prediction_value
from curator.label_studio.review_copies import mark_of, review_value
from curator.steps.ports.label_server import NewPrediction, NewReview, NewTask, TaskState

_TASKS = 200
_PREDICTIONS = 500
# Label Studio's bulk import may count all tasks of the project anew, which takes longer than a few single calls.
_FEW = 10


class Imports:
    """Imports what is new into a server's projects. Nothing here is idempotent."""

    def __init__(self, server: Connection, listing: TaskListing) -> None:
        self._server = server
        self._listing = listing

    def tasks(self, project: int, tasks: Sequence[NewTask]) -> list[int]:
        """Make tasks as `LabelStudioServer.add_tasks` promises."""
        ids: list[int] = []
        for at in range(0, len(tasks), _TASKS):
            ids.extend(self._some_tasks(project, tasks[at : at + _TASKS]))
        return ids

    def predictions(self, project: int, predictions: Sequence[tuple[int, NewPrediction]]) -> None:
        """Add predictions as `LabelStudioServer.add_predictions` promises."""
        if len(predictions) <= _FEW:
            self._check_tasks(project, [task for task, _ in predictions])
            self._single(predictions)
            return
        for at in range(0, len(predictions), _PREDICTIONS):
            some = predictions[at : at + _PREDICTIONS]
            if self._some_predictions(project, some) < len(some):
                # Those with a label that the project does not have are dropped without a word.
                self._single(self._lacking(project, some))

    def rewrite(self, predictions: Sequence[tuple[int, NewPrediction]]) -> int:
        """Rewrite predictions as `LabelStudioServer.rewrite_predictions` promises; Label Studio has no way for many."""
        rewritten = 0
        for task, prediction in predictions:
            value = prediction_value(prediction)
            for number in self._differing(task, value):
                self._server.write(self._patch(number, value["result"]), lambda _: None)
                rewritten += 1
        return rewritten

    def _differing(self, task: int, value: Mapping[str, Any]) -> list[int]:
        """Return the numbers of a task's predictions of a pipeline whose results are others."""
        return self._server.read(
            lambda sdk: sdk.predictions.with_raw_response.list(task=task).response.json(),
            lambda answer: [
                int(there["id"])
                for there in answer
                if there["model_version"] == value["model_version"] and there["result"] != value["result"]
            ],
        )

    @staticmethod
    def _patch(number: int, result: list[dict[str, Any]]) -> Callable[[LabelStudio], Any]:
        return lambda sdk: sdk.predictions.update(number, result=result)

    def reviews(self, reviews: Sequence[tuple[int, NewReview]]) -> None:
        """Add copies as `LabelStudioServer.add_reviews` promises; Label Studio has no way for many."""
        for task, review in reviews:
            fields = {**review_value(review), "import_id": mark_of(review.revision)}
            self._server.write(self._post(task, fields), lambda _: None)

    @staticmethod
    def _post(task: int, fields: Mapping[str, Any]) -> Callable[[LabelStudio], Any]:
        return lambda sdk: sdk.annotations.create(task, **fields)

    def _some_tasks(self, project: int, tasks: Sequence[NewTask]) -> list[int]:
        # Typed as the SDK's own models, which it would only turn back into these objects.
        body: Any = [
            {
                "data": {TEXT: task.text, DOCUMENT: task.document, "source": task.source},
                "predictions": [prediction_value(prediction) for prediction in task.predictions],
                **_annotations(task),
            }
            for task in tasks
        ]
        ids: list[int] = self._server.write(
            lambda sdk: sdk.projects.with_raw_response.import_tasks(project, request=body, return_task_ids=True),
            lambda answer: answer.response.json()["task_ids"],
        )
        if len(ids) != len(tasks):
            what = f"Label Studio made {len(ids)} tasks of {len(tasks)}"
            raise ServerRefused(what, self._server.where, "push again")
        return ids

    def _some_predictions(self, project: int, predictions: Sequence[tuple[int, NewPrediction]]) -> int:
        body: Any = [{"task": task, **prediction_value(prediction)} for task, prediction in predictions]
        return self._server.write(
            lambda sdk: sdk.projects.with_raw_response.import_predictions(project, request=body),
            lambda answer: int(answer.response.json()["created"]),
        )

    def _single(self, predictions: Sequence[tuple[int, NewPrediction]]) -> None:
        for task, prediction in predictions:
            self._create(task, prediction_value(prediction))

    def _create(self, task: int, fields: Mapping[str, Any]) -> None:
        self._server.write(lambda sdk: sdk.predictions.create(task=task, **fields), lambda _: None)

    def _check_tasks(self, project: int, tasks: Sequence[int]) -> None:
        there = {state.ref.task for state in self._listing.by_id(project, tasks) if isinstance(state, TaskState)}
        if missing := sorted(set(tasks) - there):
            raise ServerRefused(f"project {project} has no task {missing[0]}", self._server.where, "push again")

    def _lacking(
        self, project: int, predictions: Sequence[tuple[int, NewPrediction]]
    ) -> list[tuple[int, NewPrediction]]:
        states = self._listing.by_id(project, [task for task, _ in predictions])
        there = {state.ref.task: state.model_versions for state in states if isinstance(state, TaskState)}
        return [(task, new) for task, new in predictions if new.model_version not in there.get(task, ())]


def _annotations(task: NewTask) -> dict[str, Any]:
    """Return what the task of an import has beside data and predictions."""
    reviews = [{**review_value(review), "id": mark_of(review.revision)} for review in task.reviews]
    return {"annotations": reviews} if reviews else {}
