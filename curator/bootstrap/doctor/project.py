"""Checks of the project in Label Studio, as the store knows it."""

from curator.bootstrap.addresses import hook_address, ml_backend_address
from curator.bootstrap.context import Context
from curator.bootstrap.doctor.check import PUSH, SYNC, Check
from curator.bootstrap.schemas import configured_schema
from curator.domain.errors import ServerRefused, ServerUnreachable
from curator.label_studio.client import LabelStudioServer
from curator.steps.desk.connect_backend import is_ours as is_our_backend
from curator.steps.desk.earlier_projects import earlier_projects
from curator.steps.desk.publish import REFUSAL, is_armed, is_ours, is_subscribed
from curator.steps.desk.report import GONE_REMEDY
from curator.steps.in_force.identity import marker
from curator.steps.ports.label_server import WebhookRef
from curator.steps.ports.store import Store


class ProjectChecks:
    """The checks of the project, its webhook and its ML backends; all but the first need it to be there."""

    def __init__(self, context: Context, store: Store, server: LabelStudioServer) -> None:
        self._context = context
        self._store = store
        self._server = server
        with store.reading() as transaction:
            stored = transaction.tasks.project(server.name)
            self._refusal = transaction.settings.get(REFUSAL)
            self._adopted = sorted(transaction.projects.adopted(server.name))
        self._project = stored[0] if stored else 0

    @property
    def is_own(self) -> bool:
        """Whether there is, or should be, a project of our own: adopted ones may be all that is wanted."""
        return bool(self._project) or not self._adopted

    def project(self) -> Check:
        """Check that the project is there and this store's own."""
        name = "project"
        if not self._project:
            return Check(name, False, "none was made yet", PUSH)
        project = self._server.project(self._project)
        if project is None or marker(self._store) not in project.marker:
            return Check(name, False, f"project {self._project} is no longer in Label Studio", PUSH)
        return Check(name, True, f"{project.title} (project {project.id})")

    def earlier(self) -> Check:
        """Check that no project is gone whose annotations are current."""
        name = "earlier projects"
        gone = [project for project in earlier_projects(self._store, self._server)[1] if project.annotations]
        if gone:
            detail = "; ".join(map(str, gone))
            return Check(name, False, f"{detail}: they count, and are exported, until that is accepted", GONE_REMEDY)
        return Check(name, True, "none is gone with annotations that count")

    def adopted(self) -> Check:
        """Check that every adopted project that is there has an active webhook that points here with our secret."""
        name, hook = "adopted projects", hook_address(self._context)
        there = [project for project in self._adopted if self._server.project(project) is not None]
        for project in there:
            ours = [webhook for webhook in self._server.webhooks(project) if is_ours(webhook, hook)]
            if not self._refusal and not any(is_armed(webhook, hook) for webhook in ours):
                return Check(name, False, f"project {project} has no active webhook that points here", SYNC)
        return Check(name, True, ", ".join(f"project {project}" for project in there) or "none")

    def interface(self) -> Check:
        """Check that the project's labels are those of the schema."""
        name = "labelling interface"
        if self._server.differs(self._project, configured_schema(self._context)):
            return Check(name, False, "the project's labels are not those of the schema", PUSH)
        return Check(name, True, "as the schema says")

    def webhook(self) -> Check:
        """Check that the project has an active webhook that points here with our secret."""
        name, hook = "webhook", hook_address(self._context)
        if self._refusal:
            remedy = f"set CURATOR_HOOK__PUBLIC_URL to an address that Label Studio allows, then `{SYNC}`"
            return Check(name, False, f"{hook.url} was refused: {self._refusal}", remedy)
        ours = self._our_webhooks()
        if not ours:
            return Check(name, False, "the project has none that points here", SYNC)
        first = ours[0]
        if first.url != hook.url:
            return Check(name, False, f"it points to {first.url}, not to {hook.url}", SYNC)
        if not first.active:
            return Check(name, False, "it is switched off", SYNC)
        if dict(first.headers) != dict(hook.headers) or not first.payload:
            return Check(name, False, "its secret or payload setting is not ours", SYNC)
        if not is_subscribed(first):
            return Check(name, False, "it is not set to send all that is needed", SYNC)
        return Check(name, True, f"active, to {hook.url}")

    def webhook_accepted(self) -> Check:
        """Check that Label Studio accepts the webhook's address."""
        name, hook = "webhook address", hook_address(self._context)
        try:
            self._server.check_webhook(self._project, hook.url)
        except (ServerRefused, ServerUnreachable) as error:
            return Check(name, False, error.what, error.remedy or "set public_url under [hook]")
        return Check(name, True, "accepted by Label Studio")

    def _our_webhooks(self) -> list[WebhookRef]:
        hook = hook_address(self._context)
        return [webhook for webhook in self._server.webhooks(self._project) if is_ours(webhook, hook)]

    def ml_backends(self) -> Check:
        """Check that Label Studio reaches the project's ML backends, ours under the address it has now."""
        name, ours = "ML backend", ml_backend_address(self._context)
        connected = self._server.ml_backends.backends(self._project)
        for backend in connected:
            if not backend.trouble:
                continue
            if not is_our_backend(backend, ours):
                remedy = "start it, or remove it under Settings > Model of the project"
            elif self._context.settings.ml.connect:
                remedy = PUSH
            else:
                remedy = "correct it under Settings > Model of the project"
            return Check(name, False, f"{backend.url} does not answer Label Studio: {backend.trouble}", remedy)
        moved = [backend for backend in connected if is_our_backend(backend, ours) and backend.url != ours.url]
        if moved:
            return Check(name, False, f"it is connected as {moved[0].url}, not as {ours.url}", PUSH)
        return Check(name, True, ", ".join(f"{backend.url} answers" for backend in connected) or "none is connected")
