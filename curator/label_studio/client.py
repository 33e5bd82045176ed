"""A Label Studio server, through its API."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from curator.domain.annotation import AnnotationState, TaskRef, UnreadableAnnotation
from curator.domain.schema import LabelSchema
from curator.label_studio.connection import Connection
from curator.label_studio.failures import ServerLacks
from curator.label_studio.imports import Imports
from curator.label_studio.interface import labelling_config, same_config, words_of
from curator.label_studio.listing import TaskListing, task_states
from curator.label_studio.ml_backends import MlBackends
from curator.label_studio.payloads import ACTIONS, annotation_from_api, prediction_from_api
from curator.label_studio.task_changes import TaskChanges
from curator.label_studio.webhooks import unsaved_webhook, webhook_ref
from curator.steps.ports.adopted import NOTHING_ADOPTED, AdoptedTasks
from curator.steps.ports.label_server import (
    NewPrediction,
    NewReview,
    NewTask,
    PredictionRef,
    ProjectRef,
    TaskFacts,
    TaskPrediction,
    TaskState,
    WebhookRef,
)

_PROJECT_PAGE = 1000
_QUEUE = "Uncertainty sampling"


class LabelStudioServer:
    """A Label Studio server, reached with a legacy or a personal access token; safe to share among threads.

    Every call raises ServerUnreachable or ServerRefused. Calls that only read are tried three times.
    """

    def __init__(
        self,
        name: str,
        url: str,
        token: str,
        timeout: float = 60.0,
        annotators_per_document: int = 1,
        adopted: AdoptedTasks = NOTHING_ADOPTED,
    ) -> None:
        """Take the server's name in identities, its address, a token and the seconds that one call may last.

        A project offers each task to as many people as `annotators_per_document` says. `adopted` tells which projects
        are read as they are.
        """
        self._name = name
        self._adopted = adopted
        self._annotators = annotators_per_document
        self._server = Connection(url, token, timeout)
        self._listing = TaskListing(self._server, name, adopted)
        self._imports = Imports(self._server, self._listing)
        self._tasks = TaskChanges(self._server, name)

    def __repr__(self) -> str:
        return f"LabelStudioServer({self._name!r}, {self._server.where!r})"

    @property
    def name(self) -> str:
        return self._name

    @property
    def ml_backends(self) -> MlBackends:
        return MlBackends(self._server)

    def close(self) -> None:
        """Close the connections that are kept open; the next call opens new ones."""
        self._server.close()

    def find_project(self, marker: str) -> ProjectRef | None:
        """Return the oldest project whose description holds the marker."""

        def oldest(listed: list[Any]) -> int | None:
            marked = [(project.created_at, project.id) for project in listed if marker in (project.description or "")]
            return min(marked)[1] if marked else None

        # The pages are fetched as they are listed, so they are listed within the request.
        oldest_id = self._server.read(
            lambda sdk: list(sdk.projects.list(include="id,description,created_at", page_size=_PROJECT_PAGE)), oldest
        )
        return None if oldest_id is None else self.project(oldest_id)

    def project(self, project: int) -> ProjectRef | None:
        """Return a project, its description as the marker, or None where there is none with this id."""
        return self._server.look_up(lambda sdk: sdk.projects.with_raw_response.get(project).response.json(), _project)

    def create_project(self, title: str, marker: str, schema: LabelSchema) -> ProjectRef:
        """Make a project whose description is the marker. Not idempotent: look for the marker first."""
        fields = {"title": title, "description": marker, **self._settings(schema)}
        return self._server.write(lambda sdk: sdk.projects.with_raw_response.create(**fields).response.json(), _project)

    def update_project(self, project: int, schema: LabelSchema) -> bool:
        """Set what differs of labelling interface, instruction and queue order; idempotent.

        Returns whether anything differed.
        """
        changed = self._changed(project, schema)
        if changed:
            self._server.write(lambda sdk: sdk.projects.update(project, **changed), _nothing)
        return bool(changed)

    def differs(self, project: int, schema: LabelSchema) -> bool:
        """Say whether `update_project` would change anything."""
        return bool(self._changed(project, schema))

    def _settings(self, schema: LabelSchema) -> dict[str, Any]:
        """Return the fields of a project that curator sets."""
        return {
            "label_config": labelling_config(schema),
            "expert_instruction": schema.instruction,
            "show_instruction": bool(schema.instruction),
            "sampling": _QUEUE,
            "show_collab_predictions": True,
            "maximum_annotations": self._annotators,
        }

    def _changed(self, project: int, schema: LabelSchema) -> dict[str, Any]:
        settings = self._settings(schema)

        def differing(current: Mapping[str, Any]) -> dict[str, Any]:
            changed = {key: value for key, value in settings.items() if current[key] != value}
            if same_config(current["label_config"], settings["label_config"]):
                changed.pop("label_config", None)
            # Label Studio cleans the HTML of instructions, so only their words count.
            if words_of(current["expert_instruction"] or "") == words_of(settings["expert_instruction"]):
                changed.pop("expert_instruction", None)
            return changed

        return self._server.read(lambda sdk: sdk.projects.with_raw_response.get(project).response.json(), differing)

    def show_predictions_of(self, project: int, model_version: str) -> None:
        """Make a pipeline's predictions the ones that annotators start from; some must be there already."""
        self._server.write(lambda sdk: sdk.projects.update(project, model_version=model_version), _nothing)

    def add_tasks(self, project: int, tasks: Sequence[NewTask]) -> list[int]:
        """Make tasks with all that they have, 200 to a call; returns their ids in the same order. Not idempotent."""
        return self._imports.tasks(project, tasks)

    def add_predictions(self, project: int, predictions: Sequence[tuple[int, NewPrediction]]) -> None:
        """Add predictions to tasks of a project, 500 to a call, up to ten one by one. Not idempotent."""
        self._imports.predictions(project, predictions)

    def rewrite_predictions(self, predictions: Sequence[tuple[int, NewPrediction]]) -> int:
        """Give predictions that are there these results, one by one; returns how many differed. Idempotent."""
        return self._imports.rewrite(predictions)

    def add_reviews(self, reviews: Sequence[tuple[int, NewReview]]) -> None:
        """Add copies of annotations to tasks, to be reviewed there, one by one. Not idempotent."""
        self._imports.reviews(reviews)

    def prediction(self, number: int) -> PredictionRef | None:
        """Return a prediction by its number, or None where there is none."""
        return self._server.look_up(
            lambda sdk: sdk.predictions.with_raw_response.get(number).response.json(),
            lambda answer: prediction_from_api(answer, self._adopted, self._name),
        )

    def task_predictions(self, project: int, tasks: Sequence[int], schema: LabelSchema) -> Iterator[TaskPrediction]:
        """Yield the predictions that tasks of an adopted project have, 100 tasks to a call, as a schema reads them."""
        return self._listing.predictions(project, tasks, schema)

    def submit(self, task: int, result: list[dict[str, Any]], lead_time: float | None = None) -> int:
        """Submit an annotation as the token's user and return its id. Not idempotent."""
        fields: dict[str, Any] = {"result": result, "lead_time": lead_time}
        return self._server.write(
            lambda sdk: sdk.annotations.with_raw_response.create(task, **fields).response.json(),
            lambda answer: int(answer["id"]),
        )

    def tasks(self, project: int, updated_since: str | None = None) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield the tasks of a project, or those updated at that time or later, in the order of `updated_at`.

        A task that changes meanwhile comes as it is when it is read, with the `updated_at` of the listing, so the
        time of any task is one to go on from. No task is missed, nor comes twice; one deleted meanwhile does not come.
        A task that Label Studio fails on comes as unreadable.
        """
        return self._listing.tasks(project, updated_since)

    def tasks_by_id(self, project: int, tasks: Sequence[int]) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield those of the tasks that a project has, 100 to a call; one that Label Studio fails on as unreadable."""
        return self._listing.by_id(project, tasks)

    def task_index(self, project: int) -> dict[int, TaskFacts]:
        """Return the facts of all tasks of a project, by id; counts are Label Studio's own."""
        return dict(self._listing.index(project, None))

    def remove_unannotated(self, project: int, task: int, document: str) -> bool:
        """Delete a project's task of a document that has neither annotation nor draft; returns whether it is gone."""
        return self._tasks.remove_unannotated(project, task, document)

    def annotation(self, annotation: int) -> tuple[AnnotationState | UnreadableAnnotation, TaskRef] | None:
        """Return an annotation as it is now and its task, or None where there is none with this id."""
        answer = self._server.look_up(
            lambda sdk: sdk.annotations.with_raw_response.get(annotation).response.json(),
            lambda answer: (int(answer["task"]), answer),
        )
        task = None if answer is None else self.task(answer[0])
        return None if answer is None or task is None else (annotation_from_api(answer[1], task.ref), task.ref)

    def task(self, task: int) -> TaskState | None:
        """Return a task as it is now, or None where there is none with this id."""
        answer = self._server.look_up(
            lambda sdk: sdk.tasks.with_raw_response.get(str(task)).response.json(),
            lambda answer: (int(answer["project"]), answer),
        )
        if answer is None:
            return None
        reading = self._listing.reading(answer[0])
        versions = [prediction["model_version"] for prediction in answer[1]["predictions"]]
        return self._server.understood(lambda: task_states([answer[1]], reading, [versions])[0])

    def add_key(self, task: int, document: str) -> bool:
        """Put our key into the data of a task, all else of which stays; returns whether it has it now. Idempotent."""
        return self._tasks.add_key(task, document)

    def users(self) -> dict[int, str]:
        """Return the e-mail address of every user, by id."""
        return self._server.read(
            lambda sdk: sdk.users.with_raw_response.list().response.json(),
            lambda answer: {user["id"]: user["email"] for user in answer},
        )

    def invitation(self) -> str:
        """Return the address at which new accounts sign up."""
        return self._server.read(
            lambda sdk: sdk.organizations.invites.with_raw_response.get_invite_link().response.json(),
            lambda answer: str(answer["invite_url"]),
        )

    def webhooks(self, project: int) -> list[WebhookRef]:
        """Return the webhooks of a project, oldest first; their headers hold secrets."""
        return self._server.read(
            lambda sdk: sdk.webhooks.with_raw_response.list(project=str(project)).response.json(),
            lambda answer: sorted(map(webhook_ref, answer), key=lambda webhook: webhook.id),
        )

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
            self._server.write(lambda sdk: sdk.webhooks.create(project=project, **fields), _nothing)
        else:
            self._server.write(lambda sdk: sdk.webhooks.update(webhook, **fields), _nothing)

    def check_webhook(self, project: int, url: str) -> None:
        """Raise ServerRefused where a webhook to this address would be refused; none is made."""
        webhook = self._server.write(lambda sdk: unsaved_webhook(sdk, project, url), lambda answer: answer)
        if webhook is not None:
            self.delete_webhook(webhook)

    def delete_webhook(self, webhook: int) -> None:
        """Delete a webhook; one that is gone already is no error."""
        try:
            self._server.write(lambda sdk: sdk.webhooks.delete(webhook), _nothing)
        except ServerLacks:
            return

    def whoami(self) -> str:
        """Return the e-mail address of the token's user."""
        return self._server.read(
            lambda sdk: sdk.users.with_raw_response.whoami().response.json(), lambda answer: str(answer["email"])
        )


def _nothing(answer: Any) -> None:
    """The answer's meaning where only its success counts."""


def _project(answer: Mapping[str, Any]) -> ProjectRef:
    return ProjectRef(
        id=answer["id"],
        title=answer["title"] or "",
        label_config=answer["label_config"] or "",
        marker=answer["description"] or "",
        model_version=answer["model_version"] or "",
        tasks=answer.get("task_number") or 0,
        annotations=(answer.get("total_annotations_number") or 0) + (answer.get("skipped_annotations_number") or 0),
    )
