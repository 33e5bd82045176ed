"""Deliveries: made durable first, applied afterwards, in any order and any number of times."""

import traceback
import uuid
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from time import monotonic

from curator.domain.annotation import UnreadableAnnotation, project_source
from curator.domain.errors import AnswerNotUnderstood, CuratorError, ServerFailed, ServerUnreachable
from curator.domain.event import (
    AnnotationObserved,
    AnnotationsDeleted,
    AnnotationUnreadable,
    Event,
    ProjectChanged,
    TasksDeleted,
)
from curator.steps.desk.accept import Acceptor, Verdict
from curator.steps.ports.deliveries import Delivery, DeliveryReader, DeliveryUnreadable, Inbox
from curator.steps.ports.store import Store

_LEASE = "applier"
_LEASE_SECONDS = 60.0
_RENEW_SECONDS = 10.0
_BATCH = 50
# A server may fail on one annotation alone; one that fails on so many is taken to be away.
_PATIENCE = 3


def new_holder() -> str:
    """Return a name for whoever wants to hold the applier's lease."""
    return str(uuid.uuid4())


@dataclass(slots=True)
class Receiver:
    """Applies what waits in the inbox; only one at a time does, whoever holds the lease."""

    inbox: Inbox
    store: Store
    acceptor: Acceptor
    read_delivery: DeliveryReader
    holder: str = field(default_factory=new_holder)
    _renewed: float = 0.0

    def take_lease(self) -> bool:
        """Become the one who applies; returns whether that worked."""
        self._renewed = monotonic()
        return self.store.lease(_LEASE, self.holder, _LEASE_SECONDS)

    def keep_lease(self) -> None:
        """Renew the lease where it is getting old. Raises CuratorError where another has taken it over."""
        if monotonic() - self._renewed > _RENEW_SECONDS and not self.take_lease():
            raise CuratorError("another curator took over applying deliveries", "", "see that only one is running")

    def release_lease(self) -> None:
        self.store.release(_LEASE, self.holder)

    def drain(self) -> Counter[str]:
        """Apply all that waits and return how many deliveries ended in each state; nothing where another applies.

        Idempotent. Raises ServerUnreachable where Label Studio must be asked and does not answer: what is left waits.
        """
        if not self.take_lease():
            return Counter()
        try:
            return self.apply_waiting()
        finally:
            self.release_lease()

    def apply_waiting(self) -> Counter[str]:
        """Do what `drain` does for a caller that holds the lease."""
        outcomes: Counter[str] = Counter()
        put_off: dict[str, ServerUnreachable] = {}
        while batch := self._next_batch(put_off):
            for delivery in batch:
                self.keep_lease()
                try:
                    outcomes[self.apply(delivery)] += 1
                except ServerUnreachable as error:
                    put_off[delivery.id] = error
                    if len(put_off) == _PATIENCE:
                        raise
        if put_off:
            raise next(iter(put_off.values()))
        return outcomes

    def _next_batch(self, put_off: Collection[str]) -> list[Delivery]:
        pending = self.inbox.pending(_BATCH + len(put_off))
        return [delivery for delivery in pending if delivery.id not in put_off]

    def apply(self, delivery: Delivery) -> str:
        """Apply one delivery and return its state: `applied`, `stale` or `dead`. The caller holds the lease."""
        with self.store.reading() as transaction:
            outcome = transaction.receipt(delivery.id)
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
        stale = True
        for event in events:
            verdict = self._verdict(event)
            if verdict.foreign:
                causes.add(verdict.value)
            elif verdict is Verdict.UNREADABLE:
                causes.add(_unreadable_cause(event))
            stale = stale and verdict is Verdict.STALE
        if causes:
            return self._settle(delivery, "dead", ", ".join(sorted(causes)))
        return self._settle(delivery, "stale" if events and stale else "applied", "")

    def _verdict(self, event: Event) -> Verdict:
        match event:
            case AnnotationObserved(state, task, started_from):
                return self.acceptor.observe(state, task, started_from)
            case AnnotationUnreadable(project, annotation):
                return self._reread_unreadable(annotation) if self._has_project(project) else Verdict.UNKNOWN_PROJECT
            case AnnotationsDeleted(project, annotations):
                if not self._has_project(project):
                    return Verdict.UNKNOWN_PROJECT
                for number in annotations:
                    self.acceptor.reread_annotation(project, number)
                return Verdict.UPDATED
            case TasksDeleted(project, tasks):
                if not self._has_project(project):
                    return Verdict.UNKNOWN_PROJECT
                for number in tasks:
                    self.acceptor.reread_task(project, number)
                return Verdict.UPDATED
            case ProjectChanged(project):
                return Verdict.KNOWN if self._has_project(project) else Verdict.UNKNOWN_PROJECT

    def _reread_unreadable(self, annotation: UnreadableAnnotation) -> Verdict:
        """Ask the server about what a delivery made unreadable: it may have been mended or deleted since."""
        project = project_source(annotation.source)
        try:
            if annotation.key and project is not None:
                return self.acceptor.reread_annotation(project.project, int(annotation.key))
        except (ServerFailed, AnswerNotUnderstood):
            self.acceptor.quarantine(annotation)
        return Verdict.UNREADABLE

    def _has_project(self, project: int) -> bool:
        with self.store.reading() as transaction:
            return transaction.tasks.has_project(self.acceptor.server.name, project)

    def _settle(self, delivery: Delivery, state: str, cause: str) -> str:
        # A dead letter leaves no receipt: it can be applied again, once what was in its way is mended.
        if state != "dead":
            with self.store.writing() as transaction:
                transaction.add_receipt(delivery.id, state)
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
