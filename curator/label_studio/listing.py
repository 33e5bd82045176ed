"""The tasks of a project with their annotations, listed so that none is missed while people work on them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from curator.domain.annotation import AnnotationState, ProjectSource, TaskRef, UnreadableAnnotation, instant
from curator.domain.errors import AnswerNotUnderstood, ServerFailed
from curator.domain.prediction import adopted_pipeline
from curator.domain.schema import LabelSchema
from curator.label_studio.connection import Connection
from curator.label_studio.payloads import annotation_from_api
from curator.label_studio.raw_results import read_prediction
from curator.label_studio.task_reading import TaskReading
from curator.steps.ports.adopted import AdoptedTasks
from curator.steps.ports.label_server import TaskFacts, TaskPrediction, TaskState

_INDEX_PAGE = 1000
_INDEX_FIELDS = "id,updated_at,total_annotations,cancelled_annotations"
_TASK_PAGE = 100
# Named fields also hold for the annotations inside a task; predictions, the bulk of a listing, stay out of it.
_FIELDS = (
    "id,project,data,updated_at,predictions_model_versions,annotations,task,result,created_at,completed_by,updated_by,"
    "was_cancelled,ground_truth,lead_time,parent_prediction,import_id"
)
_PREDICTION_FIELDS = "id,project,data,created_at,predictions,task,result,model_version,score"


class TaskListing:
    """Lists the tasks of a server's projects: first ids and times alone, then the tasks themselves by their ids."""

    def __init__(self, server: Connection, name: str, adopted: AdoptedTasks) -> None:
        self._server = server
        self._name = name
        self._adopted = adopted

    def reading(self, project: int) -> TaskReading:
        """Return what reads the tasks of a project; only an adopted one is asked for its interface."""
        config: str | None = None
        if self._adopted.is_adopted(project):
            interface = self._server.look_up(
                lambda sdk: sdk.projects.with_raw_response.get(project).response.json(),
                lambda answer: str(answer["label_config"] or ""),
            )
            config = interface or ""
        return TaskReading(self._name, project, self._adopted, config)

    def index(self, project: int, since: str | None) -> Iterator[tuple[int, TaskFacts]]:
        """Yield id and facts of every task updated at that time or later, by id.

        Each page goes on from the last id, so a task that changes or goes meanwhile moves none to a page read before.
        """
        last = 0
        while page := self._index_page(project, since, last):
            yield from page
            last = page[-1][0]

    def tasks(self, project: int, since: str | None) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield tasks as `LabelStudioServer.tasks` promises."""
        listed = sorted((facts.updated_at, task) for task, facts in self.index(project, since))
        reading = self.reading(project)
        for at in range(0, len(listed), _TASK_PAGE):
            page = listed[at : at + _TASK_PAGE]
            read = {_number(task): task for task in self._read(reading, project, [task for _, task in page])}
            for updated_at, number in page:
                task = read.get(number)
                if isinstance(task, TaskState):
                    yield replace(task, updated_at=updated_at)
                elif task is not None:
                    yield task

    def by_id(self, project: int, tasks: Sequence[int]) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield tasks as `LabelStudioServer.tasks_by_id` promises."""
        reading = self.reading(project) if tasks else None
        for at in range(0, len(tasks), _TASK_PAGE):
            if reading is not None:
                yield from self._read(reading, project, list(tasks[at : at + _TASK_PAGE]))

    def predictions(self, project: int, tasks: Sequence[int], schema: LabelSchema) -> Iterator[TaskPrediction]:
        """Yield predictions as `LabelStudioServer.task_predictions` promises."""
        reading = self.reading(project) if tasks else None
        for at in range(0, len(tasks), _TASK_PAGE):
            if reading is not None:
                yield from self._predictions(reading, project, list(tasks[at : at + _TASK_PAGE]), schema)

    def _predictions(
        self, reading: TaskReading, project: int, tasks: list[int], schema: LabelSchema
    ) -> list[TaskPrediction]:
        query = {"selectedItems": {"all": False, "included": tasks}, "ordering": ["tasks:id"]}
        parameters = {"fields": "all", "include": _PREDICTION_FIELDS, "page_size": len(tasks)}

        def read(items: list[Any]) -> list[TaskPrediction]:
            refs = reading.refs(_task_fields(item) for item in items)
            listed = zip(items, refs, strict=True)
            return [
                task_prediction(_prediction_fields(prediction), ref, schema)
                for item, ref in listed
                for prediction in item.predictions or ()
            ]

        return self._server.read(
            lambda sdk: sdk.tasks.list(project=project, query=_compact(query), page=1, **parameters).items, read
        )

    def _index_page(self, project: int, since: str | None, after: int) -> list[tuple[int, TaskFacts]]:
        filters: list[dict[str, Any]] = [
            {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": after}
        ]
        if since is not None:
            times = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime"}
            # Label Studio fails on any other way to write a time.
            filters.append({**times, "value": instant(since)})
        query = {"filters": {"conjunction": "and", "items": filters}, "ordering": ["tasks:id"]}
        parameters = {"fields": "task_only", "include": _INDEX_FIELDS, "page_size": _INDEX_PAGE}
        return self._server.read(
            lambda sdk: sdk.tasks.list(project=project, query=_compact(query), page=1, **parameters).items,
            lambda items: [(item.id, _facts(item)) for item in items],
        )

    def _read(self, reading: TaskReading, project: int, tasks: list[int]) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield those of the tasks that are there; one that makes the listing fail comes as unreadable."""
        unread = tasks
        while unread:
            try:
                states = self._page(reading, project, unread)
            except (ServerFailed, AnswerNotUnderstood) as error:
                if len(unread) == 1:
                    yield UnreadableAnnotation(str(ProjectSource(self._name, project)), unread[0], "", error.what)
                    return
                middle = len(unread) // 2
                yield from self._read(reading, project, unread[:middle])
                unread = unread[middle:]
                continue
            yield from states
            # A server may cap its pages lower than what was asked for.
            read = {state.ref.task for state in states}
            unread = [task for task in unread if task not in read] if read else []

    def _page(self, reading: TaskReading, project: int, tasks: list[int]) -> list[TaskState]:
        query = {"selectedItems": {"all": False, "included": tasks}, "ordering": ["tasks:id"]}
        parameters = {"fields": "all", "include": _FIELDS, "page_size": len(tasks)}
        return self._server.read(
            lambda sdk: sdk.tasks.list(project=project, query=_compact(query), page=1, **parameters).items,
            lambda items: task_states(
                [_task_fields(item) for item in items],
                reading,
                [(item.predictions_model_versions or "").split(",") for item in items],
            ),
        )


def task_states(
    tasks: Sequence[Mapping[str, Any]], reading: TaskReading, model_versions: Iterable[Iterable[str | None]]
) -> list[TaskState]:
    """Return tasks with their annotations, in the order of their ids; raises ValueError or LookupError for no task.

    Annotations that cannot be read stand apart.
    """
    refs = zip(tasks, reading.refs(tasks), model_versions, strict=True)
    return [_task_state(task, ref, reading, versions) for task, ref, versions in refs]


def _task_state(
    task: Mapping[str, Any], ref: TaskRef, reading: TaskReading, model_versions: Iterable[str | None]
) -> TaskState:
    annotations = [annotation_from_api(annotation, ref) for annotation in task["annotations"] or ()]
    states = [annotation for annotation in annotations if isinstance(annotation, AnnotationState)]
    return TaskState(
        ref=ref,
        updated_at=instant(task["updated_at"]),
        annotations=tuple(sorted(states, key=lambda state: state.identity.rank)),
        unreadable=tuple(annotation for annotation in annotations if isinstance(annotation, UnreadableAnnotation)),
        model_versions=tuple(sorted({version for version in model_versions if version})),
        offered=reading.offered(task),
    )


def task_prediction(prediction: Mapping[str, Any], task: TaskRef, schema: LabelSchema) -> TaskPrediction:
    """Return a prediction of a task of an adopted project. Raises LookupError or ValueError for what is none."""
    pipeline = adopted_pipeline(task.source, prediction["model_version"] or "")
    content = read_prediction(prediction["result"], task.raw, task.text or "", schema)
    return TaskPrediction(int(prediction["id"]), task.task, pipeline, content)


def _task_fields(item: Any) -> dict[str, Any]:
    names = ("id", "project", "data", "created_at", "updated_at", "annotations")
    return {name: getattr(item, name, None) for name in names}


def _prediction_fields(item: Any) -> dict[str, Any]:
    return {name: getattr(item, name, None) for name in ("id", "model_version", "result")}


def _facts(item: Any) -> TaskFacts:
    # Label Studio counts skipped annotations apart.
    return TaskFacts(instant(item.updated_at), (item.total_annotations or 0) + (item.cancelled_annotations or 0))


def _number(task: TaskState | UnreadableAnnotation) -> int:
    return task.ref.task if isinstance(task, TaskState) else task.task


def _compact(query: Mapping[str, Any]) -> str:
    return json.dumps(query, separators=(",", ":"))
