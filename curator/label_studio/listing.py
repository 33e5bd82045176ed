"""The tasks of a project with their annotations, listed so that none is missed while people work on them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from curator.domain.annotation import AnnotationState, ProjectSource, UnreadableAnnotation, instant
from curator.domain.errors import AnswerNotUnderstood, ServerFailed
from curator.label_studio.connection import Connection
from curator.label_studio.payloads import annotation_from_api, task_from_api
from curator.steps.ports.label_server import TaskFacts, TaskState

_INDEX_PAGE = 1000
_INDEX_FIELDS = "id,updated_at,total_annotations,cancelled_annotations"
_TASK_PAGE = 100
# Named fields also hold for the annotations inside a task; predictions, the bulk of a listing, stay out of it.
_FIELDS = (
    "id,project,data,updated_at,predictions_model_versions,annotations,task,result,created_at,completed_by,updated_by,"
    "was_cancelled,ground_truth,lead_time,parent_prediction,import_id"
)


class TaskListing:
    """Lists the tasks of a server's projects: first ids and times alone, then the tasks themselves by their ids."""

    def __init__(self, server: Connection, name: str) -> None:
        self._server = server
        self._name = name

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
        for at in range(0, len(listed), _TASK_PAGE):
            page = listed[at : at + _TASK_PAGE]
            read = {_number(task): task for task in self._read(project, [task for _, task in page])}
            for updated_at, number in page:
                task = read.get(number)
                if isinstance(task, TaskState):
                    yield replace(task, updated_at=updated_at)
                elif task is not None:
                    yield task

    def by_id(self, project: int, tasks: Sequence[int]) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield tasks as `LabelStudioServer.tasks_by_id` promises."""
        for at in range(0, len(tasks), _TASK_PAGE):
            yield from self._read(project, list(tasks[at : at + _TASK_PAGE]))

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

    def _read(self, project: int, tasks: list[int]) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield those of the tasks that are there; one that makes the listing fail comes as unreadable."""
        unread = tasks
        while unread:
            try:
                states = self._page(project, unread)
            except (ServerFailed, AnswerNotUnderstood) as error:
                if len(unread) == 1:
                    yield UnreadableAnnotation(str(ProjectSource(self._name, project)), unread[0], "", error.what)
                    return
                middle = len(unread) // 2
                yield from self._read(project, unread[:middle])
                unread = unread[middle:]
                continue
            yield from states
            # A server may cap its pages lower than what was asked for.
            read = {state.ref.task for state in states}
            unread = [task for task in unread if task not in read] if read else []

    def _page(self, project: int, tasks: list[int]) -> list[TaskState]:
        query = {"selectedItems": {"all": False, "included": tasks}, "ordering": ["tasks:id"]}
        parameters = {"fields": "all", "include": _FIELDS, "page_size": len(tasks)}
        return self._server.read(
            lambda sdk: sdk.tasks.list(project=project, query=_compact(query), page=1, **parameters).items,
            lambda items: [self._listed(item) for item in items],
        )

    def _listed(self, item: Any) -> TaskState:
        fields = {name: getattr(item, name) for name in ("id", "project", "data", "updated_at", "annotations")}
        return task_state(fields, self._name, (item.predictions_model_versions or "").split(","))


def task_state(task: Mapping[str, Any], server: str, model_versions: Iterable[str | None]) -> TaskState:
    """Return a task with its annotations, in the order of their ids; raises ValueError or LookupError for no task.

    Annotations that cannot be read stand apart.
    """
    ref = task_from_api(task, server)
    annotations = [annotation_from_api(annotation, ref) for annotation in task["annotations"] or ()]
    states = [annotation for annotation in annotations if isinstance(annotation, AnnotationState)]
    return TaskState(
        ref=ref,
        updated_at=instant(task["updated_at"]),
        annotations=tuple(sorted(states, key=lambda state: state.identity.rank)),
        unreadable=tuple(annotation for annotation in annotations if isinstance(annotation, UnreadableAnnotation)),
        model_versions=tuple(sorted({version for version in model_versions if version})),
    )


def _facts(item: Any) -> TaskFacts:
    # Label Studio counts skipped annotations apart.
    return TaskFacts(instant(item.updated_at), (item.total_annotations or 0) + (item.cancelled_annotations or 0))


def _number(task: TaskState | UnreadableAnnotation) -> int:
    return task.ref.task if isinstance(task, TaskState) else task.task


def _compact(query: Mapping[str, Any]) -> str:
    return json.dumps(query, separators=(",", ":"))
