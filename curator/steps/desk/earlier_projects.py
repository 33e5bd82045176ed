"""Projects beside the newest of ours: earlier ones, adopted ones, and those that Label Studio no longer has."""

from curator.domain.annotation import ProjectSource
from curator.steps.desk.deletions import Gone
from curator.steps.desk.receive import Receiver
from curator.steps.desk.report import GoneProject, ReconciliationReport
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.store import Store


def earlier_projects(store: Store, server: LabelServer) -> tuple[list[int], list[GoneProject]]:
    """Return the projects beside the newest of ours that something is held of: those that are there, and those gone.

    Of those that are there, adopted ones are among them whatever is held. Annotations of those gone stay current, and
    are exported, until `settle_gone` lets go of them. Raises ServerUnreachable.
    """
    with store.reading() as transaction:
        newest = transaction.tasks.project(server.name)
        adopted = transaction.projects.adopted(server.name)
        beside = []
        for project in transaction.projects.of_server(server.name):
            if newest is not None and project == newest[0]:
                continue
            annotations = transaction.revisions.current_count(str(ProjectSource(server.name, project)))
            tasks = transaction.tasks.live_count(server.name, project)
            if annotations or tasks or project in adopted:
                beside.append(GoneProject(project, tasks, annotations))
    gone = [known for known in beside if server.project(known.project) is None]
    held = [known for known in gone if known.annotations or known.tasks]
    return [known.project for known in beside if known not in gone], held


def settle_gone(receiver: Receiver, report: ReconciliationReport) -> None:
    """Let go of the projects that are gone, of those with annotations only where that is accepted; the rest stay named.

    The caller holds the lease. Idempotent.
    """
    acceptor = receiver.acceptor
    waiting = []
    for project in report.gone:
        if not project.annotations:
            _forget_tasks(receiver, project.project)
            report.missed["tasks_deleted"] += project.tasks
        elif acceptor.guard.accepted:
            withdrawn = acceptor.withdraw(project.project, _all_of(receiver, project.project))
            _forget_tasks(receiver, project.project)
            report.missed["deleted"] += withdrawn.annotations
            report.missed["tasks_deleted"] += withdrawn.tasks
        else:
            waiting.append(project)
    report.gone = waiting


def _all_of(receiver: Receiver, project: int) -> Gone:
    """Return all that the store has of a project, as gone."""
    gone, acceptor = Gone(), receiver.acceptor
    with receiver.store.reading() as transaction:
        for annotation in transaction.revisions.current(acceptor.source(project)):
            gone.add_annotation(annotation.identity, annotation.task, annotation.document)
        for task, document in transaction.tasks.live(acceptor.server.name, project).items():
            gone.add_task(task, document)
    return gone


def _forget_tasks(receiver: Receiver, project: int) -> None:
    """Have no task of a project any more, and nothing held or quarantined of one."""
    name, source = receiver.acceptor.server.name, receiver.acceptor.source(project)
    with receiver.lease.writing() as transaction:
        transaction.projects.take_away(name, project, transaction.tasks.live(name, project))
        transaction.deletions.release(source, [deletion.item for deletion in transaction.deletions.held(source)])
        for entry in transaction.quarantine.unreadable(source):
            transaction.quarantine.drop_unreadable(source, entry.task, entry.key)
