"""Projects, tasks, predictions and the webhook, out to Label Studio."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from curator.domain.annotation import ProjectSource
from curator.domain.errors import CuratorError, ServerRefused
from curator.domain.prediction import queue_score
from curator.domain.schema import LabelSchema
from curator.domain.span import UNKNOWN_CONTROL
from curator.steps.desk.doubles import doubled_documents
from curator.steps.desk.earlier_projects import earlier_projects
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.report import DoubledDocument, GoneProject
from curator.steps.in_force.pipeline import pipeline_in_force
from curator.steps.in_force.schema import adopt_schema, check_schema
from curator.steps.ports.label_server import LabelServer, NewPrediction, NewTask, ProjectRef, TaskState, WebhookRef
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.stored_tasks import StoredPrediction

REFUSAL = "webhook_refusal"
"""The setting that holds why Label Studio refuses the hook's address; empty where it does not."""
HOOK_PATH = "/webhooks/label-studio"
SECRET_HEADER = "X-Curator-Secret"  # noqa: S105 - the name of a header
_BATCH = 100
_NEEDED = frozenset(
    {"ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED", "TASKS_DELETED"}
)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Label Studio shall send its deliveries, and the header that proves it is Label Studio."""

    url: str
    headers: Mapping[str, str] = field(repr=False)


@dataclass(slots=True)
class Published:
    """What a push did, and came upon; `webhook` is `kept`, `created`, `rearmed` or, with its reason, `refused`.

    `ml_backend` is `kept`, `connected`, `reconnected`, `refused` with its reason, or `off`. `doubled` are documents
    with several tasks, `gone` projects whose annotations are current still.
    """

    project: int = 0
    created: bool = False
    updated: bool = False
    tasks: int = 0
    predictions: int = 0
    webhook: str = "kept"
    reason: str = ""
    ml_backend: str = "off"
    ml_reason: str = ""
    schema_changes: list[str] = field(default_factory=list)
    doubled: list[DoubledDocument] = field(default_factory=list)
    gone: list[GoneProject] = field(default_factory=list)


def publish(
    store: Store,
    server: LabelServer,
    schema: LabelSchema,
    marker: str,
    hook: Hook,
    lease: HeldLease,
    progress: Progress,
) -> Published:
    """Bring the project on the server up to date with the store; what is there already is left alone.

    The caller holds the lease to push; LeaseLost is raised where another took it. The schema is in force once the
    server took it.

    Every task and prediction is remembered as soon as the server has it; what an interrupted push left behind is found
    again by the document key in the tasks' data. Raises ServerUnreachable, ServerRefused, and SchemaError as
    `adopt_schema` does.
    """
    report = Published()
    where = "label schema"
    check_schema(store, schema, where)
    lease.keep()
    _ensure_project(store, server, schema, marker, report)
    # Only now that Label Studio took it.
    report.schema_changes = adopt_schema(store, schema, where)
    _add_tasks(store, server, report, lease, progress)
    _add_predictions(store, server, report, lease, progress)
    _show_newest(store, server, report.project)
    report.webhook, report.reason = arm_webhook(store, server, report.project, hook)
    report.doubled = doubled_documents(store, server.name)
    report.gone = [gone for gone in earlier_projects(store, server)[1] if gone.annotations]
    return report


def _ensure_project(store: Store, server: LabelServer, schema: LabelSchema, marker: str, report: Published) -> None:
    with store.reading() as transaction:
        stored = transaction.tasks.project(server.name)
    project = server.project(stored[0]) if stored else None
    # An id may belong to somebody else's project by now: only the marker says it is ours.
    if project is None or marker not in project.marker:
        project = server.find_project(marker)
    if project is None:
        project = server.create_project(schema.title, marker, schema)
        report.created = True
    else:
        report.updated = _update_project(store, server, project.id, schema)
    report.project = project.id
    if stored != (project.id, schema.hash):
        with store.writing() as transaction:
            transaction.tasks.save_project(server.name, project.id, schema.hash)


def _update_project(store: Store, server: LabelServer, project: int, schema: LabelSchema) -> bool:
    """Bring the schema to a project, also where it is the one it was given: somebody may have changed it since."""
    try:
        return server.update_project(project, schema)
    except ServerRefused as error:
        with store.reading() as transaction:
            items = transaction.quarantine.of_current(str(ProjectSource(server.name, project)))
        names = sorted({item.name for item in items if item.cause == UNKNOWN_CONTROL})
        if not names:
            if error.remedy:
                raise
            remedy = "run `curator sync --full`: `curator quarantine` then names the annotations that are in the way"
            raise ServerRefused(error.what, error.where, remedy, status=error.status) from error
        what = f"{error.what}: regions of a control that the labels do not have are in {'; '.join(names)}"
        remedy = "correct or delete these in Label Studio, then push again; the labels in force are as they were"
        raise ServerRefused(what, error.where, remedy, status=error.status) from error


def _add_tasks(store: Store, server: LabelServer, report: Published, lease: HeldLease, progress: Progress) -> None:
    project = report.project
    with store.reading() as transaction:
        waiting = transaction.tasks.without_task(server.name, project)
    if not waiting:
        return
    left_behind = _left_behind(store, server, project, lease)
    adopted = {left_behind[document].ref.task: document for document in waiting if document in left_behind}
    if adopted:
        with store.writing() as transaction:
            transaction.tasks.save(server.name, project, adopted)
        waiting = [document for document in waiting if document not in left_behind]
    for start in range(0, len(waiting), _BATCH):
        lease.keep()
        _add_batch(store, server, project, waiting[start : start + _BATCH])
        if start == 0:
            # The first tasks make a project show something, and annotators begin at once.
            note_shown(store, server.name, server.project(project))
        report.tasks += len(waiting[start : start + _BATCH])
        progress(report.tasks, len(waiting))


def _left_behind(store: Store, server: LabelServer, project: int, lease: HeldLease) -> dict[str | None, TaskState]:
    """Return the tasks in Label Studio by the key in their data.

    Raises CuratorError where one cannot be read that the store does not know: it may hold a document that waits.
    """
    with store.reading() as transaction:
        live = transaction.tasks.live(server.name, project)
    tasks: dict[str | None, TaskState] = {}
    for task in server.tasks(project):
        lease.keep()
        if isinstance(task, TaskState):
            tasks[task.ref.document] = task
        elif task.task not in live:
            what = f"task {task.task} cannot be read, and may hold a document that has no task yet: {task.cause}"
            raise CuratorError(what, f"project {project}", "mend it or delete it in Label Studio, then push again")
    return tasks


def _add_batch(store: Store, server: LabelServer, project: int, documents: Sequence[str]) -> None:
    with store.reading() as transaction:
        texts = transaction.documents.by_id(documents)
        sources = transaction.documents.first_sources(documents)
        predictions = transaction.tasks.newest_predictions(documents)
    tasks = [
        NewTask(
            document,
            texts[document].text,
            sources[document],
            tuple(_new(stored, texts[document].text) for stored in predictions.get(document, ())),
        )
        for document in documents
    ]
    ids = server.add_tasks(project, tasks)
    # They are there whoever holds the lease by now, so no fence keeps them from being remembered.
    with store.writing() as transaction:
        transaction.tasks.save(server.name, project, dict(zip(ids, documents, strict=True)))
        for task, document in zip(ids, documents, strict=True):
            transaction.tasks.mark_sent(
                server.name, project, task, [stored.number for stored in predictions.get(document, ())]
            )


def _add_predictions(
    store: Store, server: LabelServer, report: Published, lease: HeldLease, progress: Progress
) -> None:
    project = report.project
    with store.reading() as transaction:
        unsent = transaction.tasks.unsent(server.name, project)
        texts = transaction.documents.by_id({stored.prediction.document for _, stored in unsent})
    for done, (task, stored) in enumerate(unsent, start=1):
        lease.keep()
        prediction = _new(stored, texts[stored.prediction.document].text)
        state = server.task(task)
        # An id may belong to another document's task by now; the next sync will say so.
        if state is not None and state.ref.document == stored.prediction.document:
            if prediction.model_version not in state.model_versions:
                server.add_prediction(task, prediction)
                report.predictions += 1
            with store.writing() as transaction:
                transaction.tasks.mark_sent(server.name, project, task, [stored.number])
        progress(done, len(unsent))


def _show_newest(store: Store, server: LabelServer, project: int) -> None:
    """Make annotators start from the predictions of the pipeline in force, or of the one that predicted last."""
    with store.reading() as transaction:
        chosen = pipeline_in_force(transaction)
        pipeline = chosen.id if chosen else None
        if pipeline is None or not transaction.tasks.was_sent(server.name, project, pipeline):
            pipeline = transaction.tasks.newest_sent(server.name, project)
    current = server.project(project)
    if current is not None and pipeline is not None and current.model_version != str(pipeline):
        # Label Studio refuses a pipeline whose predictions somebody has deleted there: then nothing is to be shown.
        with suppress(ServerRefused):
            server.show_predictions_of(project, str(pipeline))
            current = replace(current, model_version=str(pipeline))
    note_shown(store, server.name, current)


def note_shown(store: Store, server: str, project: ProjectRef | None) -> None:
    """Remember which pipeline's predictions a project, None where it is gone, shows, whoever chose it. Idempotent."""
    if project is None:
        return
    with store.reading() as transaction:
        shown = transaction.lineage.shown(server, project.id)
    if shown != project.model_version:
        with store.writing() as transaction:
            transaction.lineage.save_shown(server, project.id, project.model_version)


def _new(stored: StoredPrediction, text: str) -> NewPrediction:
    prediction = stored.prediction
    score = queue_score(prediction.expected_corrections)
    return NewPrediction(str(prediction.pipeline), prediction.content, text, score)


def arm_webhook(store: Store, server: LabelServer, project: int, hook: Hook) -> tuple[str, str]:
    """Do what `ensure_webhook` does, and remember why where the address is refused.

    Returns `kept`, `created`, `rearmed` or `refused`, and the reason for the last.
    """
    try:
        outcome, reason = ensure_webhook(server, project, hook), ""
    except ServerRefused as error:
        outcome, reason = "refused", str(error)
    with store.reading() as transaction:
        refusal = transaction.settings.get(REFUSAL) or ""
    if refusal != reason:
        with store.writing() as transaction:
            transaction.settings.put(REFUSAL, reason)
    return outcome, reason


def ensure_webhook(server: LabelServer, project: int, hook: Hook) -> str:
    """See that exactly one webhook of the project carries our secret: pointing here, active, with payload.

    Returns `kept`, `created` or `rearmed`; extra ones are deleted. Raises ServerRefused where the URL is not allowed.
    """
    ours = sorted(
        (webhook for webhook in server.webhooks(project) if is_ours(webhook, hook)), key=lambda webhook: webhook.id
    )
    for extra in ours[1:]:
        server.delete_webhook(extra.id)
    if not ours:
        server.save_webhook(project, hook.url, hook.headers, None)
        return "created"
    first = ours[0]
    same = first.url == hook.url and dict(first.headers) == dict(hook.headers)
    if same and first.active and first.payload and is_subscribed(first):
        return "kept"
    server.save_webhook(project, hook.url, hook.headers, first.id)
    return "rearmed"


def is_subscribed(webhook: WebhookRef) -> bool:
    """Say whether a webhook sends all that is needed."""
    return webhook.all_actions or set(webhook.actions) >= _NEEDED


def is_ours(webhook: WebhookRef, hook: Hook) -> bool:
    """Say whether a webhook points here or carries our secret."""
    return webhook.url == hook.url or any(webhook.headers.get(name) == value for name, value in hook.headers.items())
