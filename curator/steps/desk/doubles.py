"""Documents that several tasks of a project hold: counted twice by annotators, and annotated twice."""

from contextlib import suppress

from curator.domain.errors import ServerFailed
from curator.steps.desk.receive import Receiver
from curator.steps.desk.report import DoubledDocument, ReconciliationReport
from curator.steps.ports.store import Store


def doubled_documents(store: Store, server: str) -> list[DoubledDocument]:
    """Return the documents that several tasks hold, as far as pushes and reconciliations have seen, by project."""
    with store.reading() as transaction:
        return [
            DoubledDocument(project, document, tuple(tasks))
            for project in transaction.projects.of_server(server)
            for document, tasks in transaction.projects.doubled(server, project).items()
        ]


def remove_doubled(receiver: Receiver, report: ReconciliationReport) -> None:
    """Take surplus tasks away that nobody has worked on, and note which.

    One task of each document stays, and every task with an annotation or a draft. The caller holds the lease.
    Idempotent. Raises ServerUnreachable.
    """
    store, server = receiver.store, receiver.acceptor.server
    for double in doubled_documents(store, server.name):
        left = set(double.tasks)
        # The oldest stays where all are alike.
        for task in sorted(double.tasks, reverse=True):
            receiver.lease.keep()
            with suppress(ServerFailed):
                if len(left) > 1 and server.remove_unannotated(task, double.document):
                    left.discard(task)
        removed = sorted(set(double.tasks) - left)
        if removed:
            with receiver.lease.writing() as transaction:
                transaction.projects.take_away(server.name, double.project, removed)
        report.removed = sorted([*report.removed, *removed])
