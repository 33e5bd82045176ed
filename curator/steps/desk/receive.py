"""Deliveries: made durable first, applied afterwards, in any order and any number of times."""

import traceback
from collections import Counter
from dataclasses import dataclass

from curator.domain.annotation import AnnotationState, ProjectSource, TaskRef, UnreadableAnnotation, project_source
from curator.domain.errors import (
    AnswerNotUnderstood,
    CuratorError,
    LeaseLost,
    ServerFailed,
    ServerRefused,
    ServerUnreachable,
    StoreUnavailable,
)
from curator.domain.event import (
    AnnotationObserved,
    AnnotationsDeleted,
    AnnotationUnreadable,
    Event,
    ProjectChanged,
    TasksDeleted,
)
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.deletions import Gone
from curator.steps.desk.foreign import note_delivered
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.take_up import TakingUp
from curator.steps.desk.taken_up import TakenUp
from curator.steps.desk.together import apply_together
from curator.steps.desk.verdict import Verdict
from curator.steps.ports.deliveries import Delivery, DeliveryReader, DeliveryUnreadable, Inbox
from curator.steps.ports.newcomers import NewcomerRules
from curator.steps.ports.store import Store

_LEASE_SECONDS = 60.0
_BATCH = 50
_HELD = "held: more deletions than are taken over unasked"
# So often may a delivery fail: with pauses of 5, 10, 20 seconds and so on, up to ten minutes, for half an hour.
_ATTEMPTS = 10
_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 600.0


def applier_lease(store: Store) -> HeldLease:
    """Return the lease that whoever applies deliveries or reconciles holds, not taken yet."""
    return HeldLease(store, "applier", _LEASE_SECONDS, "applying deliveries")


@dataclass(slots=True)
class Receiver:
    """Applies what waits in the inbox; only one at a time does, whoever holds the lease.

    `newcomers` gives how new texts of adopted projects are judged, without which they wait for a reconciliation.
    """

    inbox: Inbox
    store: Store
    acceptor: Acceptor
    read_delivery: DeliveryReader
    newcomers: NewcomerRules | None = None
    _absence: CuratorError | None = None
    _reached: int = 0

    @property
    def lease(self) -> HeldLease:
        """The lease that is needed to apply anything."""
        return self.acceptor.lease

    def drain(self) -> Counter[str]:
        """Apply all that is due and return how many deliveries are in each state; nothing where another applies.

        One that fails is put off, longer each time, and is a dead letter once it has failed ten times, some half an
        hour after the first; the others go on. Only a failure of its own counts: where Label Studio, asked for the
        project right after, does not answer as it should either, it is taken to be away. Then what must ask it waits,
        uncounted, and what need not goes on. Idempotent.

        Raises ServerUnreachable or ServerRefused, at the end, where Label Studio is away, StoreUnavailable where the
        store is, and LeaseLost. What is left waits.
        """
        try:
            # Only what asks Label Studio takes longer than a transaction, and has to have the lease.
            if self._absence is not None and not self.lease.take():
                return Counter()
            return self.apply_waiting()
        finally:
            self.lease.release()

    def apply_waiting(self, *, at_once: bool = False) -> Counter[str]:
        """Do what `drain` does, under the lease where it is held; `at_once` also what was put off.

        An attempt before its time is not counted where it fails.
        """
        outcomes: Counter[str] = Counter()
        self.acceptor.absent = self._absence = self._absence and self._why_away()
        # What came before had its turn while Label Studio was away.
        after = self._reached if self._absence else 0
        try:
            while batch := self.inbox.pending(_BATCH, after, at_once=at_once):
                while batch:
                    settled = apply_together(self.acceptor, self.read_delivery, batch)
                    if settled is None:
                        return outcomes
                    if settled:
                        self.inbox.settle_together(settled)
                    outcomes.update(settled.values())
                    done = len(settled)
                    if done < len(batch):
                        if not self.lease.held and not self.lease.take():
                            return outcomes
                        outcomes[self._attempt(batch[done])] += 1
                        done += 1
                    after = batch[done - 1].number
                    batch = batch[done:]
        finally:
            self._absence, self.acceptor.absent = self.acceptor.absent, None
            self._reached = after
        if self._absence is not None:
            raise self._absence.with_traceback(None)
        return outcomes

    def _attempt(self, delivery: Delivery) -> str:
        """Apply a delivery; one that fails is put off and still `pending`, or `dead` where it failed for good."""
        try:
            return self.apply(delivery)
        except (StoreUnavailable, LeaseLost):
            raise
        except CuratorError as error:
            if isinstance(error, (ServerUnreachable, ServerRefused)) and self._is_away():
                return "pending"
            return self._put_off(delivery, error)

    def _is_away(self) -> bool:
        """Say, after a question failed, whether Label Studio as a whole is away; once it is, nothing asks it more."""
        self.acceptor.absent = self.acceptor.absent or self._why_away()
        return self.acceptor.absent is not None

    def _why_away(self) -> CuratorError | None:
        """Ask Label Studio for the project and return what is amiss, None where it answers as it should."""
        server = self.acceptor.server
        with self.store.reading() as transaction:
            own = transaction.tasks.project(server.name)
            project = own[0] if own else max(transaction.projects.adopted(server.name), default=None)
        try:
            if project is not None:
                self.lease.keep()
                server.project(project)
        except (ServerUnreachable, ServerRefused) as error:
            return error
        return None

    def _put_off(self, delivery: Delivery, error: CuratorError) -> str:
        if not delivery.due:
            # The pauses give Label Studio time: one that is passed over leaves no attempt less.
            return "pending"
        failed = delivery.attempts + 1
        self.inbox.put_off(delivery.id, min(_FIRST_PAUSE * 2**delivery.attempts, _LONGEST_PAUSE), error.what)
        if failed < _ATTEMPTS:
            return "pending"
        return self._settle(delivery, "dead", f"given up after {failed} attempts: {error.what}")

    def apply(self, delivery: Delivery) -> str:
        """Apply one delivery and return its state: `applied`, `stale` or `dead`. The caller holds the lease."""
        with self.store.reading() as transaction:
            outcome = transaction.receipts([delivery.id]).get(delivery.id)
        if outcome is not None:
            self.inbox.settle(delivery.id, outcome, "")
            return outcome
        try:
            events = self.read_delivery(delivery.body, self.acceptor.server.name)
            return self._apply(delivery, events)
        except DeliveryUnreadable as error:
            return self._settle(delivery, "dead", error.cause)
        except CuratorError:
            raise
        except Exception as error:  # noqa: BLE001 - a defect that one delivery shows must not hold up the others
            return self._settle(delivery, "dead", _defect(error))

    def _apply(self, delivery: Delivery, events: list[Event]) -> str:
        causes: set[str] = set()
        held, stale = False, True
        for event in events:
            verdict = self._verdict(event)
            if verdict.foreign:
                causes.add(note_delivered(self.acceptor, verdict, event))
            elif verdict is Verdict.UNREADABLE:
                causes.add(_unreadable_cause(event))
            held = held or verdict is Verdict.HELD
            stale = stale and verdict is Verdict.STALE
        if causes:
            return self._settle(delivery, "dead", ", ".join(sorted(causes)))
        # The store remembers what is held, so the delivery itself is done with.
        return self._settle(delivery, "stale" if events and stale else "applied", _HELD if held else "")

    def _verdict(self, event: Event) -> Verdict:
        match event:
            case AnnotationObserved(state, task, started_from):
                return self._observe(state, task, started_from)
            case AnnotationUnreadable(project, annotation):
                return self._reread_unreadable(annotation) if self._has_project(project) else Verdict.UNKNOWN_PROJECT
            case AnnotationsDeleted(project, annotations):
                if not self._has_project(project):
                    return Verdict.UNKNOWN_PROJECT
                gone = Gone()
                for number in annotations:
                    self.acceptor.compare_annotation(project, number, gone)
                return self._withdraw(project, gone)
            case TasksDeleted(project, tasks):
                if not self._has_project(project):
                    return Verdict.UNKNOWN_PROJECT
                gone = Gone()
                for deleted in tasks:
                    for number in self.acceptor.compare_task(project, deleted, gone):
                        self.acceptor.compare_annotation(project, number, gone)
                return self._withdraw(project, gone)
            case ProjectChanged(project):
                return Verdict.KNOWN if self._has_project(project) else Verdict.UNKNOWN_PROJECT

    def _observe(self, state: AnnotationState, task: TaskRef, started_from: str | None) -> Verdict:
        verdict = self.acceptor.observe(state, task, started_from)
        if verdict is Verdict.UNKNOWN_TASK and task.raw is not None:
            verdict = self._take_up(task, state.identity.key)
        if verdict is Verdict.FOREIGN_TEXT:
            # The text may have been restored since.
            verdict = self.acceptor.reread_annotation(task.project, int(state.identity.key))
        return verdict

    def _take_up(self, task: TaskRef, key: str) -> Verdict:
        """Take up a task of an adopted project that was made since, with all its annotations as they are now."""
        if self.newcomers is None:
            return Verdict.UNKNOWN_TASK
        state = self.acceptor.asked().task(task.task)
        if state is None or state.ref.project != task.project:
            return Verdict.UNKNOWN_TASK
        project = ProjectSource(task.server, task.project)
        TakingUp(self.acceptor, project, self.newcomers(), TakenUp()).page([state])
        return self.acceptor.reread_annotation(task.project, int(key))

    def _withdraw(self, project: int, gone: Gone) -> Verdict:
        return Verdict.HELD if self.acceptor.withdraw(project, gone).held else Verdict.UPDATED

    def _reread_unreadable(self, annotation: UnreadableAnnotation) -> Verdict:
        """Ask the server about what a delivery made unreadable: it may have been mended or deleted since."""
        project = project_source(annotation.source)
        try:
            if annotation.key and project is not None:
                return self.acceptor.reread_annotation(project.project, int(annotation.key))
        except (ServerFailed, AnswerNotUnderstood):
            if self._is_away():
                raise
            self.acceptor.quarantine(annotation)
        return Verdict.UNREADABLE

    def _has_project(self, project: int) -> bool:
        with self.store.reading() as transaction:
            return transaction.tasks.has_project(self.acceptor.server.name, project)

    def _settle(self, delivery: Delivery, state: str, cause: str) -> str:
        # A dead letter leaves no receipt: it can be applied again, once what was in its way is mended.
        if state != "dead":
            with self.lease.writing() as transaction:
                transaction.add_receipts({delivery.id: state})
        self.inbox.settle(delivery.id, state, cause)
        return state


def _unreadable_cause(event: Event) -> str:
    """Name what could not be read; an answer of the server to a new reading is named by the next reconciliation."""
    if isinstance(event, AnnotationUnreadable):
        return f"unreadable: {event.annotation.name}: {event.annotation.cause}"
    return Verdict.UNREADABLE.value


def _defect(error: Exception) -> str:
    """Name a defect by its kind and place; its message may quote what was delivered."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"defect: {type(error).__name__} in {place.name}, line {place.lineno}"
