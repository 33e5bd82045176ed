"""What of the current annotations does not fit or cannot be read, by name."""

from dataclasses import dataclass
from typing import Any

from curator.domain.annotation import annotation_name, project_source
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_quarantine import QuarantinedItem


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """An annotation that cannot be read (a whole task where the key is empty), or one with items that do not fit."""

    source: str
    task: int | None
    annotation: str
    document: str | None
    cause: str

    @property
    def name(self) -> str:
        return annotation_name(self.task, self.annotation)

    def value(self) -> dict[str, Any]:
        """Return the entry as a JSON value."""
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
    """Return what is in quarantine now: first what cannot be read, then items of current annotations.

    An item that fits the labels in force by now is left out.
    """
    with store.reading() as transaction:
        entries = [
            QuarantineEntry(annotation.source, annotation.task, annotation.key, None, annotation.cause)
            for annotation in transaction.quarantine.unreadable()
        ]
        causes: dict[int, set[str]] = {}
        for item in transaction.quarantine.of_current():
            if item.revision not in causes:
                causes[item.revision] = _causes(transaction, item, read_content)
            entry = QuarantineEntry(item.source, item.task, item.key, item.document, item.cause)
            if item.cause in causes[item.revision] and entry not in entries:
                entries.append(entry)
    return entries


def _causes(transaction: Transaction, item: QuarantinedItem, read_content: ContentReader) -> set[str]:
    """Return why items of an annotation do not fit the labels that are in force."""
    schema, text = schema_in_force(transaction.settings), transaction.documents.text(item.document)
    for revision in transaction.revisions.current_revisions(document=item.document):
        if revision.number == item.revision and revision.state and schema and text is not None:
            return {problem.cause for problem in read_content(revision.state, text, schema).problems}
    return set()
