"""Everything on this machine: Label Studio, the hook, the corpus in it, until somebody stops it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from curator.bootstrap.addresses import hook_url, is_embedded, listening_ports, reached_at, server_url
from curator.bootstrap.context import Context
from curator.bootstrap.hook_process import HookProcess
from curator.bootstrap.init import init_if_missing
from curator.bootstrap.intake import ingest
from curator.bootstrap.learning import preannotate
from curator.bootstrap.push import push
from curator.bootstrap.receiving import sync
from curator.bootstrap.stopping import Stopped, alone, ignore_signals, stoppable
from curator.bootstrap.stores import upgrade_store
from curator.bootstrap.tokens import reachable_from_elsewhere
from curator.bootstrap.workspace import Ports
from curator.domain.errors import CuratorError
from curator.label_studio.server import EmbeddedServer, FirstUser
from curator.steps.desk.publish import Published
from curator.steps.desk.report import DOUBLED_REMEDY, GONE_REMEDY
from curator.steps.ports.progress import Progress
from curator.web.api.paths import V1_PATH

_LOOK_SECONDS = 1.0
_NAMED = 20
# A server that ends this soon after it was started again is not worth starting a third time.
_CALM_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Front:
    """How `up` talks: `say` tells a line, `stage` shows the progress of a titled piece of work."""

    say: Callable[[str], None]
    stage: Callable[[str], AbstractContextManager[Progress]]


def up(context: Context, ports: Ports, corpus: Sequence[str], front: Front) -> None:
    """Start all that is needed, bring the corpus into Label Studio, and stay until stopped.

    A second run resumes with nothing doubled. Raises CuratorError where a port is taken, another `up` runs on the
    workspace or a server does not start. Whatever was started is stopped in the end, also on SIGINT and SIGTERM.
    """
    with stoppable(), running(context, ports, front) as (studio, hook):
        published = bring_in(context, corpus, front)
        _tell(context, published, front)
        _stay(context, studio, hook, front)


@contextmanager
def running(context: Context, ports: Ports, front: Front) -> Iterator[tuple[EmbeddedServer | None, HookProcess]]:
    """Have Label Studio and the hook run on a workspace that nobody else runs on; both are stopped in the end.

    Raises CuratorError as `up` does.
    """
    init_if_missing(context, front.say)
    with alone(context.workspace), ExitStack() as started:
        try:
            context.workspace.save_ports(ports)
            upgrade_store(context)
            hook = HookProcess(context, ports.hook)
            hook.end_orphan()
            studio = _start_studio(context, ports, started, front)
            with front.stage("start the hook"):
                started.callback(hook.stop)
                hook.start()
            yield studio, hook
        except Stopped:
            # A second signal would leave something running.
            ignore_signals()
            front.say("stopping what was started …")
            raise


def _start_studio(context: Context, ports: Ports, started: ExitStack, front: Front) -> EmbeddedServer | None:
    """Start the embedded Label Studio, to be stopped with `started`; None where another one is configured."""
    if not is_embedded(context):
        return None
    credentials = context.workspace.credentials()
    studio = EmbeddedServer(
        context.settings.label_studio.executable.absolute(),
        context.workspace.label_studio,
        FirstUser(credentials.username, credentials.password, credentials.token),
        port=ports.label_studio,
    )
    started.callback(studio.stop)
    with front.stage("start Label Studio (the first time takes a minute)") as tell:
        studio.start(tell)
    return studio


def bring_in(context: Context, corpus: Sequence[str], front: Front) -> Published:
    """Ingest, pre-annotate, push and reconcile, telling what was done."""
    with front.stage("ingest") as tell:
        report = ingest(context, corpus, front.say, tell)
    for refused in report.refused:
        front.say(f"refused {refused.error}")
    for name, language in report.doubtful:
        front.say(f"language doubtful: {name} was taken in, and may be in {language!r}")
    front.say(f"ingested {report.documents} new documents, {report.known} known, {len(report.refused)} refused")
    with front.stage("pre-annotate") as tell:
        predicted = preannotate(context, None, None, tell)
    left_out = f", {len(predicted.causes)} spans quarantined" if predicted.causes else ""
    front.say(f"pre-annotated {predicted.documents} documents{left_out}")
    with front.stage("push to Label Studio") as tell:
        published = push(context, front.say, tell)
    front.say(f"pushed {published.tasks} tasks and {published.predictions} predictions to project {published.project}")
    for lost in published.attributes_not_sent[:_NAMED]:
        front.say(str(lost))
    if len(published.attributes_not_sent) > _NAMED:
        front.say(f"{len(published.attributes_not_sent) - _NAMED} more attributes cannot be reviewed")
    for double in published.doubled:
        front.say(f"{double}: `{DOUBLED_REMEDY}`")
    for gone in published.gone:
        front.say(f"{gone}: they count, and are exported, until `{GONE_REMEDY}`")
    if published.reason:
        every = context.settings.sync.every
        front.say(f"{published.reason}. Corrections arrive by reconciliation, every {every:g} s")
    if published.ml_reason:
        front.say(f"the ML backend is not connected: {published.ml_reason}")
    _reconcile(context, front)
    return published


def _reconcile(context: Context, front: Front) -> None:
    report = sync(context, None, False, front.say, lambda _done, _total: None)
    if report.reread:
        front.say(report.reread)
    if report.stopped:
        front.say(str(report.stopped))
    elif report.applied:
        missed = ", ".join(f"{count} {kind}" for kind, count in report.missed.items() if count)
        front.say(f"webhooks had missed: {missed}")


def _tell(context: Context, published: Published, front: Front) -> None:
    front.say("")
    front.say(f"Label Studio  {server_url(context)}/projects/{published.project}")
    if is_embedded(context):
        credentials = context.workspace.credentials()
        front.say(f"log in as     {credentials.username}")
        front.say(f"password      {credentials.password}")
    front.say(f"hook          {hook_url(context)}")
    hook = context.settings.hook
    pages = f"http://{reached_at(hook.host, listening_ports(context).hook)}"
    front.say(f"dashboard     {pages}/")
    front.say(f"pull API      {pages}{V1_PATH}/openapi.json")
    if reachable_from_elsewhere(context, hook.host):
        front.say("              log in with a token of `curator tokens issue NAME`; pull with one of `--scope api`")
    front.say("Ctrl-C stops both." if is_embedded(context) else "Ctrl-C stops the hook.")


def _stay(context: Context, studio: EmbeddedServer | None, hook: HookProcess, front: Front) -> None:
    """Start again what ends by itself, and reconcile from time to time."""
    reconciled = time.monotonic()
    restarted = {"Label Studio": 0.0, "the hook": 0.0}
    while True:
        time.sleep(_LOOK_SECONDS)
        if studio is not None and not studio.alive():
            _again("Label Studio", restarted, str(studio.log), front)
            studio.stop()
            studio.start()
        if not hook.alive():
            _again("the hook", restarted, str(context.workspace.hook_log), front)
            hook.stop()
            hook.start()
        if time.monotonic() - reconciled > context.settings.sync.every:
            reconciled = time.monotonic()
            try:
                _reconcile(context, front)
            except CuratorError as error:
                front.say(f"reconciliation put off: {error}")


def _again(name: str, restarted: dict[str, float], log: str, front: Front) -> None:
    if restarted[name] and time.monotonic() - restarted[name] < _CALM_SECONDS:
        raise CuratorError(f"{name} keeps ending", log, "see the log")
    restarted[name] = time.monotonic()
    front.say(f"{name} ended by itself (see {log}); starting it again")
