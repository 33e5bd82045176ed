"""What is wrong with a set-up, and what mends it."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from curator.bootstrap.application import Application
from curator.domain.errors import CuratorError, ServerRefused, ServerUnreachable
from curator.domain.schema import schema_from_value
from curator.steps.desk.connect_backend import is_ours as is_backend
from curator.steps.desk.publish import HOOK_PATH, REFUSAL, is_ours
from curator.steps.in_force.schema import vanished
from curator.store.migrate import pending_migrations

_UP = "curator up"
_PUSH = "curator push"
_SYNC = "curator sync"
_UPGRADE = "curator store upgrade"
_PATIENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `remedy` is empty where it is in order."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def examine(application: Application) -> Iterator[Check]:
    """Yield the checks, each as soon as it is made; what hangs on a failed one is left out."""
    stored = list(_chain(application, (_labels, _database, _migrations, _labels_in_force)))
    yield from stored
    of_server: list[Callable[[Application], Check]] = [_label_studio, _token]
    if all(check.ok for check in stored):
        of_server += [_project, _interface, _webhook, _webhook_accepted]
    server = list(_chain(application, of_server))
    yield from server
    of_hook: list[Callable[[Application], Check]] = [_hook, _hook_secret]
    if all(check.ok for check in (*stored, *server)):
        of_hook.append(_ml_backends)
    yield from _chain(application, of_hook)
    yield from _chain(application, (_deliveries, _dead_letters))


def _chain(application: Application, checks: Iterable[Callable[[Application], Check]]) -> Iterator[Check]:
    for check in checks:
        made = check(application)
        yield made
        if not made.ok:
            return


def _labels(application: Application) -> Check:
    path = application.settings.label_schema
    try:
        schema = application.schema
    except CuratorError as error:
        return Check("label schema", False, f"{error.what} ({error.where})", error.remedy)
    labels = sum(len(layer.labels) for layer in schema.layers)
    return Check("label schema", True, f"{path}: {labels} labels in {len(schema.layers)} layers")


def _database(application: Application) -> Check:
    name = "database"
    if not application.settings.database.url.get_secret_value() and not application.workspace.store.exists():
        return Check(name, False, f"no store at {application.workspace.store}", _UPGRADE)
    try:
        with application.store_as_is.engine.connect():
            return Check(name, True, application.store_as_is.engine.url.render_as_string(hide_password=True))
    except Exception as error:  # noqa: BLE001 - whatever keeps a database away is what is to be told
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return Check(name, False, reason, "start the database server, or correct CURATOR_DATABASE__URL")


def _migrations(application: Application) -> Check:
    name = "migrations"
    try:
        waiting = pending_migrations(application.store_as_is.engine)
    except CuratorError as error:
        return Check(name, False, error.what, error.remedy)
    if waiting:
        return Check(name, False, f"{len(waiting)} not run: {', '.join(waiting)}", _UPGRADE)
    return Check(name, True, "up to date")


def _labels_in_force(application: Application) -> Check:
    name = "labels in force"
    with application.store.reading() as transaction:
        value = transaction.settings.get("schema")
    if value is None or application.schema.hash == schema_from_value(value, "the store").hash:
        return Check(name, True, "as in the file")
    gone = vanished(schema_from_value(value, "the store"), application.schema)
    if gone:
        remedy = f"put it back into {application.settings.label_schema}"
        return Check(name, False, f"the file no longer has {', '.join(gone)}", remedy)
    return Check(name, False, "the file has changed since it was last used", _PUSH)


def _label_studio(application: Application) -> Check:
    name, url = "Label Studio", application.label_studio_url
    executable = application.settings.label_studio.executable
    if application.embedded and not os.access(executable, os.X_OK):
        return Check(name, False, f"not installed at {executable}", "make install")
    try:
        with _client(url) as client:
            client.get(f"{url}/health").raise_for_status()
    except httpx.HTTPError as error:
        remedy = _UP if application.embedded else f"start the server at {url}, or correct CURATOR_LABEL_STUDIO__URL"
        return Check(name, False, f"{url} does not answer ({type(error).__name__})", remedy)
    return Check(name, True, url)


def _token(application: Application) -> Check:
    name = "token"
    try:
        return Check(name, True, f"accepted, as {application.server.whoami()}")
    except CuratorError as error:
        where = "Account & Settings in Label Studio"
        if application.embedded:
            remedy = f"put the token of {where} into {application.workspace.root / 'credentials.json'}"
        else:
            remedy = f"set CURATOR_LABEL_STUDIO__TOKEN to the token of {where}"
        return Check(name, False, error.what, remedy)


def _known_project(application: Application) -> int | None:
    with application.store.reading() as transaction:
        known = transaction.tasks.project(application.server.name)
    return known[0] if known else None


def _project(application: Application) -> Check:
    name = "project"
    known = _known_project(application)
    if known is None:
        return Check(name, False, "none was made yet", _PUSH)
    found = application.server.project(known)
    if found is None or application.marker() not in found.marker:
        return Check(name, False, f"project {known} is no longer in Label Studio", _PUSH)
    return Check(name, True, f"{found.title} (project {found.id})")


def _interface(application: Application) -> Check:
    name = "labelling interface"
    if application.server.differs(_known_project(application) or 0, application.schema):
        return Check(name, False, "the project's labels are not those of the schema", _PUSH)
    return Check(name, True, "as the schema says")


def _webhook(application: Application) -> Check:
    name, hook = "webhook", application.hook
    ours = [one for one in application.server.webhooks(_known_project(application) or 0) if is_ours(one, hook)]
    with application.store.reading() as transaction:
        refusal = transaction.settings.get(REFUSAL)
    if refusal:
        remedy = f"set CURATOR_HOOK__PUBLIC_URL to an address that Label Studio allows, then `{_SYNC}`"
        return Check(name, False, f"{hook.url} was refused: {refusal}", remedy)
    if not ours:
        return Check(name, False, "the project has none that points here", _SYNC)
    first = ours[0]
    if first.url != hook.url:
        return Check(name, False, f"it points to {first.url}, not to {hook.url}", _SYNC)
    if not first.active:
        return Check(name, False, "it is switched off", _SYNC)
    if dict(first.headers) != dict(hook.headers) or not first.payload:
        return Check(name, False, "its secret or payload setting is not ours", _SYNC)
    return Check(name, True, f"active, to {hook.url}")


def _webhook_accepted(application: Application) -> Check:
    name, hook = "webhook address", application.hook
    project = _known_project(application) or 0
    first = next(one for one in application.server.webhooks(project) if is_ours(one, hook))
    try:
        # The guard speaks only when a webhook is saved; saving what it holds already changes nothing.
        application.server.save_webhook(project, hook.url, hook.headers, first.id)
    except (ServerRefused, ServerUnreachable) as error:
        return Check(name, False, error.what, error.remedy or "set public_url under [hook]")
    return Check(name, True, "accepted by Label Studio")


def _client(url: str) -> httpx.Client:
    # A proxy of the environment is for the world outside.
    beyond = urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1")
    return httpx.Client(timeout=10, trust_env=beyond, follow_redirects=True)


def _hook(application: Application) -> Check:
    name, url = "hook", application.hook.url.removesuffix(HOOK_PATH)
    try:
        with _client(url) as client:
            answer = client.get(f"{url}/readyz")
    except httpx.HTTPError as error:
        remedy = _UP if application.embedded else "curator serve"
        return Check(name, False, f"{url} does not answer ({type(error).__name__})", remedy)
    if answer.status_code != httpx.codes.OK:
        return Check(name, False, f"{url} answers {answer.status_code}: {answer.text.strip()[:100]}", "see hook.log")
    return Check(name, True, f"{url} answers")


def _hook_secret(application: Application) -> Check:
    name, hook = "hook's secret", application.hook
    # An empty body is refused after the secret was checked, and leaves nothing behind.
    with _client(hook.url) as client:
        answer = client.post(hook.url, headers=dict(hook.headers), content=b"")
    if answer.status_code != httpx.codes.BAD_REQUEST:
        return Check(name, False, f"the hook answers {answer.status_code}", "restart `curator serve` or `curator up`")
    return Check(name, True, "the hook knows it")


def _ml_backends(application: Application) -> Check:
    name, backend = "ML backend", application.ml_backend
    found = application.server.ml_backends.backends(_known_project(application) or 0)
    for one in found:
        if not one.trouble:
            continue
        if not is_backend(one, backend):
            remedy = "start it, or remove it under Settings > Model of the project"
        else:
            remedy = _PUSH if application.settings.ml.connect else "correct it under Settings > Model of the project"
        return Check(name, False, f"{one.url} does not answer Label Studio: {one.trouble}", remedy)
    moved = next((one for one in found if is_backend(one, backend) and one.url != backend.url), None)
    if moved is not None:
        return Check(name, False, f"it is connected as {moved.url}, not as {backend.url}", _PUSH)
    return Check(name, True, ", ".join(f"{one.url} answers" for one in found) or "none is connected")


def _deliveries(application: Application) -> Check:
    name = "deliveries"
    waiting = application.inbox.recent(1, "pending")
    counts = application.inbox.counts()
    if waiting and counts["pending"]:
        age = datetime.now(UTC) - datetime.fromisoformat(waiting[0].received_at)
        if age > _PATIENCE:
            return Check(name, False, f"{counts['pending']} wait, the last for {age.total_seconds():.0f} s", _SYNC)
    return Check(name, True, f"{counts['pending']} wait, {counts['applied']} applied")


def _dead_letters(application: Application) -> Check:
    name = "dead letters"
    dead = application.inbox.counts()["dead"]
    if not dead:
        return Check(name, True, "none")
    # They are kept and can be replayed, but most are calls that were never meant for this store.
    return Check(name, True, f"{dead}, the last: {application.inbox.recent(1, 'dead')[0].cause}")
