"""The store made equal to what Label Studio's API says, whatever the webhooks told."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep

from curator.domain.annotation import instant
from curator.domain.errors import CuratorError, DeletionsNotAccepted, ServerRefused
from curator.steps.accept import Verdict
from curator.steps.ports import Progress, TaskState
from curator.steps.publish import Hook, ensure_webhook
from curator.steps.receive import Receiver

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
    """What the webhooks had missed, by kind, and what became of it."""

    missed: Counter[str] = field(default_factory=Counter)
    drained: Counter[str] = field(default_factory=Counter)
    foreign: Counter[str] = field(default_factory=Counter)
    webhook: str = "kept"
    reason: str = ""

    @property
    def applied(self) -> int:
        return self.missed.total()


KINDS = ("created", "updated", "deleted", "tasks_deleted")


def reconcile(receiver: Receiver, hook: Hook, guard: DeletionGuard, full: bool, progress: Progress) -> Reconciled:
    """Make the store equal to the project as the API shows it, after applying the deliveries that wait.

    Only tasks that changed since the last time are read, all of them if `full`. Idempotent. Raises DeletionsNotAccepted
    before anything is deleted where the guard stops it, ServerUnreachable, and CuratorError where there is no project.
    """
    store, server = receiver.store, receiver.acceptor.server
    with store.reading() as transaction:
        known = transaction.tasks.project(server.name)
        since = None if full or known is None else transaction.revisions.watermark(server.name, known[0])
    if known is None:
        raise CuratorError("nothing to reconcile: no project yet", server.name, "run `curator push` first")
    project = known[0]
    report = Reconciled(missed=Counter(dict.fromkeys(KINDS, 0)))
    report.drained = receiver.drain()
    exists = server.project(project) is not None
    if exists:
        with store.writing() as transaction:
            transaction.revisions.save_annotators(server.name, server.users())
    _take_lease(receiver)
    try:
        suspects, newest = _read_changes(receiver, project, since, report, progress) if exists else ([], "")
        going = _going_tasks(receiver, project, exists)
        _guard(receiver, project, suspects, going, guard)
        for annotation in suspects:
            receiver.keep_lease()
            verdict = receiver.acceptor.reread(project, annotation)
            report.missed["deleted"] += verdict is not Verdict.KNOWN
        for task in going:
            receiver.keep_lease()
            report.missed["deleted"] += receiver.acceptor.task_gone(project, task)
            report.missed["tasks_deleted"] += 1
        if newest:
            with store.writing() as transaction:
                transaction.revisions.save_watermark(server.name, project, newest)
    finally:
        receiver.release_lease()
    if exists:
        try:
            report.webhook = ensure_webhook(server, project, hook)
        except ServerRefused as error:
            report.webhook, report.reason = "refused", str(error)
    return report


def _read_changes(
    receiver: Receiver, project: int, since: str | None, report: Reconciled, progress: Progress
) -> tuple[list[int], str]:
    """Take in every listed annotation.

    Returns the ids of those that the store knows and the listing lacks, and the newest `updated_at` of a task.
    """
    store, server = receiver.store, receiver.acceptor.server
    with store.reading() as transaction:
        alive: dict[int, set[int]] = {}
        for revision in transaction.revisions.alive(server.name, project):
            if revision.state is not None:
                alive.setdefault(revision.state.task, set()).add(revision.identity.annotation)
    suspects: list[int] = []
    newest = since or ""
    listed = server.tasks(project, None if since is None else _overlapped(since))
    for done, task in enumerate(listed, start=1):
        receiver.keep_lease()
        newest = max(newest, task.updated_at)
        _read_task(receiver, project, task, report)
        seen = {state.identity.annotation for state in task.annotations}
        suspects += sorted(alive.get(task.ref.task, set()) - seen)
        progress(done, None)
    return suspects, newest


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


def _going_tasks(receiver: Receiver, project: int, exists: bool) -> list[int]:
    server = receiver.acceptor.server
    present = server.task_ids(project) if exists else set()
    with receiver.store.reading() as transaction:
        return sorted(set(transaction.tasks.live(server.name, project)) - present)


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
        )


def _take_lease(receiver: Receiver) -> None:
    deadline = monotonic() + _LEASE_WAIT
    while not receiver.take_lease():
        if monotonic() > deadline:
            raise CuratorError("another curator is applying deliveries", "", "wait for it to end and try again")
        sleep(0.1)


def _overlapped(since: str) -> str:
    return instant(datetime.fromisoformat(since) - _OVERLAP)
