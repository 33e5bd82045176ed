"""What a reconciliation found missing in Label Studio, confirmed there and withdrawn, or held."""

from collections.abc import Collection, Mapping

from curator.domain.annotation import Identity, ProjectSource, UnreadableAnnotation
from curator.domain.errors import AnswerNotUnderstood, CuratorError, ServerFailed
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.deletions import Gone, Withdrawn, exceeds
from curator.steps.ports.label_server import TaskState
from curator.steps.ports.stored_deletions import DeletedItem


def take_over(acceptor: Acceptor, project: int, missing: Gone) -> Withdrawn:
    """Withdraw what a listing lacks, after asking for each item; where that is too much, hold it and ask for nothing.

    Where deletions are accepted, what was held before is asked for and withdrawn as well. A task or an annotation
    that the server fails on is quarantined by name. Raises ServerUnreachable.
    """
    source = ProjectSource(acceptor.server.name, project)
    if acceptor.guard.accepted:
        with acceptor.store.reading() as transaction:
            held = {deletion.item: deletion.document for deletion in transaction.deletions.held(str(source))}
        items = missing.items | held
    else:
        with acceptor.store.reading() as transaction:
            waiting = transaction.deletions.among(str(source), missing.items)
        items = {item: document for item, document in missing.items.items() if item not in waiting}
        if items:
            with acceptor.lease.writing() as transaction:
                if exceeds(transaction, acceptor.guard, source, items):
                    return Withdrawn(held=len(items))
    gone = Gone()
    failed = _ask(acceptor, project, items, gone)
    if acceptor.guard.accepted:
        with acceptor.lease.writing() as transaction:
            # What was asked for and is not gone is there, or was let go by other ways.
            transaction.deletions.release(str(source), items.keys() - gone.items.keys() - failed)
    return acceptor.withdraw(project, gone)


def moved_annotations(current: Mapping[Identity, str], task: TaskState) -> set[Identity]:
    """Return which of a task's annotations, known with their documents, are of another document there.

    Whether they may leave theirs is to be judged of all as one.
    """
    document = task.ref.document
    return {state.identity for state in task.annotations if current.get(state.identity, document) != document}


def _ask(acceptor: Acceptor, project: int, items: Collection[DeletedItem], gone: Gone) -> set[DeletedItem]:
    """Ask for each item, tasks with all their annotations; what is gone is added to `gone`.

    Returns the items on which the server failed.
    """
    source = acceptor.source(project)
    failed = set[DeletedItem]()

    def fail(task: int, key: str, error: CuratorError) -> None:
        failed.update(item for item in items if item.task == task and key in ("", item.key))
        acceptor.quarantine(UnreadableAnnotation(source, task, key, error.what))

    tasks = {item.task for item in items if item.is_task}
    for item in sorted(items, key=lambda item: item.rank):
        annotations: list[int] = []
        try:
            if item.is_task:
                annotations = acceptor.compare_task(project, item.task, gone)
            elif item.task not in tasks:
                annotations = [int(item.key)]
        except (ServerFailed, AnswerNotUnderstood) as error:
            fail(item.task, "", error)
        for number in annotations:
            try:
                acceptor.compare_annotation(project, number, gone)
            except (ServerFailed, AnswerNotUnderstood) as error:
                fail(item.task, str(number), error)
    return failed
