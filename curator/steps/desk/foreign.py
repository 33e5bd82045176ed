"""Why annotations of a task are left alone, in words that a person can act on."""

from collections.abc import Collection, Mapping
from itertools import zip_longest

from curator.domain.annotation import TaskRef, UnreadableAnnotation
from curator.domain.event import AnnotationObserved, Event
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.verdict import Verdict, is_intact, is_same_text
from curator.steps.ports.label_server import TaskState
from curator.steps.ports.store import Store, Transaction

_PIECE = 16
_KEY = 24
_REMEDIES: Mapping[str, str] = {
    Verdict.FOREIGN_TEXT: "restore the text in Label Studio, or ingest the new one as a document of its own and push",
    Verdict.UNKNOWN_TASK: "delete the task in Label Studio, or ingest its text, push, and annotate the task made of it",
}
_WRITTEN_ANOTHER_WAY = "its text has other line ends or another normal form than when the task was taken in"
_UNREADABLE = "correct or delete it in Label Studio"


def is_foreign(cause: str) -> bool:
    """Say whether the cause of an entry is that annotations of a task are left alone, not that it cannot be read."""
    return cause.partition(":")[0] in _REMEDIES


def remedy_for(cause: str) -> str:
    """Return what mends what is in quarantine for a cause."""
    if cause.endswith(_WRITTEN_ANOTHER_WAY):
        return "write the text in Label Studio as it was, or delete the task and make another one of the text"
    return _REMEDIES.get(cause.partition(":")[0], _UNREADABLE)


def foreign_task(store: Store, task: TaskState, known: Collection[str]) -> UnreadableAnnotation | None:
    """Return the entry of a task whose annotations are left alone; None for one of ours, or that nobody annotated.

    `known` are documents that need not be looked up. A text that was edited is told before anybody annotates it.
    """
    if is_intact(task.ref) and task.ref.document in known:
        return None
    with store.reading() as transaction:
        entry = foreign_entry(transaction, task.ref)
    annotated = task.annotations or task.unreadable
    if entry is None or (entry.cause.startswith(Verdict.UNKNOWN_TASK) and not annotated):
        return None
    return entry


def foreign_entry(transaction: Transaction, task: TaskRef) -> UnreadableAnnotation | None:
    """Return the quarantine's entry of a task that is none of ours, or has another text; None for one of ours."""
    cause = _cause(transaction, task)
    return UnreadableAnnotation(task.source, task.task, "", cause) if cause else None


def note_delivered(acceptor: Acceptor, verdict: Verdict, event: Event) -> str:
    """Return why a delivered annotation is left alone, and keep a text that was edited in the quarantine.

    Of a text the server was asked. What else is unknown may be known by now: the next reconciliation names it.
    """
    if not isinstance(event, AnnotationObserved):
        return verdict.value
    with acceptor.store.reading() as transaction:
        entry = foreign_entry(transaction, event.task)
    if entry is None or not entry.cause.startswith(verdict.value):
        return verdict.value
    if verdict is Verdict.FOREIGN_TEXT:
        acceptor.quarantine(entry)
    return f"{verdict}: {entry.name}{entry.cause.removeprefix(verdict.value)}"


def _cause(transaction: Transaction, task: TaskRef) -> str:
    if task.document is None:
        return f"{Verdict.UNKNOWN_TASK}: its data has no key of a document"
    text = transaction.documents.text(task.document)
    if text is None:
        return f"{Verdict.UNKNOWN_TASK}: there is no document {task.document[:_KEY]!r}"
    if is_intact(task):
        return ""
    if task.text is None:
        return f"{Verdict.FOREIGN_TEXT}: document {task.document}, it has no text"
    if is_same_text(task):
        return f"{Verdict.FOREIGN_TEXT}: document {task.document}, {_WRITTEN_ANOTHER_WAY}"
    at = _first_difference(task.text, text)
    theirs, ours = (value[at : at + _PIECE] for value in (task.text, text))
    return f"{Verdict.FOREIGN_TEXT}: document {task.document}, from character {at} on {theirs!r} in place of {ours!r}"


def _first_difference(text: str, other: str) -> int:
    return next((at for at, pair in enumerate(zip_longest(text, other)) if pair[0] != pair[1]), len(text))
