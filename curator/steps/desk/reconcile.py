"""The store made equal to what Label Studio's API says, whatever the webhooks brought."""

from contextlib import suppress
from datetime import UTC, datetime

from curator.domain.annotation import annotator_key
from curator.domain.errors import CuratorError, ServerRefused, ServerUnreachable
from curator.steps.desk.earlier_projects import earlier_projects
from curator.steps.desk.leftovers import settle_leftovers
from curator.steps.desk.publish import Hook, arm_webhook
from curator.steps.desk.receive import Receiver
from curator.steps.desk.reconcile_project import ProjectReconciliation
from curator.steps.desk.report import ReconciliationReport
from curator.steps.desk.schedule import note_full
from curator.steps.desk.shown import note_shown, note_shown_of_adopted
from curator.steps.desk.take_up import split_newcomers
from curator.steps.ports.newcomers import Newcomers
from curator.steps.ports.progress import Progress

_LEASE_WAIT = 60.0


def reconcile(
    receiver: Receiver,
    hook: Hook,
    full: bool,
    progress: Progress,
    without_doubled: bool = False,
    newcomers: Newcomers | None = None,
) -> ReconciliationReport:
    """Make the store equal to its projects as the API shows them, after applying the deliveries that wait.

    All tasks are read if `full`. Otherwise only those that changed since the last time, with the few that changed last
    before, and how many tasks and annotations there are decides whether that was all: where the numbers differ from the
    store's, the ids, times and counts of all tasks are compared, and where the server seems to have been set back, all
    is read. So a quick reconciliation costs by the change, and does not see what moves no time and no number: labels
    renamed in the Data Manager, a text or annotation written straight into Label Studio's database, and a backup that
    took back as many items as it brought again, none of them among those that changed last. `full` sees all of it.

    Of an adopted project nothing is changed but its webhook; what is new in it is taken up as `newcomers` says, and
    where nothing does, it is left to be named.

    What cannot be read is quarantined by name and stops nothing. Deletions beyond what the acceptor's guard allows are
    held, and those of an earlier project that is gone as a whole; where it accepts them, what is held is confirmed and
    deleted too. Surplus tasks of a document are named, and removed if `without_doubled`. Idempotent. Raises
    ServerUnreachable, and CuratorError where there is no project.
    """
    server = receiver.acceptor.server
    with receiver.store.reading() as transaction:
        stored_project = transaction.tasks.project(server.name)
        adopted = transaction.projects.adopted(server.name)
    if stored_project is None and not adopted:
        raise CuratorError("nothing to reconcile: no project yet", server.name, "run `curator push` first")
    project = stored_project[0] if stored_project else None
    report = ReconciliationReport()
    receiver.lease.wait(_LEASE_WAIT)
    try:
        # Where Label Studio is away, the reconciliation itself says so.
        with suppress(ServerUnreachable, ServerRefused):
            report.drained = receiver.apply_waiting(at_once=True)
        current = None if project is None else server.project(project)
        exists = current is not None
        if current is not None:
            note_shown(receiver.store, server.name, current)
        earlier, report.gone = earlier_projects(receiver.store, server)
        if exists or earlier:
            save_annotators(receiver)
        for number in earlier:
            taking_up = newcomers if number in adopted else None
            ProjectReconciliation(receiver, number, report, progress, taking_up).run(True, full or without_doubled)
            if number in adopted:
                note_shown_of_adopted(receiver.store, server, number)
        if project is not None:
            ProjectReconciliation(receiver, project, report, progress).run(exists, full or without_doubled)
        if newcomers is not None and adopted:
            split_newcomers(receiver.store, newcomers)
        settle_leftovers(receiver, report, without_doubled)
        if full:
            with receiver.lease.writing() as transaction:
                note_full(transaction, server.name, datetime.now(UTC))
    finally:
        receiver.lease.release()
    armed = [arm_webhook(receiver.store, server, number, hook) for number in earlier if number in adopted]
    if exists and project is not None:
        armed.append(arm_webhook(receiver.store, server, project, hook))
    report.webhook, report.reason = next((outcome for outcome in armed if outcome[0] != "kept"), ("kept", ""))
    return report


def save_annotators(receiver: Receiver) -> None:
    """Remember the names of all people of the server. Idempotent. Raises ServerUnreachable."""
    server = receiver.acceptor.server
    names = {annotator_key(server.name, user): email for user, email in server.users().items()}
    with receiver.lease.writing() as transaction:
        transaction.revisions.save_annotators(names)
