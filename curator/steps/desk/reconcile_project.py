"""One project made equal to what Label Studio's API says of it."""

from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from curator.domain.annotation import Identity, ProjectSource, TaskRef, UnreadableAnnotation, instant
from curator.domain.errors import AnswerNotUnderstood, CuratorError, ServerFailed
from curator.steps.desk.changes import Changes, known_tasks
from curator.steps.desk.deletions import not_accepted
from curator.steps.desk.foreign import foreign_task
from curator.steps.desk.missing import moved_annotations, take_over
from curator.steps.desk.numbers import is_balanced, note_seen
from curator.steps.desk.receive import Receiver
from curator.steps.desk.report import ReconciliationReport
from curator.steps.desk.set_back import Inventory, look_at_latest, sign_of_the_past, take_inventory, there_again
from curator.steps.desk.take_up import TakingUp
from curator.steps.desk.verdict import Verdict
from curator.steps.ports.label_server import TaskState
from curator.steps.ports.newcomers import Newcomers
from curator.steps.ports.progress import Progress
from curator.steps.ports.stored_deletions import DeletedItem

# Rows that were written before the watermark may have been committed after it.
_OVERLAP = timedelta(minutes=10)
_PAGE = 100


class ProjectReconciliation:
    """One reconciliation of a project."""

    def __init__(
        self,
        receiver: Receiver,
        project: int,
        report: ReconciliationReport,
        progress: Progress,
        newcomers: Newcomers | None = None,
    ) -> None:
        """Take who receives, whose lease is held, the project, and what to report and show progress to.

        Of an adopted project also how its new texts are judged, without which none is taken up.
        """
        self._receiver = receiver
        self._acceptor = receiver.acceptor
        self._server = receiver.acceptor.server
        self._project = project
        self._named = ProjectSource(self._server.name, project)
        self._source = str(self._named)
        self._report = report
        self._progress = progress
        self._unreadable: dict[int, set[UnreadableAnnotation]] = {}
        self._held: set[DeletedItem] = set()
        self._inventory: Inventory | None = None
        self._quick = False
        self._taking_up = TakingUp(self._acceptor, self._named, newcomers, report.taken_up) if newcomers else None
        self._replacing: dict[int, TaskRef] = {}

    def run(self, exists: bool, full: bool) -> None:
        """Do what `reconcile` promises of one project. Idempotent. Raises ServerUnreachable."""
        with self._receiver.store.reading() as transaction:
            for annotation in transaction.quarantine.unreadable(self._source):
                self._unreadable.setdefault(annotation.task, set()).add(annotation)
            self._held = {deletion.item for deletion in transaction.deletions.held(self._source)}
        changes = self._read_changes(full) if exists else Changes()
        self._add_tasks(changes, exists)
        if changes.alive:
            with self._receiver.lease.writing() as transaction:
                transaction.deletions.release(self._source, changes.alive)
        withdrawn = take_over(self._acceptor, self._project, changes.missing)
        self._report.missed["updated"] += withdrawn.moved
        self._report.missed["deleted"] += withdrawn.annotations
        self._report.missed["tasks_deleted"] += withdrawn.tasks
        self._take_over_numbers(changes)
        with self._receiver.store.reading() as transaction:
            stopped = not_accepted(transaction, self._named)
        self._report.stopped = stopped or self._report.stopped
        # What was withdrawn is no difference any more, what is held is one.
        self._see_what_was_let_go(changes)
        note_seen(self._receiver, self._named, changes.seen)
        if changes.newest:
            with self._receiver.lease.writing() as transaction:
                transaction.revisions.save_watermark(self._source, changes.newest)

    def _read_changes(self, full: bool) -> Changes:
        """Take in every listed annotation; return what the store knows and the listing lacks."""
        with self._receiver.store.reading() as transaction:
            since = None if full else transaction.revisions.watermark(self._source)
        changes = self._read_since(since)
        if since is not None and (sign := self._sign_of_the_past(since, changes)):
            self._report.reread = f"{sign}: Label Studio may have been set back, and all of it was read"
            self._inventory, self._quick = None, False
            changes = self._read_since(None)
        return changes

    def _sign_of_the_past(self, since: str, changes: Changes) -> str:
        """Return why the server may have been set back; where numbers differ, all its tasks are compared for that."""
        if changes.newest < since:
            return f"the newest task that was seen in project {self._project} is older now, or gone"
        # What is in quarantine was read, and what is held as deleted cannot be as it was.
        passed = {task for task, entries in self._unreadable.items() if entries} | {item.task for item in self._held}
        if self._holds_nothing_new() and self._is_balanced(changes):
            sign = look_at_latest(self._receiver, self._named, _overlapped(since), passed | changes.listed)
            if sign is not None:
                self._quick = not sign
                return sign
        self._inventory = take_inventory(self._receiver.store, self._server, self._project, exists=True)
        return sign_of_the_past(self._receiver, self._project, self._inventory, _overlapped(since), passed)

    def _holds_nothing_new(self) -> bool:
        """Say whether a reconciliation has seen all that is held: what deliveries brought may be there again."""
        if not self._held:
            return True
        with self._receiver.store.reading() as transaction:
            uneven = transaction.projects.uneven(self._named)
        return {item.task for item in self._held} <= uneven

    def _is_balanced(self, changes: Changes) -> bool:
        if is_balanced(self._receiver, self._named, changes.seen):
            return True
        # Somebody may have gone on since the tasks were listed.
        self._read(self._listed(changes.newest, changes), changes)
        return is_balanced(self._receiver, self._named, changes.seen)

    def _read_since(self, since: str | None) -> Changes:
        changes = Changes()
        self._read(self._tasks(since, changes), changes)
        return changes

    def _read(self, tasks: Iterator[TaskState | UnreadableAnnotation], changes: Changes) -> None:
        done = 0
        while page := list(islice(tasks, _PAGE)):
            taken = self._take_up(page)
            known = known_tasks(self._receiver.store, self._named, page)
            for task in page:
                self._receiver.lease.keep()
                done += 1
                if isinstance(task, UnreadableAnnotation):
                    self._note_unreadable(task.task, {task})
                    continue
                number = task.ref.task
                foreign = self._named_cause(foreign_task(self._receiver.store, task, known.stored))
                self._note_unreadable(number, {*task.unreadable, *([foreign] if foreign else [])})
                current = known.current(number)
                moved = set() if foreign else moved_annotations(current, task)
                self._read_task(task, moved, taken)
                changes.note_task(task, known, foreign is not None)
                if self._taking_up and number in changes.replaced and task.ref.document in known.stored and not foreign:
                    self._replacing[number] = task.ref
                changes.compare(current, moved, task, self._held)
                self._progress(done, None)
            if changes.unknown:
                with self._receiver.lease.writing() as transaction:
                    transaction.tasks.save(self._server.name, self._project, changes.unknown, changes.refs)
                changes.unknown = {}

    def _take_up(self, page: list[TaskState | UnreadableAnnotation]) -> dict[Identity, Verdict]:
        """Take up what is new of an adopted project's tasks; returns what became of the annotations that were."""
        if self._taking_up is None:
            return {}
        self._receiver.lease.keep()
        return self._taking_up.page([task for task in page if isinstance(task, TaskState)])

    def _named_cause(self, foreign: UnreadableAnnotation | None) -> UnreadableAnnotation | None:
        """Return the entry of a task that is left alone, with why it was left out where its project was adopted."""
        why = self._report.taken_up.left_out.get(foreign.task) if foreign and self._taking_up else None
        return replace(foreign, cause=f"{Verdict.UNKNOWN_TASK}: {why}") if foreign and why else foreign

    def _take_over_numbers(self, changes: Changes) -> None:
        """Let tasks of an adopted project that were given the numbers of others have these, once those are let go.

        Those of our own are known again by their keys, whenever they are read next.
        """
        if not self._replacing:
            return
        with self._receiver.lease.writing() as transaction:
            live = transaction.projects.documents(self._server.name, self._project, self._replacing)
            free = {task: ref for task, ref in self._replacing.items() if live.get(task) in (None, ref.document)}
            documents = {task: str(ref.document) for task, ref in free.items()}
            transaction.tasks.save(self._server.name, self._project, documents, free)
        self._report.taken_up.tasks += len(free)

    def _tasks(self, since: str | None, changes: Changes) -> Iterator[TaskState | UnreadableAnnotation]:
        """Yield the tasks that changed, then those that could not be read before, whatever their time."""
        yield from self._listed(None if since is None else _overlapped(since), changes)
        for number in sorted(self._unreadable.keys() - changes.listed):
            if all(entry.cause.startswith(Verdict.UNKNOWN_TASK) for entry in self._unreadable[number]):
                # Its time moves where its data changes.
                continue
            self._receiver.lease.keep()
            with suppress(ServerFailed, AnswerNotUnderstood):
                state = self._server.task(number)
                if state is not None and state.ref.project == self._project:
                    yield state
                else:
                    self._forget_unreadable([number])
                    changes.seen[number] = None

    def _listed(self, since: str | None, changes: Changes) -> Iterator[TaskState | UnreadableAnnotation]:
        for task in self._server.tasks(self._project, since):
            self._receiver.lease.keep()
            if isinstance(task, TaskState):
                changes.newest = max(changes.newest, task.updated_at)
                changes.listed.add(task.ref.task)
            else:
                changes.listed.add(task.task)
            yield task

    def _read_task(self, task: TaskState, moved: Set[Identity], taken: Mapping[Identity, Verdict]) -> None:
        number = task.ref.task
        for state in (state for state in task.annotations if state.identity not in moved):
            try:
                verdict = taken.get(state.identity) or self._acceptor.observe(state, task.ref)
            except (ServerFailed, AnswerNotUnderstood) as error:
                verdict = self._quarantine(number, state.identity.key, error)
            if verdict is Verdict.STALE:
                # A listing is read slowly and a backup may bring back the past: only a fresh look decides.
                verdict = self._reread_annotation(number, int(state.identity.key))
            if verdict is Verdict.CREATED and state.for_review:
                # A push sent it, and Label Studio tells nobody of what it imports.
                continue
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

    def _add_tasks(self, changes: Changes, exists: bool) -> None:
        """Add the tasks that Label Studio no longer has, or has for something else, with their annotations."""
        gone = set(changes.replaced)
        if not self._quick:
            gone |= self._compare_all(changes, exists)
        with self._receiver.store.reading() as transaction:
            documents = transaction.projects.documents(self._server.name, self._project, gone)
            annotations = transaction.projects.annotations(self._source, documents.keys() - changes.replaced)
        for task, document in documents.items():
            changes.missing.add_task(task, document)
            for annotation in annotations.get(task, ()):
                changes.missing.add_annotation(annotation.identity, task, annotation.document)

    def _see_what_was_let_go(self, changes: Changes) -> None:
        """See all tasks that differ once more where of those held any was withdrawn, though no index was looked at."""
        if not self._quick or not self._held:
            return
        with self._receiver.store.reading() as transaction:
            held = {deletion.item for deletion in transaction.deletions.held(self._source)}
            uneven = transaction.projects.uneven(self._named)
        if not self._held <= held:
            index = self._server.task_index(self._project)
            there = {task: index[task].annotations if task in index else None for task in uneven}
            changes.seen = {**there, **changes.seen}

    def _compare_all(self, changes: Changes, exists: bool) -> set[int]:
        """Read what only the index of all tasks shows; returns the tasks that Label Studio no longer has."""
        inventory = self._inventory or take_inventory(self._receiver.store, self._server, self._project, exists)
        self._forget_unreadable(task for task in self._unreadable if task and task not in inventory.index)
        with self._receiver.store.reading() as transaction:
            uneven = transaction.projects.uneven(self._named)
            holdings = transaction.projects.holdings(self._source) if self._held else {}
        there = set(there_again(inventory, holdings, self._held)) if self._held else set()
        unknown = inventory.index.keys() - inventory.live.keys() - uneven
        # Not listed, as a backup brings old times back.
        unread = sorted((there | unknown) - changes.listed)
        self._read(self._server.tasks_by_id(self._project, unread), changes)
        noted = uneven | self._unreadable.keys() | {item.task for item in self._held}
        for task in (noted & inventory.index.keys()) - changes.seen.keys():
            changes.seen[task] = inventory.index[task].annotations
        changes.seen |= dict.fromkeys((inventory.gone | uneven) - inventory.index.keys())
        return inventory.gone


def _overlapped(since: str) -> str:
    return instant(datetime.fromisoformat(since) - _OVERLAP)
