"""What of the current annotations does not fit or cannot be read, by name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from curator.domain.annotation import annotation_name, project_source
from curator.domain.span import Problem
from curator.steps.desk.foreign import is_foreign, remedy_for
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_quarantine import QuarantinedItem


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


def quarantine(store: Store, read_content: ContentReader) -> list[QuarantineEntry]:
    """Return what is in quarantine now, each annotation once a cause; see `quarantine_items`."""
    entries = (replace(entry, item=None) for entry in quarantine_items(store, read_content))
    return list(dict.fromkeys(entries))


def quarantine_items(store: Store, read_content: ContentReader, document: str | None = None) -> list[QuarantineEntry]:
    """Return what is in quarantine now: first what cannot be read, then the items of current annotations.

    Of one document where it is given. An item that fits the labels in force by now is left out.
    """
    with store.reading() as transaction:
        entries = [*_unreadable(transaction), *_items(transaction, read_content)]
    return [entry for entry in entries if document is None or entry.document == document]


def _unreadable(transaction: Transaction) -> Iterator[QuarantineEntry]:
    tasks: dict[str, set[int]] = {}
    unreadable = transaction.quarantine.unreadable()
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


def _items(transaction: Transaction, read_content: ContentReader) -> Iterator[QuarantineEntry]:
    """Yield what of current annotations does not fit the labels in force, in the order of the annotations."""
    revisions: dict[int, QuarantinedItem] = {}
    for item in transaction.quarantine.of_current():
        revisions.setdefault(item.revision, item)
    problems: dict[int, tuple[Problem, ...]] = {}
    for document in {item.document for item in revisions.values()}:
        problems |= _problems(transaction, document, read_content)
    for number, item in revisions.items():
        for problem in problems.get(number, ()):
            yield QuarantineEntry(item.source, item.task, item.key, item.document, problem.cause, problem.item)


def _problems(transaction: Transaction, document: str, read_content: ContentReader) -> dict[int, tuple[Problem, ...]]:
    """Return what of a document's current annotations does not fit the labels that are in force, by revision."""
    schema, text = schema_in_force(transaction.settings), transaction.documents.text(document)
    if schema is None or text is None:
        return {}
    revisions = transaction.revisions.current_revisions(document=document)
    return {
        revision.number: read_content(revision.state, text, schema).problems for revision in revisions if revision.state
    }
