"""A Label Studio in memory: implements `LabelServer`, and lets tests act as the people who work in it."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from curator.domain.annotation import AnnotationState, TaskRef, UnreadableAnnotation
from curator.domain.errors import CuratorError, ServerFailed, ServerRefused, ServerUnreachable
from curator.domain.schema import LabelSchema
from curator.label_studio.interface import labelling_config
from curator.label_studio.listing import task_prediction, task_states
from curator.label_studio.payloads import ACTIONS, annotation_from_api, prediction_from_api
from curator.label_studio.review_copies import mark_of, review_value
from curator.label_studio.task_reading import TaskReading
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
from tests.fakes.clock import Clock
from tests.fakes.label_studio_rows import Rows, delivery

ADMIN = 1


class FakeLabelServer:
    """Behaves as Label Studio 1.23 on SQLite: ids of tasks and annotations are given out again after deletions.

    What people do puts the webhook bodies that Label Studio would send into `outbox`, in order; what sends none there
    sends none here.
    """

    def __init__(self, name: str = "fake", clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.outbox: list[bytes] = []
        self.calls: Counter[str] = Counter()
        self.listed = 0
        """How many tasks, or lines of an index, all listings together held."""
        self.down = False
        self.failing: dict[str, CuratorError] = {}
        """What a method raises instead of doing its work."""
        self.broken: set[int] = set()
        """Tasks that the server fails on."""
        self.miscounted: dict[int, int] = {}
        """By how much the server's own count of a task's annotations is too high."""
        self.drafts: set[int] = set()
        """Tasks that somebody has begun to annotate."""
        self.spoilt: dict[int, CuratorError] = {}
        """Annotations that the server fails on, each with what is raised for it."""
        self.cut_off: set[str] = set()
        """Methods that do their work once more before the connection breaks."""
        self.failure = ServerFailed("Label Studio failed: broken", name, "see its log")
        self.adopted: AdoptedTasks = NOTHING_ADOPTED
        self.on_call: Callable[[str], None] = lambda _method: None
        self._name = name
        self._rows = Rows()

    @property
    def name(self) -> str:
        return self._name

    def find_project(self, marker: str) -> ProjectRef | None:
        self._called("find_project")
        marked = [row for row in self._rows.projects.values() if marker in row["description"]]
        return self._project_ref(min(marked, key=lambda row: (row["created_at"], row["id"]))) if marked else None

    def project(self, project: int) -> ProjectRef | None:
        self._called("project")
        row = self._rows.projects.get(project)
        return None if row is None else self._project_ref(row)

    def create_project(self, title: str, marker: str, schema: LabelSchema) -> ProjectRef:
        self._called("create_project")
        row = self._rows.add_project(title, marker, labelling_config(schema), self.clock.now())
        self._answered("create_project")
        return self._project_ref(row)

    def update_project(self, project: int, schema: LabelSchema) -> bool:
        self._called("update_project")
        row = self._project(project)
        config = labelling_config(schema)
        if row["label_config"] == config:
            return False
        if not self._controls_in_use(project) <= set(schema.layer_names) | {kind.name for kind in schema.attributes}:
            raise ServerRefused("Label Studio refuses: Created annotations are incompatible", self._name)
        self.patch_project(project, label_config=config)
        return True

    def show_predictions_of(self, project: int, model_version: str) -> None:
        self._called("show_predictions_of")
        row = self._project(project)
        if not any(model_version in task["model_versions"] for task in self._rows.tasks_of(project)):
            raise ServerRefused(f"no prediction is of {model_version}")
        row["model_version"] = model_version

    def add_tasks(self, project: int, tasks: Sequence[NewTask]) -> list[int]:
        if not tasks:
            return []
        self._called("add_tasks")
        self._project(project)
        ids = []
        for task in tasks:
            data = {"text": task.text, "document": task.document, "source": task.source}
            row = self._rows.add_task(project, data, self.clock.now())
            row["model_versions"] = [_checked(prediction) for prediction in task.predictions]
            row["predictions"] = list(task.predictions)
            for prediction in task.predictions:
                self._rows.add_prediction(row["id"], prediction.model_version)
            for review in task.reviews:
                self._add_copy(row["id"], review, updated_by=None)
            ids.append(row["id"])
        shown = [prediction.model_version for task in tasks for prediction in task.predictions]
        if shown and not self._project(project)["model_version"]:
            self._project(project)["model_version"] = shown[-1]
        self._answered("add_tasks")
        return ids

    def add_predictions(self, project: int, predictions: Sequence[tuple[int, NewPrediction]]) -> None:
        if not predictions:
            return
        self._called("add_predictions")
        for task, _ in predictions:
            if self._task(task)["project"] != project:
                raise ServerRefused(f"task {task} is not in project {project}", self._name)
        for task, prediction in predictions:
            row = self._task(task)
            row["model_versions"].append(_checked(prediction))
            row["predictions"].append(prediction)
            self._rows.add_prediction(task, prediction.model_version)
        self._answered("add_predictions")

    def add_reviews(self, reviews: Sequence[tuple[int, NewReview]]) -> None:
        for task, review in reviews:
            self._called("add_reviews")
            self._task(task)
            self._send_annotation("ANNOTATION_CREATED", self._add_copy(task, review, updated_by=ADMIN))
            self._answered("add_reviews")

    def _add_copy(self, task: int, review: NewReview, updated_by: int | None) -> dict[str, Any]:
        value = review_value(review)
        fields = {"import_id": mark_of(review.revision), "updated_by": updated_by, "lead_time": None}
        user = value.get("completed_by", ADMIN)
        if user not in self._rows.users:
            raise ServerRefused(f"no user {user}", self._name)
        return self._rows.add_annotation(task, value["result"], user, self.clock.now(), fields)

    def rewrite_predictions(self, predictions: Sequence[tuple[int, NewPrediction]]) -> int:
        self._called("rewrite_predictions")
        rewritten = 0
        for task, prediction in predictions:
            there = self._rows.tasks[task]["predictions"]
            for place, known in enumerate(there):
                if known.model_version == prediction.model_version and known.content != prediction.content:
                    there[place] = prediction
                    rewritten += 1
        self._answered("rewrite_predictions")
        return rewritten

    def prediction(self, number: int) -> PredictionRef | None:
        self._called("prediction")
        found = self._rows.predictions.get(number)
        if found is None:
            return None
        value = {"id": found.number, "task": found.task, "model_version": found.model_version}
        project = self._rows.tasks[found.task]["project"]
        return prediction_from_api({**value, "project": project}, self.adopted, self._name)

    def predictions_of(self, task: int) -> list[PredictionRef]:
        """Return the predictions that a task has, as Label Studio names them."""
        return self._rows.predictions_of(task)

    def task_predictions(self, project: int, tasks: Sequence[int], schema: LabelSchema) -> Iterator[TaskPrediction]:
        if tasks:
            self._called("task_predictions")
        for task in tasks:
            row = self._rows.tasks.get(task)
            if row is None or row["project"] != project:
                continue
            for found in self._rows.predictions_of(task):
                result = copy.deepcopy(self._rows.results.get(found.number, []))
                value = {"id": found.number, "model_version": found.model_version, "result": result}
                yield task_prediction(value, self._ref(row), schema)

    def add_key(self, task: int, document: str) -> bool:
        self._called("add_key")
        row = self._rows.tasks.get(task)
        if row is None or row["data"].get("document", document) != document:
            return False
        if "document" not in row["data"]:
            self.patch_task(task, document=document)
        return True

    def tasks(self, project: int, updated_since: str | None = None) -> Iterator[TaskState | UnreadableAnnotation]:
        self._called("tasks")
        self._project(project)
        listed = sorted((row["updated_at"], row["id"]) for row in self._rows.tasks_of(project))
        for updated_at, task in listed:
            if updated_since is not None and updated_at < updated_since:
                continue
            self.on_call("tasks.next")
            for state in self._listed(project, task):
                yield replace(state, updated_at=updated_at) if isinstance(state, TaskState) else state

    def tasks_by_id(self, project: int, tasks: Sequence[int]) -> Iterator[TaskState | UnreadableAnnotation]:
        if tasks:
            self._called("tasks_by_id")
        for task in tasks:
            yield from self._listed(project, task)

    def task_index(self, project: int) -> dict[int, TaskFacts]:
        self._called("task_index")
        self._project(project)
        counts = Counter(row["task"] for row in self._rows.annotations.values()) + Counter(self.miscounted)
        self.listed += len(self._rows.tasks_of(project))
        return {row["id"]: TaskFacts(row["updated_at"], counts[row["id"]]) for row in self._rows.tasks_of(project)}

    def remove_unannotated(self, project: int, task: int, document: str) -> bool:
        self._called("remove_unannotated")
        row = self._rows.tasks.get(task)
        if row is None:
            return True
        worked = task in self.drafts or any(made["task"] == task for made in self._rows.annotations.values())
        ref = self._ref(row)
        if worked or (ref.project, ref.document) != (project, document):
            return False
        self.delete_task(task)
        return True

    def annotation(self, annotation: int) -> tuple[AnnotationState | UnreadableAnnotation, TaskRef] | None:
        self._called("annotation")
        if annotation in self.spoilt:
            raise self.spoilt[annotation]
        row = self._rows.annotations.get(annotation)
        return None if row is None else self._read(row)

    def task(self, task: int) -> TaskState | None:
        self._called("task")
        row = self._rows.tasks.get(task)
        if task in self.broken:
            raise self.failure
        return None if row is None else self._state(row)

    def users(self) -> dict[int, str]:
        self._called("users")
        return dict(self._rows.users)

    def webhooks(self, project: int) -> list[WebhookRef]:
        self._called("webhooks")
        return [hook for at, hook in sorted(self._rows.webhooks.items()) if self._rows.hooked[at] == project]

    def save_webhook(self, project: int, url: str, headers: Mapping[str, str], webhook: int | None) -> None:
        self._called("save_webhook")
        if webhook is not None and webhook not in self._rows.webhooks:
            raise ServerRefused("no such webhook")
        number = webhook or max(self._rows.hooked, default=0) + 1
        self._rows.hooked[number] = project
        self._rows.webhooks[number] = WebhookRef(number, url, True, dict(headers), tuple(ACTIONS), False, True)

    def delete_webhook(self, webhook: int) -> None:
        self._called("delete_webhook")
        self._rows.webhooks.pop(webhook, None)

    # What people do.

    def make_project(self, title: str, label_config: str) -> int:
        """Make a project by hand."""
        return int(self._rows.add_project(title, "", label_config, self.clock.now())["id"])

    def import_prediction(self, task: int, model_version: str, result: Sequence[Any]) -> int:
        """Give a task a prediction by any model, as an import does that moves no time; returns its number."""
        number = self._rows.add_prediction(task, model_version)
        self._rows.results[number] = copy.deepcopy(list(result))
        self._rows.tasks[task]["model_versions"].append(model_version)
        return number

    def add_user(self, email: str) -> int:
        user = max(self._rows.users) + 1
        self._rows.users[user] = email
        return user

    def rename_user(self, user: int, email: str) -> None:
        self._rows.users[user] = email

    def annotate(self, task: int, result: Sequence[Any] | None = (), *, user: int = ADMIN, **fields: Any) -> int:
        """Submit, or with `was_cancelled` skip, a task; returns the annotation's id. No result is kept as null."""
        items = None if result is None else list(result)
        row = self._rows.add_annotation(task, items, user, self.clock.now(), fields)
        self._send_annotation("ANNOTATION_CREATED", row)
        return int(row["id"])

    def think(self) -> None:
        """Let more time pass than making an annotation takes."""
        self.clock.pass_time(1.1)

    def begin(self, task: int) -> None:
        """Leave a draft, which nothing tells of."""
        self.drafts.add(task)

    def accept_predictions(self, tasks: Sequence[int], result: Sequence[Any] = ()) -> list[int]:
        """Make annotations from predictions in bulk; one delivery tells them all."""
        now = self.clock.now()
        rows = [self._rows.add_annotation(task, list(result), ADMIN, now, {"updated_by": None}) for task in tasks]
        about = [self._rows.tasks[task] for task in tasks]
        self.outbox.append(delivery("ANNOTATIONS_CREATED", self._project_of(tasks[0]), annotation=rows, task=about))
        return [int(row["id"]) for row in rows]

    def change(self, annotation: int, *, user: int = ADMIN, **fields: Any) -> None:
        """Update, skip, un-skip (`was_cancelled`) or mark as ground truth; also a change that changes nothing tells."""
        row = self._rows.annotations[annotation]
        row |= {**copy.deepcopy(fields), "updated_by": user, "updated_at": self.clock.now()}
        self._touch(row["task"])
        self._send_annotation("ANNOTATION_UPDATED", row)

    def delete(self, *annotations: int) -> None:
        rows = self._withdraw(annotations)
        project = self._rows.projects[rows[0]["project"]]
        self.outbox.append(
            delivery("ANNOTATIONS_DELETED", project, annotations=[{"id": annotation["id"]} for annotation in rows])
        )

    def convert_to_draft(self, annotation: int) -> None:
        """Delete an annotation without a word to the webhook."""
        self._withdraw([annotation])

    def delete_task(self, *tasks: int) -> None:
        project = self._project_of(tasks[0])
        for task in tasks:
            self._rows.drop_task(task)
        self.outbox.append(delivery("TASKS_DELETED", project, tasks=[{"id": task} for task in tasks]))

    def delete_all_tasks(self, project: int) -> None:
        """Empty a project without a word to its webhook."""
        for row in self._rows.tasks_of(project):
            self._rows.drop_task(row["id"])

    def delete_project(self, project: int) -> None:
        """Delete a project with all in it, without a word to its webhook."""
        self.delete_all_tasks(project)
        del self._rows.projects[project]

    def patch_task(self, task: int, **data: Any) -> None:
        """Change a task's data without a word to the webhook."""
        row = self._rows.tasks[task]
        row["data"] = {**row["data"], **data}
        self._touch(task)

    def import_task(self, project: int, **data: Any) -> int:
        return int(self._rows.add_task(project, data, self.clock.now())["id"])

    def delete_predictions(self, task: int) -> None:
        """Delete the predictions of a task: annotations lose their parent, with the same time, and nothing is sent."""
        for number in self.prediction_numbers(task).values():
            del self._rows.predictions[number]
            for row in self._rows.annotations.values():
                if row["parent_prediction"] == number:
                    row["parent_prediction"] = None
        self._rows.tasks[task] |= {"model_versions": [], "predictions": []}

    def patch_project(self, project: int, **fields: Any) -> None:
        self._rows.projects[project] |= fields
        self.outbox.append(delivery("PROJECT_UPDATED", self._rows.projects[project]))

    def damage(self, annotation: int, *, touch: bool = True, **fields: Any) -> None:
        """Put anything into the row of an annotation, as scripts and half-done upgrades do, without a word."""
        row = self._rows.annotations[annotation]
        row |= fields
        if touch:
            self._touch(row["task"])

    def disable(self, webhook: int) -> None:
        self._rows.webhooks[webhook] = replace(self._rows.webhooks[webhook], active=False)

    def backup(self) -> Rows:
        return copy.deepcopy(self._rows)

    def restore(self, backup: Rows) -> None:
        self._rows = copy.deepcopy(backup)

    # What tests look at.

    def annotations(self, project: int) -> dict[int, tuple[AnnotationState, TaskRef]]:
        """Return every readable annotation of a project, by id, whether the server can be reached or not."""
        return {
            number: (state, ref)
            for number, (state, ref) in self._all(project).items()
            if isinstance(state, AnnotationState)
        }

    def keys(self, project: int) -> set[int]:
        """Return the ids of all annotations of a project."""
        return set(self._all(project))

    def unreadable(self, project: int) -> list[UnreadableAnnotation]:
        """Return what of a project cannot be read, by task and annotation."""
        annotations = (annotation for annotation, _ in self._all(project).values())
        unreadable = [annotation for annotation in annotations if isinstance(annotation, UnreadableAnnotation)]
        return sorted(unreadable, key=lambda annotation: (annotation.task, int(annotation.key)))

    def _all(self, project: int) -> dict[int, tuple[AnnotationState | UnreadableAnnotation, TaskRef]]:
        rows = self._rows
        of_project = {task["id"] for task in rows.tasks_of(project)}
        return {row["id"]: self._read(row) for row in rows.annotations.values() if row["task"] in of_project}

    def _read(self, row: Mapping[str, Any]) -> tuple[AnnotationState | UnreadableAnnotation, TaskRef]:
        ref = self._ref(self._rows.tasks[row["task"]])
        return annotation_from_api(copy.deepcopy(row), ref), ref

    def known_tasks(self, project: int) -> dict[int, TaskRef]:
        return {row["id"]: self._ref(row) for row in self._rows.tasks_of(project)}

    def predictions(self, task: int) -> list[NewPrediction]:
        return list(self._rows.tasks[task]["predictions"])

    def whole_project(self, project: int) -> dict[str, Any]:
        """Return all that is kept of a project, but for its webhooks."""
        tasks = self._rows.tasks_of(project)
        numbers = {task["id"] for task in tasks}
        predictions = [found for found in self._rows.predictions.values() if found.task in numbers]
        annotations = [row for row in self._rows.annotations.values() if row["task"] in numbers]
        kept = {"project": self._rows.projects[project], "tasks": tasks, "annotations": annotations}
        return copy.deepcopy({**kept, "predictions": predictions})

    def prediction_numbers(self, task: int) -> dict[str, int]:
        """Return the number of each prediction of a task, by its pipeline."""
        return {prediction.model_version: prediction.number for prediction in self._rows.predictions_of(task)}

    def take_outbox(self) -> list[bytes]:
        taken, self.outbox = self.outbox, []
        return taken

    def _called(self, method: str) -> None:
        self.calls[method] += 1
        self.on_call(method)
        if self.down:
            raise ServerUnreachable("Label Studio did not answer", self._name, "start it")
        if method in self.failing:
            raise self.failing[method]

    def _answered(self, method: str) -> None:
        if method in self.cut_off:
            self.cut_off.discard(method)
            raise ServerUnreachable("the connection broke", self._name, "try again")

    def _project(self, project: int) -> dict[str, Any]:
        if project not in self._rows.projects:
            raise ServerRefused(f"no project {project}", self._name)
        return self._rows.projects[project]

    def _project_of(self, task: int) -> dict[str, Any]:
        return self._rows.projects[self._rows.tasks[task]["project"]]

    def _task(self, task: int) -> dict[str, Any]:
        if task not in self._rows.tasks:
            raise ServerRefused(f"no task {task}", self._name)
        return self._rows.tasks[task]

    def _touch(self, task: int) -> None:
        self._rows.tasks[task]["updated_at"] = self.clock.now()

    def _withdraw(self, annotations: Sequence[int]) -> list[dict[str, Any]]:
        rows = [self._rows.annotations.pop(annotation) for annotation in annotations]
        for row in rows:
            self._touch(row["task"])
        return rows

    def _send_annotation(self, action: str, row: Mapping[str, Any]) -> None:
        task, project = self._rows.tasks[row["task"]], self._rows.projects[row["project"]]
        number = self.prediction_numbers(row["task"]).get(project["model_version"])
        # What the project shows, whatever the annotation started from.
        shown = {"id": number, "task": row["task"], "model_version": project["model_version"]} if number else {}
        self.outbox.append(delivery(action, project, annotation={**row, "prediction": shown}, task=task))

    def _controls_in_use(self, project: int) -> set[str]:
        results = [row["result"] for row in self._rows.annotations.values() if row["project"] == project]
        items = [item for result in results if isinstance(result, list) for item in result]
        return {item["from_name"] for item in items if "from_name" in item}

    def _listed(self, project: int, task: int) -> Iterator[TaskState | UnreadableAnnotation]:
        row = self._rows.tasks.get(task)
        if row is None or row["project"] != project:
            return
        self.listed += 1
        if task in self.broken:
            yield UnreadableAnnotation(self._ref(row).source, task, "", "Label Studio failed: broken")
        else:
            yield self._state(row)

    def _project_ref(self, row: Mapping[str, Any]) -> ProjectRef:
        tasks = {task["id"] for task in self._rows.tasks_of(row["id"])}
        annotations = sum(made["task"] in tasks for made in self._rows.annotations.values())
        named = (row["id"], row["title"], row["label_config"], row["description"], row["model_version"])
        return ProjectRef(*named, len(tasks), annotations)

    def _reading(self, project: int) -> TaskReading:
        config = self._rows.projects[project]["label_config"] if self.adopted.is_adopted(project) else None
        return TaskReading(self._name, project, self.adopted, config)

    def _ref(self, row: Mapping[str, Any]) -> TaskRef:
        return self._reading(row["project"]).ref(row)

    def _state(self, row: Mapping[str, Any]) -> TaskState:
        annotations = {"annotations": self._rows.annotations_of(row["id"])}
        reading = self._reading(row["project"])
        return task_states([copy.deepcopy({**row, **annotations})], reading, [row["model_versions"]])[0]


def _checked(prediction: NewPrediction) -> str:
    if not prediction.model_version:
        raise ValueError("a prediction needs the name of its pipeline")
    return prediction.model_version
