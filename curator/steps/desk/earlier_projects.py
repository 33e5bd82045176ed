"""Projects that Label Studio no longer has, and whose annotations still count."""

from curator.domain.annotation import ProjectSource
from curator.steps.desk.receive import Receiver
from curator.steps.desk.report import GoneProject, ReconciliationReport
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.store import Store

_BATCH = 200


def earlier_projects(store: Store, server: LabelServer) -> tuple[list[int], list[GoneProject]]:
    """Return the projects before the newest one that something is held of: those that are there, and those gone.

    Annotations of the latter stay current, and are exported, until `settle_gone` lets go of them. Raises
    ServerUnreachable.
    """
    with store.reading() as transaction:
        newest = transaction.tasks.project(server.name)
        held = []
        for project in transaction.projects.of_server(server.name):
            annotations = transaction.revisions.current_count(str(ProjectSource(server.name, project)))
            tasks = len(transaction.tasks.live(server.name, project))
            if (annotations or tasks) and newest is not None and project != newest[0]:
                held.append(GoneProject(project, tasks, annotations))
    gone = [known for known in held if server.project(known.project) is None]
    return [known.project for known in held if known not in gone], gone


def settle_gone(receiver: Receiver, report: ReconciliationReport, accepted: bool) -> None:
    """Let go of the projects that are gone, of those with annotations only where that is accepted; the rest stay named.

    The caller holds the lease. Idempotent.
    """
    waiting = [gone for gone in report.gone if gone.annotations and not accepted]
    for gone in report.gone:
        if gone not in waiting:
            _give_up(receiver, gone, report)
    report.gone = waiting


def _give_up(receiver: Receiver, gone: GoneProject, report: ReconciliationReport) -> None:
    """Let all annotations of a project be deleted, and its tasks be gone."""
    store, name = receiver.store, receiver.acceptor.server.name
    source = str(ProjectSource(name, gone.project))
    with store.reading() as transaction:
        annotations = list(transaction.revisions.current(source))
        tasks = transaction.tasks.live(name, gone.project)
        unreadable = transaction.quarantine.unreadable(source)
    for at in range(0, len(annotations), _BATCH):
        receiver.lease.keep()
        with receiver.lease.writing() as transaction:
            for annotation in annotations[at : at + _BATCH]:
                transaction.revisions.append(annotation.identity, annotation.document, None)
    with receiver.lease.writing() as transaction:
        transaction.tasks.mark_gone(name, gone.project, tasks)
        for entry in unreadable:
            transaction.quarantine.drop_unreadable(source, entry.task, entry.key)
    report.missed["deleted"] += len(annotations)
    report.missed["tasks_deleted"] += len(tasks)
