"""Projects beside the newest of ours: earlier ones, adopted ones, and those that Label Studio no longer has."""

from curator.domain.annotation import ProjectSource
from curator.steps.desk.deletions import Gone
from curator.steps.desk.receive import Receiver
from curator.steps.desk.report import GoneProject, ReconciliationReport
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.store import Store, Transaction


def earlier_projects(store: Store, server: LabelServer) -> tuple[list[int], list[GoneProject]]:
    """Return the projects beside the newest of ours that something is held of: those that are there, and those gone.

    Of those that are there, adopted ones are among them whatever is held. Annotations of those gone stay current, and
    are exported, until `settle_gone` lets go of them. Raises ServerUnreachable.
    """
    with store.reading() as transaction:
        newest = transaction.tasks.project(server.name)
        adopted = transaction.projects.adopted(server.name)
        own = newest[0] if newest else None
        beside = [number for number in transaction.projects.of_server(server.name) if number != own]
        held = {number: _holding(transaction, server.name, number) for number in beside if number not in adopted}
    asked = [number for number in beside if number in adopted or held[number].is_something]
    there = [number for number in asked if server.project(number) is not None]
    with store.reading() as transaction:
        held |= {
            number: _holding(transaction, server.name, number) for number in asked if number not in [*there, *held]
        }
    return there, [held[number] for number in asked if number not in there and held[number].is_something]


def _holding(transaction: Transaction, server: str, project: int) -> GoneProject:
    """Return a project with what is held of it, as it is told of where it is gone."""
    annotations = transaction.revisions.current_count(str(ProjectSource(server, project)))
    return GoneProject(project, transaction.tasks.live_count(server, project), annotations)


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
