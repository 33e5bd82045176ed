"""A Label Studio server, through its API."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina
from label_studio_sdk import LabelStudio

from curator.domain.annotation import AnnotationState, TaskRef, instant
from curator.domain.errors import ServerRefused, ServerUnreachable
from curator.domain.schema import LabelSchema
from curator.label_studio.failures import ServerFailed, ServerLacks, translated
from curator.label_studio.interface import labelling_config, same_config
from curator.label_studio.payloads import ACTIONS, state_from_api, task_from_api
from curator.label_studio.results import write_result
from curator.steps.ports import NewPrediction, NewTask, ProjectRef, TaskState, WebhookRef

T = TypeVar("T")

_IMPORT_BATCH = 200
_INDEX_PAGE = 1000
_TASK_PAGE = 100
# Named fields also hold for the annotations inside a task; predictions, the bulk of a listing, stay out of it.
_TASK_FIELDS = (
    "id,project,data,updated_at,predictions_model_versions,annotations,task,result,created_at,completed_by,updated_by,"
    "was_cancelled,ground_truth,lead_time,parent_prediction"
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class LabelStudioServer:
    """A Label Studio server, reached with a legacy or a personal access token; safe to share among threads.

    Every call raises ServerUnreachable or ServerRefused. Calls that only read are tried three times.
    """

    def __init__(self, name: str, url: str, token: str, timeout: float = 60.0) -> None:
        """Take the server's name in identities, its address, a token and the seconds that one call may last."""
        self._name = name
        self._url = url.rstrip("/")
        self._token = token.strip()
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"LabelStudioServer({self._name!r}, {self._url!r})"

    @property
    def name(self) -> str:
        return self._name

    def find_project(self, marker: str) -> ProjectRef | None:
        """Return the oldest project whose description holds the marker."""

        def holding(sdk: LabelStudio) -> list[tuple[Any, int]]:
            listed = sdk.projects.list(include="id,description,created_at", page_size=_INDEX_PAGE)
            return [(one.created_at, one.id) for one in listed if marker in (one.description or "") and one.id]

        found = self._read(holding)
        return self.project(min(found)[1]) if found else None

    def project(self, project: int) -> ProjectRef | None:
        """Return a project, its description as the marker, or None where there is none with this id."""
        answer = self._read_json(lambda sdk: sdk.projects.with_raw_response.get(project))
        return None if answer is None else self._project(answer)

    def create_project(self, title: str, marker: str, schema: LabelSchema) -> ProjectRef:
        """Make a project whose description is the marker. Not idempotent: look for the marker first."""
        fields = {"title": title, "description": marker, **_settings(schema)}
        return self._project(self._write(lambda sdk: sdk.projects.with_raw_response.create(**fields).response.json()))

    def update_project(self, project: int, schema: LabelSchema) -> None:
        """Set what differs of labelling interface, instruction and queue order; idempotent."""
        now = self._read(lambda sdk: sdk.projects.with_raw_response.get(project).response.json())
        wanted = _settings(schema)
        changed = {key: value for key, value in wanted.items() if now.get(key) != value}
        if same_config(now.get("label_config") or "", wanted["label_config"]):
            changed.pop("label_config", None)
        if changed:
            self._write(lambda sdk: sdk.projects.update(project, **changed))

    def show_predictions_of(self, project: int, model_version: str) -> None:
        """Make a pipeline's predictions the ones that annotators start from; some must be there already."""
        self._write(lambda sdk: sdk.projects.update(project, model_version=model_version))

    def add_tasks(self, project: int, tasks: Sequence[NewTask]) -> list[int]:
        """Make tasks with their predictions, 200 to a call; returns their ids in the same order. Not idempotent."""
        ids: list[int] = []
        for at in range(0, len(tasks), _IMPORT_BATCH):
            ids.extend(self._add_batch(project, tasks[at : at + _IMPORT_BATCH]))
        return ids

    def add_prediction(self, task: int, prediction: NewPrediction) -> None:
        """Add a prediction to a task that exists. Not idempotent."""
        fields = _prediction(prediction)
        self._write(lambda sdk: sdk.predictions.create(task=task, **fields))

    def tasks(self, project: int, updated_since: str | None = None) -> Iterator[TaskState]:
        """Yield the tasks of a project, or those updated at that time or later, in the order of `updated_at`.

        A task that changes meanwhile comes as it is when it is read, with the `updated_at` of the listing, so the
        time of any task is one to go on from. No task is missed, nor comes twice; one deleted meanwhile does not come.
        Where Label Studio cannot tell some tasks, all others come before ServerUnreachable names them.
        """
        listed = sorted((updated_at, task) for task, updated_at in self._index(project, updated_since))
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
                "Label Studio cannot tell some tasks", f"tasks {named}", "see its log, delete them there"
            )

    def task_ids(self, project: int) -> set[int]:
        """Return the ids of all tasks of a project."""
        return {task for task, _ in self._index(project, None)}

    def annotation(self, annotation: int) -> tuple[AnnotationState, TaskRef] | None:
        """Return an annotation as it is now and its task, or None where there is none with this id."""
        answer = self._read_json(lambda sdk: sdk.annotations.with_raw_response.get(annotation))
        if answer is None:
            return None
        state = self._understood(state_from_api, answer)
        task = self.task(state.task)
        return None if task is None else (state, task.ref)

    def task(self, task: int) -> TaskState | None:
        """Return a task as it is now, or None where there is none with this id."""
        answer = self._read_json(lambda sdk: sdk.tasks.with_raw_response.get(str(task)))
        if answer is None:
            return None
        versions = {prediction["model_version"] or "" for prediction in answer["predictions"]}
        return self._state(answer, versions)

    def users(self) -> dict[int, str]:
        """Return the e-mail address of every user, by id."""
        answer = self._read(lambda sdk: sdk.users.with_raw_response.list().response.json())
        return {user["id"]: user["email"] for user in answer}

    def webhooks(self, project: int) -> list[WebhookRef]:
        """Return the webhooks of a project, oldest first; their headers hold secrets."""
        answer = self._read(lambda sdk: sdk.webhooks.with_raw_response.list(project=str(project)).response.json())
        return sorted((_webhook(one) for one in answer), key=lambda webhook: webhook.id)

    def save_webhook(self, project: int, url: str, headers: Mapping[str, str], webhook: int | None) -> None:
        """Create the webhook, or set an existing one to this URL and these headers, active, with payload."""
        fields: dict[str, Any] = {
            "url": url,
            "headers": dict(headers),
            "actions": list(ACTIONS),
            "is_active": True,
            "send_payload": True,
            "send_for_all_actions": False,
        }
        if webhook is None:
            self._write(lambda sdk: sdk.webhooks.create(project=project, **fields))
        else:
            self._write(lambda sdk: sdk.webhooks.update(webhook, **fields))

    def delete_webhook(self, webhook: int) -> None:
        """Delete a webhook; one that is gone already is no error."""
        try:
            self._write(lambda sdk: sdk.webhooks.delete(webhook))
        except ServerLacks:
            return

    def whoami(self) -> str:
        """Return the e-mail address of the token's user."""
        answer = self._read(lambda sdk: sdk.users.with_raw_response.whoami().response.json())
        return str(answer["email"])

    def _add_batch(self, project: int, tasks: Sequence[NewTask]) -> list[int]:
        # Typed as the SDK's own models, which it would only turn back into these objects.
        body: Any = [
            {
                "data": {"text": task.text, "document": task.document, "source": task.source},
                "predictions": [_prediction(prediction) for prediction in task.predictions],
            }
            for task in tasks
        ]
        answer = self._write(lambda sdk: sdk.projects.import_tasks(project, request=body, return_task_ids=True))
        ids = answer.task_ids or []
        if len(ids) != len(tasks):
            raise ServerRefused(f"Label Studio made {len(ids)} tasks of {len(tasks)}", self._url, "push again")
        return ids

    def _index(self, project: int, since: str | None) -> Iterator[tuple[int, str]]:
        """Yield id and time of every task, by id; going on from the last id, so that none is missed while others change."""
        last = 0
        while page := self._index_page(project, since, last):
            yield from page
            last = page[-1][0]

    def _index_page(self, project: int, since: str | None, after: int) -> list[tuple[int, str]]:
        filters = [{"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": after}]
        if since is not None:
            times = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime"}
            # Label Studio fails on any other way to write a time.
            filters.append({**times, "value": instant(since)})
        query = {"filters": {"conjunction": "and", "items": filters}, "ordering": ["tasks:id"]}
        items = self._listing(project, query, _INDEX_PAGE, fields="task_only", include="id,updated_at")
        return [(item.id, instant(item.updated_at)) for item in items]

    def _states(self, project: int, tasks: list[int], untold: list[int]) -> Iterator[TaskState]:
        """Yield those of the tasks that are there; where one makes the listing fail, it is left among the untold."""
        left = tasks
        while left:
            query = {"selectedItems": {"all": False, "included": left}, "ordering": ["tasks:id"]}
            try:
                items = self._listing(project, query, len(left), fields="all", include=_TASK_FIELDS)
            except ServerFailed:
                if len(left) == 1:
                    untold.extend(left)
                    return
                for half in (left[: len(left) // 2], left[len(left) // 2 :]):
                    yield from self._states(project, half, untold)
                return
            told = [self._listed(item) for item in items]
            yield from told
            # A server may cap its pages lower than what was asked for.
            seen = {state.ref.task for state in told}
            left = [task for task in left if task not in seen] if seen else []

    def _listing(self, project: int, query: Mapping[str, Any], size: int, **fields: Any) -> list[Any]:
        """Return the first page of a listing; empty where the page is past the end."""
        text = json.dumps(query, separators=(",", ":"))
        return self._read(
            lambda sdk: list(sdk.tasks.list(project=project, query=text, page=1, page_size=size, **fields).items or ())
        )

    def _listed(self, item: Any) -> TaskState:
        fields = {
            "id": item.id,
            "project": item.project,
            "data": item.data,
            "updated_at": item.updated_at,
            "annotations": item.annotations,
        }
        return self._state(fields, set((item.predictions_model_versions or "").split(",")))

    def _state(self, task: Mapping[str, Any], versions: set[str]) -> TaskState:
        states = [self._understood(state_from_api, one) for one in task["annotations"]]
        return TaskState(
            ref=self._understood(task_from_api, task),
            updated_at=instant(task["updated_at"]),
            annotations=tuple(sorted(states, key=lambda state: state.identity)),
            model_versions=tuple(sorted(versions - {""})),
        )

    def _understood(self, reader: Callable[[Any, str], T], value: Any) -> T:
        try:
            return reader(value, self._name)
        except ValueError as error:
            what = f"Label Studio's answer is not understood: {error}"
            raise ServerRefused(what, self._url, "curator is made for Label Studio 1.23") from error

    @staticmethod
    def _project(answer: Mapping[str, Any]) -> ProjectRef:
        return ProjectRef(
            id=answer["id"],
            title=answer["title"] or "",
            label_config=answer["label_config"] or "",
            marker=answer["description"] or "",
            model_version=answer["model_version"] or "",
        )

    def _read_json(self, request: Callable[[LabelStudio], Any]) -> Any | None:
        """Return the JSON of an answer, or None where Label Studio has no such thing."""
        try:
            return self._read(lambda sdk: request(sdk).response.json())
        except ServerLacks:
            return None

    def _read(self, request: Callable[[LabelStudio], T]) -> T:
        for attempt in stamina.retry_context(on=_worth_retrying, attempts=3, timeout=20, wait_initial=0.2, wait_max=1):
            with attempt:
                return self._write(request)
        raise AssertionError("the last attempt returns or raises")

    def _write(self, request: Callable[[LabelStudio], T]) -> T:
        """Send a request once."""
        try:
            return request(self._sdk)
        except Exception as error:
            ours = translated(error, self._url, self._token)
            if ours is None:
                raise
            # The foreign error quotes headers, with the token in them: it must not hang on to ours.
            raise ours from None

    @cached_property
    def _sdk(self) -> LabelStudio:
        # A proxy of the environment is for the world outside. A redirected POST would arrive as a GET.
        beyond = urlsplit(self._url).hostname not in _LOOPBACK
        http = httpx.Client(timeout=self._timeout, follow_redirects=False, trust_env=beyond)
        # The SDK would also repeat what is not idempotent. It needs the slash where the address has a path.
        return LabelStudio(base_url=f"{self._url}/", api_key=self._token, httpx_client=http, max_retries=0)


def _worth_retrying(error: Exception) -> bool:
    return isinstance(error, ServerUnreachable) and not isinstance(error, ServerFailed)


def _settings(schema: LabelSchema) -> dict[str, Any]:
    """Return the fields of a project that curator sets."""
    return {
        "label_config": labelling_config(schema),
        "expert_instruction": schema.instruction,
        "show_instruction": bool(schema.instruction),
        "sampling": _QUEUE,
        "show_collab_predictions": True,
    }


_QUEUE: Final = "Uncertainty sampling"


def _prediction(prediction: NewPrediction) -> dict[str, Any]:
    if not prediction.model_version:
        # Label Studio takes it and then cannot show the project any more.
        raise ValueError("a prediction needs the name of its pipeline")
    return {
        "model_version": prediction.model_version,
        "score": prediction.score,
        "result": write_result(prediction.content, prediction.text),
    }


def _webhook(answer: Mapping[str, Any]) -> WebhookRef:
    return WebhookRef(
        id=answer["id"],
        url=answer["url"],
        active=answer["is_active"],
        headers=answer["headers"] or {},
        actions=tuple(answer["actions"]),
        all_actions=answer["send_for_all_actions"],
        payload=answer["send_payload"],
    )
