"""The store made equal to what Label Studio's API says, whatever the webhooks brought."""

from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from curator.domain.annotation import Identity, ProjectSource, UnreadableAnnotation, annotator_key, instant
from curator.domain.errors import (
    AnswerNotUnderstood,
    CuratorError,
    ServerFailed,
    ServerRefused,
    ServerUnreachable,
)
from curator.steps.desk.accept import Verdict
from curator.steps.desk.deletions import Gone, not_accepted
from curator.steps.desk.earlier_projects import earlier_projects
from curator.steps.desk.foreign import foreign_task
from curator.steps.desk.leftovers import settle_leftovers
from curator.steps.desk.missing import moved_annotations, take_over
from curator.steps.desk.publish import Hook, arm_webhook
from curator.steps.desk.receive import Receiver
from curator.steps.desk.report import ReconciliationReport
from curator.steps.desk.set_back import Inventory, sign_of_the_past, take_inventory, there_again
from curator.steps.desk.shown import note_shown
from curator.steps.ports.label_server import TaskState
from curator.steps.ports.progress import Progress
from curator.steps.ports.stored_deletions import DeletedItem

_LEASE_WAIT = 60.0
# Rows that were written before the watermark may have been committed after it.
_OVERLAP = timedelta(minutes=10)


def reconcile(
    receiver: Receiver, hook: Hook, full: bool, progress: Progress, without_doubled: bool = False
) -> ReconciliationReport:
    """Make the store equal to its projects as the API shows them, after applying the deliveries that wait.

    Only tasks that changed since the last time are read, all of them if `full`, and where the server seems to have
    been set back. What cannot be read is quarantined by name and stops nothing. Deletions beyond what the acceptor's
    guard allows are held, and those of an earlier project that is gone as a whole; where it accepts them, what is held
    is confirmed and deleted too. Surplus tasks of a document are named, and removed if `without_doubled`. Idempotent.
    Raises ServerUnreachable, and CuratorError where there is no project.
    """
    server = receiver.acceptor.server
    with receiver.store.reading() as transaction:
        stored_project = transaction.tasks.project(server.name)
    if stored_project is None:
        raise CuratorError("nothing to reconcile: no project yet", server.name, "run `curator push` first")
    project = stored_project[0]
    report = ReconciliationReport()
    receiver.lease.wait(_LEASE_WAIT)
    try:
        # Where Label Studio is away, the reconciliation itself says so.
        with suppress(ServerUnreachable, ServerRefused):
            report.drained = receiver.apply_waiting(at_once=True)
        current = server.project(project)
        exists = current is not None
        if current is not None:
            note_shown(receiver.store, server.name, current)
        earlier, report.gone = earlier_projects(receiver.store, server)
        if exists or earlier:
            _save_annotators(receiver)
        for number in earlier:
            _Reconciliation(receiver, number, report, progress).run(True, full or without_doubled)
        _Reconciliation(receiver, project, report, progress).run(exists, full or without_doubled)
        settle_leftovers(receiver, report, without_doubled)
    finally:
        receiver.lease.release()
    if exists:
        report.webhook, report.reason = arm_webhook(receiver.store, server, project, hook)
    return report


def _save_annotators(receiver: Receiver) -> None:
    server = receiver.acceptor.server
    names = {annotator_key(server.name, user): email for user, email in server.users().items()}
    with receiver.lease.writing() as transaction:
        transaction.revisions.save_annotators(names)


@dataclass(slots=True)
class _Changes:
    """What a listing showed: what of the store is missing in it, and what is there though it is held as gone.

    `replaced` are tasks that hold another document now, `doubled` those of documents that have another one, `newest` is
    the newest time of a task.
    """

    missing: Gone = field(default_factory=Gone)
    alive: set[DeletedItem] = field(default_factory=set)
    replaced: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)
    doubled: dict[int, str] = field(default_factory=dict)
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
        self._held: set[DeletedItem] = set()
        self._inventory: Inventory | None = None

    def run(self, exists: bool, full: bool) -> None:
        with self._receiver.store.reading() as transaction:
            for annotation in transaction.quarantine.unreadable(self._source):
                self._unreadable.setdefault(annotation.task, set()).add(annotation)
            self._held = {deletion.item for deletion in transaction.deletions.held(self._source)}
        changes = self._read_changes(full) if exists else _Changes()
        if changes.alive:
            with self._receiver.lease.writing() as transaction:
                transaction.deletions.release(self._source, changes.alive)
        self._add_tasks(changes, exists)
        withdrawn = take_over(self._acceptor, self._project, changes.missing)
        self._report.missed["updated"] += withdrawn.moved
        self._report.missed["deleted"] += withdrawn.annotations
        self._report.missed["tasks_deleted"] += withdrawn.tasks
        with self._receiver.store.reading() as transaction:
            stopped = not_accepted(transaction, ProjectSource(self._server.name, self._project))
        self._report.stopped = stopped or self._report.stopped
        if changes.newest:
            with self._receiver.lease.writing() as transaction:
                transaction.revisions.save_watermark(self._source, changes.newest)

    def _read_changes(self, full: bool) -> _Changes:
        """Take in every listed annotation; return what the store knows and the listing lacks."""
        with self._receiver.store.reading() as transaction:
            since = None if full else transaction.revisions.watermark(self._source)
        changes = self._read_since(since)
        if since is not None and (sign := self._sign_of_the_past(since, changes.newest)):
            self._report.reread = f"{sign}: Label Studio may have been set back, and all of it was read"
            self._inventory = None
            changes = self._read_since(None)
        if self._held and since is not None:
            self._read(self._held_but_there(changes), changes)
        return changes

    def _sign_of_the_past(self, since: str, newest: str) -> str:
        if newest < since:
            return f"the newest task that was seen in project {self._project} is older now, or gone"
        self._inventory = take_inventory(self._receiver.store, self._server, self._project, exists=True)
        # What is in quarantine was read, and what is held as deleted cannot be as it was.
        passed = {task for task, entries in self._unreadable.items() if entries} | {item.task for item in self._held}
        return sign_of_the_past(self._receiver, self._project, self._inventory, _overlapped(since), passed)

    def _read_since(self, since: str | None) -> _Changes:
        changes = _Changes()
        self._read(self._tasks(since, changes), changes)
        return changes

    def _read(self, tasks: Iterator[TaskState | UnreadableAnnotation], changes: _Changes) -> None:
        with self._receiver.store.reading() as transaction:
            documents = transaction.tasks.live(self._server.name, self._project)
            current: dict[int | None, dict[Identity, str]] = {}
            for annotation in transaction.revisions.current(self._source):
                current.setdefault(annotation.task, {})[annotation.identity] = annotation.document
        known = set(documents.values())
        for done, task in enumerate(tasks, start=1):
            self._receiver.lease.keep()
            if isinstance(task, UnreadableAnnotation):
                self._note_unreadable(task.task, {task})
            else:
                number, document = task.ref.task, task.ref.document
                foreign = foreign_task(self._receiver.store, task, known)
                self._note_unreadable(number, {*task.unreadable, *([foreign] if foreign else [])})
                there = current.get(number, {})
                moved = set() if foreign else moved_annotations(there, task)
                self._read_task(task, moved)
                if number in documents and documents[number] != document:
                    changes.replaced.add(number)
                elif number not in documents and document in known and not foreign:
                    changes.doubled[number] = str(document)
                self._compare(there, moved, task, changes)
            self._progress(done, None)
        if changes.doubled:
            with self._receiver.lease.writing() as transaction:
                transaction.tasks.save(self._server.name, self._project, changes.doubled)

    def _compare(
        self, current: Mapping[Identity, str], moved: Set[Identity], task: TaskState, changes: _Changes
    ) -> None:
        """Note which of a task's current annotations it no longer has, and what it has though it is held as gone."""
        number = task.ref.task
        listed = {state.identity for state in task.annotations} - moved
        unreadable = {annotation.key for annotation in task.unreadable}
        there = set() if number in changes.replaced else {DeletedItem(number)}
        for identity, document in current.items():
            if identity in listed or identity.key in unreadable:
                there.add(DeletedItem(number, identity.key, identity.created_at))
            else:
                changes.missing.add_annotation(identity, number, document)
        changes.alive |= there & self._held

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
            if all(entry.cause.startswith(Verdict.UNKNOWN_TASK) for entry in self._unreadable[number]):
                # Its time moves where its data changes.
                continue
            with suppress(ServerFailed, AnswerNotUnderstood):
                state = self._server.task(number)
                if state is not None and state.ref.project == self._project:
                    yield state
                else:
                    self._forget_unreadable([number])

    def _held_but_there(self, changes: _Changes) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield the tasks that may be there again, not listed as a backup brings their old times back."""
        if self._inventory is None:
            self._inventory = take_inventory(self._receiver.store, self._server, self._project, exists=True)
        with self._receiver.store.reading() as transaction:
            holdings = transaction.projects.holdings(self._source)
        for number in there_again(self._inventory, holdings, self._held):
            if number in changes.listed:
                continue
            try:
                task = self._server.task(number)
            except (ServerFailed, AnswerNotUnderstood) as error:
                yield UnreadableAnnotation(self._source, number, "", error.what)
                continue
            if task is not None and task.ref.project == self._project:
                yield task

    def _read_task(self, task: TaskState, moved: Set[Identity]) -> None:
        number = task.ref.task
        for state in (state for state in task.annotations if state.identity not in moved):
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
        with self._receiver.lease.writing() as transaction:
            transaction.quarantine.drop_unreadable(self._source, task)
            for annotation in unreadable:
                transaction.quarantine.put_unreadable(annotation)
        self._unreadable[task] = unreadable

    def _forget_unreadable(self, tasks: Iterable[int]) -> None:
        """Let nothing be quarantined of tasks that are gone."""
        for task in list(tasks):
            self._note_unreadable(task, set())

    def _add_tasks(self, changes: _Changes, exists: bool) -> None:
        """Add the tasks that Label Studio no longer has, or has for something else, with their annotations."""
        inventory = self._inventory or take_inventory(self._receiver.store, self._server, self._project, exists)
        self._forget_unreadable(task for task in self._unreadable if task and task not in inventory.index)
        with self._receiver.store.reading() as transaction:
            documents = transaction.tasks.live(self._server.name, self._project)
            gone = documents.keys() & (inventory.gone | changes.replaced)
            for task in gone:
                changes.missing.add_task(task, documents[task])
            for task in gone - changes.replaced:
                for annotation in transaction.revisions.current(self._source, task):
                    changes.missing.add_annotation(annotation.identity, task, annotation.document)


def _overlapped(since: str) -> str:
    return instant(datetime.fromisoformat(since) - _OVERLAP)
