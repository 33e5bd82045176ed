"""The tasks of a project with their annotations, listed so that none is missed while people work on them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from curator.domain.annotation import instant
from curator.label_studio.connection import Connection
from curator.label_studio.failures import ServerFailed
from curator.label_studio.payloads import state_from_api, task_from_api
from curator.steps.ports.label_server import TaskState

_INDEX_PAGE = 1000
_TASK_PAGE = 100
# Named fields also hold for the annotations inside a task; predictions, the bulk of a listing, stay out of it.
_FIELDS = (
    "id,project,data,updated_at,predictions_model_versions,annotations,task,result,created_at,completed_by,updated_by,"
    "was_cancelled,ground_truth,lead_time,parent_prediction"
)


class TaskListing:
    """Lists the tasks of a server's projects: first ids and times alone, then the tasks themselves by their ids."""

    def __init__(self, server: Connection, name: str) -> None:
        self._server = server
        self._name = name

    def index(self, project: int, since: str | None) -> Iterator[tuple[int, str]]:
        """Yield id and `updated_at` of every task updated at that time or later, by id.

        Each page goes on from the last id, so a task that changes or goes meanwhile moves none to a page read before.
        """
        last = 0
        while page := self._index_page(project, since, last):
            yield from page
            last = page[-1][0]

    def tasks(self, project: int, since: str | None) -> Iterator[TaskState]:
        """Yield tasks as `LabelStudioServer.tasks` promises."""
        listed = sorted((updated_at, task) for task, updated_at in self.index(project, since))
        untold: list[int] = []
        for at in range(0, len(listed), _TASK_PAGE):
            page = listed[at : at + _TASK_PAGE]
            states = {state.ref.task: state for state in self._states(project, [task for _, task in page], untold)}
            for updated_at, task in page:
                if task in states:
                    yield replace(states[task], updated_at=updated_at)
        if untold:
            named = ", ".join(map(str, sorted(untold)))
            raise ServerFailed(
                "Label Studio fails to tell some tasks", f"tasks {named}", "see its log, mend them there"
            )

    def _index_page(self, project: int, since: str | None, after: int) -> list[tuple[int, str]]:
        filters: list[dict[str, Any]] = [
            {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": after}
        ]
        if since is not None:
            times = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime"}
            # Label Studio fails on any other way to write a time.
            filters.append({**times, "value": instant(since)})
        query = {"filters": {"conjunction": "and", "items": filters}, "ordering": ["tasks:id"]}
        parameters = {"fields": "task_only", "include": "id,updated_at", "page_size": _INDEX_PAGE}
        return self._server.read(
            lambda sdk: sdk.tasks.list(project=project, query=_compact(query), page=1, **parameters).items,
            lambda items: [(item.id, instant(item.updated_at)) for item in items],
        )

    def _states(self, project: int, tasks: list[int], untold: list[int]) -> Iterator[TaskState]:
        """Yield those of the tasks that are there; one that makes the listing fail goes to the untold."""
        left = tasks
        while left:
            try:
                told = self._page(project, left)
            except ServerFailed:
                if len(left) == 1:
                    untold.extend(left)
                    return
                middle = len(left) // 2
                yield from self._states(project, left[:middle], untold)
                left = left[middle:]
                continue
            yield from told
            # A server may cap its pages lower than what was asked for.
            seen = {state.ref.task for state in told}
            left = [task for task in left if task not in seen] if seen else []

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
    """Return a task with its annotations, in the order of their ids; raises ValueError or LookupError for no task."""
    states = [state_from_api(one, server) for one in task["annotations"]]
    return TaskState(
        ref=task_from_api(task, server),
        updated_at=instant(task["updated_at"]),
        annotations=tuple(sorted(states, key=lambda state: state.identity)),
        model_versions=tuple(sorted({version for version in model_versions if version})),
    )


def _compact(query: Mapping[str, Any]) -> str:
    return json.dumps(query, separators=(",", ":"))
