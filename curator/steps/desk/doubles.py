"""Documents that several tasks of a project hold: counted twice by annotators, and annotated twice."""

from contextlib import suppress

from curator.domain.errors import AnswerNotUnderstood, ServerFailed
from curator.steps.desk.receive import Receiver
from curator.steps.desk.report import DoubledDocument, ReconciliationReport
from curator.steps.ports.store import Store
from curator.steps.ports.stored_deletions import DeletedItem


def doubled_documents(store: Store, server: str) -> list[DoubledDocument]:
    """Return the documents that several tasks hold, as far as pushes and reconciliations have seen, by project.

    What an adopted project has is as those want it who made it.
    """
    with store.reading() as transaction:
        adopted = transaction.projects.adopted(server)
        return [
            DoubledDocument(project, document, tuple(tasks))
            for project in transaction.projects.of_server(server)
            if project not in adopted
            for document, tasks in transaction.projects.doubled(server, project).items()
        ]


def remove_doubled(receiver: Receiver, report: ReconciliationReport) -> None:
    """Take surplus tasks away that nobody has worked on, and note which.

    Of the tasks that Label Studio has of a document one stays, and every one with an annotation or a draft. The caller
    holds the lease. Idempotent. Raises ServerUnreachable.
    """
    store, server = receiver.store, receiver.acceptor.server
    for double in doubled_documents(store, server.name):
        present = [task for task in double.tasks if _is_there(receiver, double, task)]
        removed: list[int] = []
        # The oldest stays where all are alike.
        for task in sorted(present, reverse=True):
            receiver.lease.keep()
            with suppress(ServerFailed):
                if len(present) > 1 and server.remove_unannotated(double.project, task, double.document):
                    removed.append(task)
            if task in removed or not _is_there(receiver, double, task):
                present.remove(task)
        if removed:
            with receiver.lease.writing() as transaction:
                transaction.projects.take_away(server.name, double.project, removed)
                source = receiver.acceptor.source(double.project)
                transaction.deletions.release(source, [DeletedItem(task) for task in removed])
        report.removed = sorted([*report.removed, *removed])


def _is_there(receiver: Receiver, double: DoubledDocument, number: int) -> bool:
    """Say whether Label Studio has a task, in this project and with this document; not where it fails to tell."""
    receiver.lease.keep()
    with suppress(ServerFailed, AnswerNotUnderstood):
        task = receiver.acceptor.server.task(number)
        return task is not None and (task.ref.project, task.ref.document) == (double.project, double.document)
    return False
