"""Projects, tasks, predictions and the webhook, out to Label Studio."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from curator.domain.annotation import ProjectSource
from curator.domain.errors import ServerRefused
from curator.domain.schema import LabelSchema
from curator.domain.span import UNKNOWN_CONTROL
from curator.steps.desk.doubles import doubled_documents
from curator.steps.desk.earlier_projects import earlier_projects
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.rename_predictions import rename_predictions
from curator.steps.desk.report import DoubledDocument, GoneProject
from curator.steps.desk.send_predictions import send_predictions
from curator.steps.desk.send_reviews import NotSent, ReviewSender
from curator.steps.desk.send_tasks import send_tasks
from curator.steps.desk.shown import show_newest
from curator.steps.in_force.schema import adopt_schema, check_schema
from curator.steps.ports.label_server import LabelServer, ProjectRef, WebhookRef
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store

REFUSAL = "webhook_refusal"
"""The setting that holds why Label Studio refuses the hook's address; empty where it does not."""
HOOK_PATH = "/webhooks/label-studio"
SECRET_HEADER = "X-Curator-Secret"  # noqa: S105 - the name of a header
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

    `ml_backend` is `kept`, `connected`, `reconnected`, `refused` with its reason, or `off`. `renamed` predictions were
    there under earlier labels. `attributes_not_sent` are those of what was sent for review that Label Studio cannot
    hold. `doubled` are documents with several tasks, `gone` projects whose annotations are current still.
    """

    project: int = 0
    created: bool = False
    updated: bool = False
    tasks: int = 0
    predictions: int = 0
    sent_for_review: int = 0
    renamed: int = 0
    webhook: str = "kept"
    reason: str = ""
    ml_backend: str = "off"
    ml_reason: str = ""
    schema_changes: list[str] = field(default_factory=list)
    attributes_not_sent: list[NotSent] = field(default_factory=list)
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

    What is new is what it costs, at any size of the project. Every task, prediction and review is remembered as soon
    as the server has it; what an interrupted push left behind is found again by the document key in the tasks' data.
    Raises ServerUnreachable, ServerRefused, and SchemaError as `adopt_schema` does.
    """
    report = Published()
    where = "label schema"
    check_schema(store, schema, where)
    lease.keep()
    project = _ensure_project(store, server, schema, marker, report)
    # Only now that Label Studio took it.
    report.schema_changes = adopt_schema(store, schema, where)
    reviews = ReviewSender(store, server, project.id, schema, lease)
    report.tasks = send_tasks(store, server, project, schema, reviews, lease, progress)
    # Before predictions, which change their tasks: a push that was interrupted goes by when these changed last.
    reviews.to_tasks(progress)
    report.sent_for_review, report.attributes_not_sent = reviews.sent, reviews.not_sent
    report.predictions = send_predictions(store, server, project.id, schema, lease, progress)
    report.renamed = rename_predictions(store, server, project.id, schema, lease, progress)
    show_newest(store, server, project.id)
    report.webhook, report.reason = arm_webhook(store, server, report.project, hook)
    report.doubled = doubled_documents(store, server.name)
    report.gone = [gone for gone in earlier_projects(store, server)[1] if gone.annotations]
    return report


def _ensure_project(
    store: Store, server: LabelServer, schema: LabelSchema, marker: str, report: Published
) -> ProjectRef:
    with store.reading() as transaction:
        stored = transaction.tasks.project(server.name)
        adopted = transaction.projects.adopted(server.name)
    project = server.project(stored[0]) if stored else None
    # An id may belong to somebody else's project by now: only the marker says it is ours.
    if project is None or marker not in project.marker:
        project = server.find_project(marker)
    # Whatever somebody wrote into its description, an adopted one is not ours to change.
    if project is None or project.id in adopted:
        project = server.create_project(schema.title, marker, schema)
        report.created = True
    else:
        report.updated = _update_project(store, server, project.id, schema)
    report.project = project.id
    if stored != (project.id, schema.hash):
        with store.writing() as transaction:
            transaction.tasks.save_project(server.name, project.id, schema.hash)
    return project


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
    if is_armed(first, hook):
        return "kept"
    server.save_webhook(project, hook.url, hook.headers, first.id)
    return "rearmed"


def is_armed(webhook: WebhookRef, hook: Hook) -> bool:
    """Say whether a webhook points here with our secret, is active, and sends all that is needed, with payload."""
    same = webhook.url == hook.url and dict(webhook.headers) == dict(hook.headers)
    return same and webhook.active and webhook.payload and is_subscribed(webhook)


def is_subscribed(webhook: WebhookRef) -> bool:
    """Say whether a webhook sends all that is needed."""
    return webhook.all_actions or set(webhook.actions) >= _NEEDED


def is_ours(webhook: WebhookRef, hook: Hook) -> bool:
    """Say whether a webhook points here or carries our secret."""
    return webhook.url == hook.url or any(webhook.headers.get(name) == value for name, value in hook.headers.items())
