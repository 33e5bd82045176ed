"""What of the current annotations does not fit or cannot be read, by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from curator.domain.annotation import UnreadableAnnotation, annotation_name, project_source
from curator.steps.desk.foreign import is_foreign, remedy_for
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_quarantine import Misfit
from curator.steps.ports.stored_readings import Readings

_BATCHES = 8


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """An annotation that cannot be read (a whole task where the key is empty), or an item that does not fit.

    A whole task is also one whose annotations are left alone. `item` is a JSON value as it came, None for no item.
    """

    source: str
    task: int | None
    annotation: str
    document: str | None
    cause: str
    item: Any = None

    @property
    def name(self) -> str:
        return annotation_name(self.task, self.annotation)

    @property
    def foreign(self) -> bool:
        """Whether it is a task whose annotations are left alone."""
        return is_foreign(self.cause)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return remedy_for(self.cause)

    def value(self) -> dict[str, Any]:
        """Return the entry as a JSON value, without the item."""
        project = project_source(self.source)
        return {
            "source": self.source,
            "project": None if project is None else project.project,
            "task": self.task,
            "annotation": self.annotation or None,
            "document": self.document,
            "cause": self.cause,
        }


@dataclass(frozen=True, slots=True)
class QuarantineSummary:
    """How many entries there are by cause, each annotation once a cause, and the first ones of them.

    `unread` annotations and predictions came so lately, or in such numbers, that nobody looked at them yet.
    """

    causes: Mapping[str, int]
    first: tuple[QuarantineEntry, ...]
    unread: int

    @property
    def total(self) -> int:
        return sum(self.causes.values())


def quarantine(store: Store, readings: Readings) -> list[QuarantineEntry]:
    """Return what is in quarantine now, each annotation once a cause; see `quarantine_items`."""
    entries = (replace(entry, item=None) for entry in quarantine_items(store, readings))
    return list(dict.fromkeys(entries))


def quarantine_items(store: Store, readings: Readings, document: str | None = None) -> list[QuarantineEntry]:
    """Return what is in quarantine now: first what cannot be read, then the items of current annotations.

    Of one document where it is given. All annotations are read first that were not read by the labels in force.
    """
    readings.catch_up()
    with store.reading() as transaction:
        entries = list(_unreadable(transaction, transaction.quarantine.unreadable()))
        misfits = transaction.quarantine.misfits(_schema_hash(transaction), document)
    return [
        *(entry for entry in entries if document is None or entry.document == document),
        *(_misfit(misfit, misfit.item) for misfit in misfits),
    ]


def quarantine_summary(store: Store, readings: Readings, limit: int, *, foreign: bool = True) -> QuarantineSummary:
    """Return what is in quarantine now in few words, without waiting for whoever writes.

    Some of what is unread is read first. Without tasks whose annotations are left alone where not `foreign`.
    """
    unread = readings.catch_up(_BATCHES, wait=False) and readings.waiting()
    with store.reading() as transaction:
        schema_hash = _schema_hash(transaction)
        causes = transaction.quarantine.causes(schema_hash)
        if not foreign:
            causes = {cause: count for cause, count in causes.items() if not is_foreign(cause)}
        unreadable = transaction.quarantine.unreadable(causes=causes, limit=limit)
        misfits = transaction.quarantine.misfits(schema_hash, once=True, limit=limit - len(unreadable))
        entries = [*_unreadable(transaction, unreadable), *(_misfit(misfit, None) for misfit in misfits)]
    return QuarantineSummary(causes, tuple(entries), unread)


def _schema_hash(transaction: Transaction) -> str:
    schema = schema_in_force(transaction.settings)
    return "" if schema is None else schema.hash


def _misfit(misfit: Misfit, item: Any) -> QuarantineEntry:
    return QuarantineEntry(misfit.source, misfit.task, misfit.key, misfit.document, misfit.cause, item)


def _unreadable(transaction: Transaction, unreadable: Sequence[UnreadableAnnotation]) -> Iterator[QuarantineEntry]:
    tasks: dict[str, set[int]] = {}
    for annotation in unreadable:
        tasks.setdefault(annotation.source, set()).add(annotation.task)
    documents: dict[tuple[str, int], str] = {}
    for source, numbers in tasks.items():
        if (project := project_source(source)) is not None:
            held = transaction.projects.documents(project.server, project.project, sorted(numbers))
            documents |= {(source, task): document for task, document in held.items()}
    for annotation in unreadable:
        document = documents.get((annotation.source, annotation.task))
        yield QuarantineEntry(annotation.source, annotation.task, annotation.key, document, annotation.cause)
