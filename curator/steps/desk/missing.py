"""What a reconciliation found missing in Label Studio, confirmed there and withdrawn, or held."""

from curator.domain.annotation import ProjectSource, UnreadableAnnotation
from curator.domain.errors import AnswerNotUnderstood, ServerFailed
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.deletions import Gone, Withdrawn, exceeds


def take_over(acceptor: Acceptor, project: int, missing: Gone) -> Withdrawn:
    """Withdraw what a listing lacks, after asking for each item; where that is too much, hold it and ask for nothing.

    Where deletions are accepted, what was held before is asked for and withdrawn as well. An annotation that the
    server fails on is quarantined by name. Raises ServerUnreachable.
    """
    source = ProjectSource(acceptor.server.name, project)
    with acceptor.store.reading() as transaction:
        held = {deletion.item: deletion.document for deletion in transaction.deletions.held(str(source))}
    if acceptor.guard.accepted:
        items = missing.items | held
    else:
        items = {item: document for item, document in missing.items.items() if item not in held}
        if items:
            with acceptor.lease.writing() as transaction:
                if exceeds(transaction, acceptor.guard, source, items):
                    return Withdrawn(held=len(items))
    tasks = {item.task for item in items if item.is_task}
    gone = Gone()
    for item in sorted(items, key=lambda item: item.rank):
        if item.is_task:
            acceptor.compare_task(project, item.task, gone)
        elif item.task not in tasks:
            try:
                acceptor.compare_annotation(project, int(item.key), gone)
            except (ServerFailed, AnswerNotUnderstood) as error:
                acceptor.quarantine(UnreadableAnnotation(str(source), item.task, item.key, error.what))
    return acceptor.withdraw(project, gone)
