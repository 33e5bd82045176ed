"""Everything on this machine: Label Studio, the hook, the corpus in it, until somebody stops it."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType

from curator.bootstrap.application import Application
from curator.bootstrap.database import upgrade_store
from curator.bootstrap.hook_process import HookProcess
from curator.bootstrap.push import push
from curator.bootstrap.workspace import Ports, Workspace
from curator.domain.errors import CuratorError, DeletionsNotAccepted
from curator.label_studio.server import EmbeddedServer
from curator.steps.desk.publish import Published
from curator.steps.desk.reconcile import reconcile
from curator.steps.learning.preannotate import preannotate_stored
from curator.steps.ports.progress import Progress

_LOOK_SECONDS = 1.0
# A server that ends this soon after it was started again is not worth starting a third time.
_CALM_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Front:
    """How `up` talks: `say` tells a line, `stage` shows the progress of a titled piece of work."""

    say: Callable[[str], None]
    stage: Callable[[str], AbstractContextManager[Progress]]


class _Stopped(BaseException):
    """SIGINT or SIGTERM arrived."""


def up(application: Application, ports: Ports, corpus: Sequence[str], front: Front) -> None:
    """Start all that is needed, bring the corpus into Label Studio, and stay until stopped.

    A second run resumes with nothing doubled. Raises CuratorError where a port is taken, another `up` runs on the
    workspace or a server does not start. Whatever was started is stopped in the end, also on SIGINT and SIGTERM.
    """
    with stoppable(), running(application, ports, front) as (studio, hook):
        published = bring_in(application, corpus, front)
        _tell(application, published, front)
        _stay(application, studio, hook, front)


@contextmanager
def running(
    application: Application, ports: Ports, front: Front
) -> Iterator[tuple[EmbeddedServer | None, HookProcess]]:
    """Have Label Studio and the hook run on a workspace that nobody else runs on; both are stopped in the end.

    Raises CuratorError as `up` does.
    """
    application.workspace.make()
    with _alone(application.workspace), ExitStack() as started:
        try:
            application.workspace.save_ports(ports)
            upgrade_store(application)
            hook = HookProcess(application, ports.hook)
            hook.end_orphan()
            studio = _start_studio(application, ports, started, front)
            with front.stage("start the hook"):
                started.callback(hook.stop)
                hook.start()
            yield studio, hook
        except _Stopped:
            # A second signal would leave something running.
            _deaf()
            front.say("stopping what was started …")
            raise


def _start_studio(application: Application, ports: Ports, started: ExitStack, front: Front) -> EmbeddedServer | None:
    """Start the embedded Label Studio, to be stopped with `started`; None where another one is configured."""
    if not application.embedded:
        return None
    credentials = application.workspace.credentials()
    studio = EmbeddedServer(
        application.settings.label_studio.executable.absolute(),
        application.workspace.label_studio,
        username=credentials.username,
        password=credentials.password,
        token=credentials.token,
        port=ports.label_studio,
    )
    started.callback(studio.stop)
    with front.stage("start Label Studio (the first time takes a minute)") as tell:
        studio.start(tell)
    return studio


def bring_in(application: Application, corpus: Sequence[str], front: Front) -> Published:
    """Ingest, pre-annotate, push and reconcile, telling what was done."""
    for change in application.adopt_schema():
        front.say(f"label schema: {change}")
    with front.stage("ingest") as tell:
        report = application.ingest(corpus, tell)
    for refused in report.refused:
        front.say(f"refused {refused.error}")
    front.say(f"ingested {report.documents} new documents, {report.known} known, {len(report.refused)} refused")
    with front.stage("pre-annotate") as tell:
        predicted = preannotate_stored(application.pipeline(), application.store, tell)
    front.say(f"pre-annotated {predicted} documents")
    with front.stage("push to Label Studio") as tell:
        published = push(application, tell)
    front.say(f"pushed {published.tasks} tasks and {published.predictions} predictions to project {published.project}")
    if published.reason:
        front.say(
            f"{published.reason}. Corrections arrive by reconciliation, every {application.settings.sync.every:g} s"
        )
    if published.ml_reason:
        front.say(f"the ML backend is not connected: {published.ml_reason}")
    _reconcile(application, front)
    return published


def _reconcile(application: Application, front: Front) -> None:
    try:
        report = reconcile(
            application.receiver, application.hook, application.guard(False), False, lambda _done, _total: None
        )
    except DeletionsNotAccepted as error:
        front.say(str(error))
        return
    if report.applied:
        missed = ", ".join(f"{count} {kind}" for kind, count in report.missed.items() if count)
        front.say(f"webhooks had missed: {missed}")


def _tell(application: Application, published: Published, front: Front) -> None:
    url = application.label_studio_url
    front.say("")
    front.say(f"Label Studio  {url}/projects/{published.project}")
    if application.embedded:
        credentials = application.workspace.credentials()
        front.say(f"log in as     {credentials.username}")
        front.say(f"password      {credentials.password}")
    front.say(f"hook          {application.hook.url}")
    front.say(f"dashboard     http://{application.settings.hook.host}:{application.ports.hook}/")
    front.say("Ctrl-C stops both." if application.embedded else "Ctrl-C stops the hook.")


def _stay(application: Application, studio: EmbeddedServer | None, hook: HookProcess, front: Front) -> None:
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
            _again("the hook", restarted, str(application.workspace.hook_log), front)
            hook.stop()
            hook.start()
        if time.monotonic() - reconciled > application.settings.sync.every:
            reconciled = time.monotonic()
            try:
                _reconcile(application, front)
            except CuratorError as error:
                front.say(f"reconciliation put off: {error}")


def _again(name: str, restarted: dict[str, float], log: str, front: Front) -> None:
    if restarted[name] and time.monotonic() - restarted[name] < _CALM_SECONDS:
        raise CuratorError(f"{name} keeps ending", log, "see the log")
    restarted[name] = time.monotonic()
    front.say(f"{name} ended by itself (see {log}); starting it again")


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Let only one `up` run on a workspace; the system frees the lock however the process ends."""
    with workspace.lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise CuratorError(
                f"curator is up already (process {lock.read().strip()})",
                str(workspace.root),
                "use that one, stop it with Ctrl-C, or give another --workspace",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGINT and SIGTERM end what is inside; that is no error."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except _Stopped:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _deaf() -> None:
    """Let no further signal interrupt the stopping."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
