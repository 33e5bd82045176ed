"""The store made equal to what Label Studio's API says, whatever the webhooks brought."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep

from curator.domain.annotation import Identity, ProjectSource, UnreadableAnnotation, annotator_key, instant
from curator.domain.errors import (
    AnswerNotUnderstood,
    CuratorError,
    DeletionsNotAccepted,
    ServerFailed,
    ServerUnreachable,
)
from curator.steps.desk.accept import Verdict
from curator.steps.desk.publish import Hook, arm_webhook, note_shown
from curator.steps.desk.receive import Receiver
from curator.steps.ports.label_server import TaskState
from curator.steps.ports.progress import Progress

_LEASE_WAIT = 60.0
# Rows that were written before the watermark may have been committed after it.
_OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DeletionGuard:
    """How much a reconciliation may delete unasked: up to `free` items, or up to `share` of those stored."""

    share: float = 0.25
    free: int = 3
    accepted: bool = False

    def stops(self, deleted: int, stored: int) -> bool:
        return not self.accepted and deleted > self.free and deleted > self.share * stored


@dataclass(slots=True)
class ReconciliationReport:
    """The changes that the webhooks had missed, by kind, and the deliveries applied.

    `unreadable` is all that cannot be read now. Where the guard stopped it, `stopped` says so: nothing was deleted, all
    else is done.
    """

    missed: Counter[str] = field(default_factory=Counter)
    drained: Counter[str] = field(default_factory=Counter)
    foreign: Counter[str] = field(default_factory=Counter)
    unreadable: list[UnreadableAnnotation] = field(default_factory=list)
    webhook: str = "kept"
    reason: str = ""
    stopped: DeletionsNotAccepted | None = None

    @property
    def applied(self) -> int:
        return self.missed.total()


KINDS = ("created", "updated", "deleted", "tasks_deleted")


def reconcile(
    receiver: Receiver, hook: Hook, guard: DeletionGuard, full: bool, progress: Progress
) -> ReconciliationReport:
    """Make the store equal to the project as the API shows it, after applying the deliveries that wait.

    Only tasks that changed since the last time are read, all of them if `full`. What cannot be read is quarantined by
    name and stops nothing. Where the guard stops it, nothing is deleted. Idempotent. Raises ServerUnreachable, and
    CuratorError where there is no project.
    """
    server = receiver.acceptor.server
    with receiver.store.reading() as transaction:
        stored_project = transaction.tasks.project(server.name)
    if stored_project is None:
        raise CuratorError("nothing to reconcile: no project yet", server.name, "run `curator push` first")
    project = stored_project[0]
    report = ReconciliationReport(missed=Counter(dict.fromkeys(KINDS, 0)))
    _take_lease(receiver)
    try:
        # A delivery that Label Studio fails on must not keep all others from being reconciled.
        with suppress(ServerUnreachable):
            report.drained = receiver.apply_waiting()
        current = server.project(project)
        exists = current is not None
        if exists:
            note_shown(receiver.store, server.name, current)
            _save_annotators(receiver)
        _Reconciliation(receiver, project, report, progress).run(exists, full, guard)
    except DeletionsNotAccepted as error:
        report.stopped = error
    finally:
        receiver.release_lease()
    if exists:
        report.webhook, report.reason = arm_webhook(receiver.store, server, project, hook)
    return report


def _save_annotators(receiver: Receiver) -> None:
    server = receiver.acceptor.server
    names = {annotator_key(server.name, user): email for user, email in server.users().items()}
    with receiver.store.writing() as transaction:
        transaction.revisions.save_annotators(names)


@dataclass(slots=True)
class _Changes:
    """What a listing showed: annotations (with their tasks) and tasks that it lacks or holds otherwise.

    `newest` is the newest time of a task.
    """

    suspects: dict[int, int] = field(default_factory=dict)
    replaced: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)
    newest: str = ""


class _Reconciliation:
    """One reconciliation of a project."""

    def __init__(self, receiver: Receiver, project: int, report: ReconciliationReport, progress: Progress) -> None:
        self._receiver = receiver
        self._acceptor = receiver.acceptor
        self._server = receiver.acceptor.server
        self._project = project
        self._source = str(ProjectSource(self._server.name, project))
        self._report = report
        self._progress = progress
        self._unreadable: dict[int, set[UnreadableAnnotation]] = {}

    def run(self, exists: bool, full: bool, guard: DeletionGuard) -> None:
        with self._receiver.store.reading() as transaction:
            for annotation in transaction.quarantine.unreadable(self._source):
                self._unreadable.setdefault(annotation.task, set()).add(annotation)
        changes = self._read_changes(full) if exists else _Changes()
        tasks_to_delete = self._tasks_to_delete(exists, changes.replaced)
        self._guard(changes.suspects, tasks_to_delete, guard)
        if not exists:
            self._forget_unreadable(self._unreadable)
        missed = self._report.missed
        for number, task in changes.suspects.items():
            self._receiver.keep_lease()
            missed["deleted"] += self._reread_annotation(task, number) not in (Verdict.KNOWN, Verdict.UNREADABLE)
        for task in tasks_to_delete:
            self._receiver.keep_lease()
            missed["deleted"] += self._acceptor.reread_task(self._project, task)
            missed["tasks_deleted"] += 1
        with self._receiver.store.reading() as transaction:
            self._report.unreadable = transaction.quarantine.unreadable(self._source)
        if changes.newest:
            with self._receiver.store.writing() as transaction:
                transaction.revisions.save_watermark(self._source, changes.newest)

    def _read_changes(self, full: bool) -> _Changes:
        """Take in every listed annotation; return what the store knows and the listing lacks."""
        with self._receiver.store.reading() as transaction:
            since = None if full else transaction.revisions.watermark(self._source)
        changes = self._read_since(since)
        if since is not None and changes.newest < since:
            # The newest task that was seen is older now, or gone: the server may have been set back, and all with it.
            changes = self._read_since(None)
        return changes

    def _read_since(self, since: str | None) -> _Changes:
        with self._receiver.store.reading() as transaction:
            documents = transaction.tasks.live(self._server.name, self._project)
            current: dict[int | None, set[Identity]] = {}
            for annotation in transaction.revisions.current(self._source):
                current.setdefault(annotation.task, set()).add(annotation.identity)
        changes = _Changes()
        for done, task in enumerate(self._tasks(since, changes), start=1):
            self._receiver.keep_lease()
            if isinstance(task, UnreadableAnnotation):
                self._note_unreadable(task.task, {task})
            else:
                number = task.ref.task
                self._note_unreadable(number, set(task.unreadable))
                self._read_task(task)
                changes.suspects |= _missing(current.get(number, set()), task)
                if number in documents and documents[number] != task.ref.document:
                    changes.replaced.add(number)
            self._progress(done, None)
        return changes

    def _tasks(self, since: str | None, changes: _Changes) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield the tasks that changed, then those that could not be read before, whatever their time."""
        for task in self._server.tasks(self._project, None if since is None else _overlapped(since)):
            if isinstance(task, TaskState):
                changes.newest = max(changes.newest, task.updated_at)
                changes.listed.add(task.ref.task)
            else:
                changes.listed.add(task.task)
            yield task
        for number in sorted(self._unreadable.keys() - changes.listed):
            with suppress(ServerFailed, AnswerNotUnderstood):
                state = self._server.task(number)
                if state is not None and state.ref.project == self._project:
                    yield state
                else:
                    self._forget_unreadable([number])

    def _read_task(self, task: TaskState) -> None:
        number = task.ref.task
        for state in task.annotations:
            try:
                verdict = self._acceptor.observe(state, task.ref)
            except (ServerFailed, AnswerNotUnderstood) as error:
                verdict = self._quarantine(number, state.identity.key, error)
            if verdict is Verdict.STALE:
                # A listing is read slowly and a backup may bring back the past: only a fresh look decides.
                verdict = self._reread_annotation(number, int(state.identity.key))
            if verdict.changes:
                self._report.missed[verdict.value] += 1
            elif verdict.foreign:
                self._report.foreign[verdict.value] += 1

    def _reread_annotation(self, task: int, annotation: int) -> Verdict:
        try:
            return self._acceptor.reread_annotation(self._project, annotation)
        except (ServerFailed, AnswerNotUnderstood) as error:
            return self._quarantine(task, str(annotation), error)

    def _quarantine(self, task: int, key: str, error: CuratorError) -> Verdict:
        """Quarantine what Label Studio fails on; its task is read again by every reconciliation."""
        self._acceptor.quarantine(UnreadableAnnotation(self._source, task, key, error.what))
        return Verdict.UNREADABLE

    def _note_unreadable(self, task: int, unreadable: set[UnreadableAnnotation]) -> None:
        """Make the quarantine hold of a task what cannot be read of it now."""
        if self._unreadable.get(task, set()) == unreadable:
            return
        with self._receiver.store.writing() as transaction:
            transaction.quarantine.drop_unreadable(self._source, task)
            for annotation in unreadable:
                transaction.quarantine.put_unreadable(annotation)
        self._unreadable[task] = unreadable

    def _forget_unreadable(self, tasks: Collection[int]) -> None:
        """Let nothing be quarantined of tasks that are gone."""
        for task in list(tasks):
            self._note_unreadable(task, set())

    def _tasks_to_delete(self, exists: bool, replaced: set[int]) -> list[int]:
        """Return the tasks of the store that Label Studio no longer has, or has for something else."""
        present = self._server.task_ids(self._project) if exists else set()
        with self._receiver.store.reading() as transaction:
            return sorted(set(transaction.tasks.live(self._server.name, self._project)) - present | replaced)

    def _guard(self, suspects: Collection[int], tasks_to_delete: Sequence[int], guard: DeletionGuard) -> None:
        deleted_tasks = set(tasks_to_delete)
        with self._receiver.store.reading() as transaction:
            tasks = len(transaction.tasks.live(self._server.name, self._project))
            annotations = transaction.revisions.current_count(self._source)
            deleted = len(suspects) + sum(
                annotation.task in deleted_tasks for annotation in transaction.revisions.current(self._source)
            )
        if guard.stops(len(tasks_to_delete), tasks) or guard.stops(deleted, annotations):
            missing = f"{len(tasks_to_delete)} of {tasks} tasks and {deleted} of {annotations} annotations"
            raise DeletionsNotAccepted(
                f"Label Studio no longer has {missing}",
                f"project {self._project}",
                "if that is meant, run `curator sync --accept-deletions`",
                project=self._project,
                tasks_going=len(tasks_to_delete),
                tasks_known=tasks,
                annotations_going=deleted,
                annotations_known=annotations,
            )


def _missing(current: Collection[Identity], task: TaskState) -> dict[int, int]:
    """Return the current annotations of a task that are not listed any more, each with its task."""
    listed = {state.identity for state in task.annotations}
    unreadable = {annotation.key for annotation in task.unreadable}
    missing = sorted(set(current) - listed, key=lambda identity: identity.rank)
    return {int(identity.key): task.ref.task for identity in missing if identity.key not in unreadable}


def _take_lease(receiver: Receiver) -> None:
    deadline = monotonic() + _LEASE_WAIT
    while not receiver.take_lease():
        if monotonic() > deadline:
            raise CuratorError("another curator is applying deliveries", "", "wait for it to end and try again")
        sleep(0.1)


def _overlapped(since: str) -> str:
    return instant(datetime.fromisoformat(since) - _OVERLAP)
