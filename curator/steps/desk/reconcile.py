"""The store made equal to what Label Studio's API says, whatever the webhooks told."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep

from curator.domain.annotation import Identity, instant
from curator.domain.errors import CuratorError, DeletionsNotAccepted, ServerUnreachable
from curator.steps.desk.accept import Verdict
from curator.steps.desk.publish import Hook, arm_webhook
from curator.steps.desk.receive import Receiver
from curator.steps.ports.label_server import TaskState
from curator.steps.ports.progress import Progress

_LEASE_WAIT = 60.0
# Rows that were written before the watermark may have been committed after it.
_OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DeletionGuard:
    """How much a reconciliation may delete unasked: up to `free` items, or up to `share` of those known."""

    share: float = 0.25
    free: int = 3
    accepted: bool = False

    def stops(self, going: int, known: int) -> bool:
        return not self.accepted and going > self.free and going > self.share * known


@dataclass(slots=True)
class Reconciled:
    """What the webhooks had missed, by kind, and what became of it.

    Where the guard stopped it, `stopped` says so: nothing was deleted, all else is done.
    """

    missed: Counter[str] = field(default_factory=Counter)
    drained: Counter[str] = field(default_factory=Counter)
    foreign: Counter[str] = field(default_factory=Counter)
    webhook: str = "kept"
    reason: str = ""
    stopped: DeletionsNotAccepted | None = None

    @property
    def applied(self) -> int:
        return self.missed.total()


@dataclass(slots=True)
class _Changes:
    """What a listing showed: annotations and tasks that it lacks or holds otherwise, the newest time of a task."""

    suspects: list[int] = field(default_factory=list)
    replaced: set[int] = field(default_factory=set)
    newest: str = ""


KINDS = ("created", "updated", "deleted", "tasks_deleted")


def reconcile(receiver: Receiver, hook: Hook, guard: DeletionGuard, full: bool, progress: Progress) -> Reconciled:
    """Make the store equal to the project as the API shows it, after applying the deliveries that wait.

    Only tasks that changed since the last time are read, all of them if `full`. Idempotent. Where the guard stops it,
    nothing is deleted. Raises ServerUnreachable, and CuratorError where there is no project.
    """
    server = receiver.acceptor.server
    with receiver.store.reading() as transaction:
        known = transaction.tasks.project(server.name)
    if known is None:
        raise CuratorError("nothing to reconcile: no project yet", server.name, "run `curator push` first")
    project = known[0]
    report = Reconciled(missed=Counter(dict.fromkeys(KINDS, 0)))
    _take_lease(receiver)
    try:
        # A delivery that Label Studio fails on must not keep all others from being reconciled.
        with suppress(ServerUnreachable):
            report.drained = receiver.apply_waiting()
        exists = server.project(project) is not None
        if exists:
            _save_annotators(receiver)
        _compare_all(receiver, project, exists, full, guard, report, progress)
    except DeletionsNotAccepted as error:
        report.stopped = error
    finally:
        receiver.release_lease()
    if exists:
        report.webhook, report.reason = arm_webhook(receiver.store, server, project, hook)
    return report


def _save_annotators(receiver: Receiver) -> None:
    server = receiver.acceptor.server
    users = server.users()
    with receiver.store.writing() as transaction:
        transaction.revisions.save_annotators(server.name, users)


def _compare_all(
    receiver: Receiver,
    project: int,
    exists: bool,
    full: bool,
    guard: DeletionGuard,
    report: Reconciled,
    progress: Progress,
) -> None:
    acceptor = receiver.acceptor
    changes = _read_changes(receiver, project, full, report, progress) if exists else _Changes()
    going = _going_tasks(receiver, project, exists, changes.replaced)
    _guard(receiver, project, changes.suspects, going, guard)
    for annotation in changes.suspects:
        receiver.keep_lease()
        verdict = acceptor.reread(project, annotation)
        report.missed["deleted"] += verdict is not Verdict.KNOWN
    for task in going:
        receiver.keep_lease()
        report.missed["deleted"] += acceptor.task_gone(project, task)
        report.missed["tasks_deleted"] += 1
    if changes.newest:
        with receiver.store.writing() as transaction:
            transaction.revisions.save_watermark(acceptor.server.name, project, changes.newest)


def _read_changes(receiver: Receiver, project: int, full: bool, report: Reconciled, progress: Progress) -> _Changes:
    """Take in every listed annotation; tell what the store knows and the listing lacks."""
    name = receiver.acceptor.server.name
    with receiver.store.reading() as transaction:
        since = None if full else transaction.revisions.watermark(name, project)
    changes = _read_since(receiver, project, since, report, progress)
    if since is not None and changes.newest < since:
        # The newest task that was seen is older now, or gone: the server may have been set back, and all with it.
        changes = _read_since(receiver, project, None, report, progress)
    return changes


def _read_since(
    receiver: Receiver, project: int, since: str | None, report: Reconciled, progress: Progress
) -> _Changes:
    server = receiver.acceptor.server
    with receiver.store.reading() as transaction:
        documents = transaction.tasks.live(server.name, project)
        alive: dict[int, set[Identity]] = {}
        for revision in transaction.revisions.alive(server.name, project):
            if revision.state is not None:
                alive.setdefault(revision.state.task, set()).add(revision.identity)
    changes = _Changes()
    listed = server.tasks(project, None if since is None else _overlapped(since))
    for done, task in enumerate(listed, start=1):
        receiver.keep_lease()
        changes.newest = max(changes.newest, task.updated_at)
        _read_task(receiver, project, task, report)
        number = task.ref.task
        missing = alive.get(number, set()) - {state.identity for state in task.annotations}
        changes.suspects += sorted(identity.annotation for identity in missing)
        if number in documents and documents[number] != task.ref.document:
            changes.replaced.add(number)
        progress(done, None)
    return changes


def _read_task(receiver: Receiver, project: int, task: TaskState, report: Reconciled) -> None:
    acceptor = receiver.acceptor
    for state in task.annotations:
        verdict = acceptor.observe(state, task.ref)
        if verdict is Verdict.STALE:
            # A listing is read slowly and a backup may bring back the past: only a fresh look decides.
            verdict = acceptor.reread(project, state.identity.annotation)
        if verdict.changes:
            report.missed[verdict.value] += 1
        elif verdict.foreign:
            report.foreign[verdict.value] += 1


def _going_tasks(receiver: Receiver, project: int, exists: bool, replaced: set[int]) -> list[int]:
    """Return the tasks of the store that Label Studio no longer has, or has for something else."""
    server = receiver.acceptor.server
    present = server.task_ids(project) if exists else set()
    with receiver.store.reading() as transaction:
        return sorted(set(transaction.tasks.live(server.name, project)) - present | replaced)


def _guard(receiver: Receiver, project: int, suspects: list[int], going: list[int], guard: DeletionGuard) -> None:
    server = receiver.acceptor.server
    with receiver.store.reading() as transaction:
        tasks = len(transaction.tasks.live(server.name, project))
        annotations = [
            revision.state.task for revision in transaction.revisions.alive(server.name, project) if revision.state
        ]
    gone = set(going)
    deleted = len(suspects) + sum(task in gone for task in annotations)
    if guard.stops(len(going), tasks) or guard.stops(deleted, len(annotations)):
        raise DeletionsNotAccepted(
            f"Label Studio no longer has {len(going)} of {tasks} tasks and {deleted} of {len(annotations)} annotations",
            f"project {project}",
            "if that is meant, run `curator sync --accept-deletions`",
            project=project,
            tasks_going=len(going),
            tasks_known=tasks,
            annotations_going=deleted,
            annotations_known=len(annotations),
        )


def _take_lease(receiver: Receiver) -> None:
    deadline = monotonic() + _LEASE_WAIT
    while not receiver.take_lease():
        if monotonic() > deadline:
            raise CuratorError("another curator is applying deliveries", "", "wait for it to end and try again")
        sleep(0.1)


def _overlapped(since: str) -> str:
    return instant(datetime.fromisoformat(since) - _OVERLAP)
