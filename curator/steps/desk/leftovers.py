"""What a reconciliation leaves to a person: named, or done where it was accepted."""

from curator.steps.desk.doubles import doubled_documents, remove_doubled
from curator.steps.desk.earlier_projects import settle_gone
from curator.steps.desk.foreign import is_foreign
from curator.steps.desk.receive import Receiver
from curator.steps.desk.report import ReconciliationReport


def settle_leftovers(receiver: Receiver, report: ReconciliationReport, without_doubled: bool) -> None:
    """Do what was accepted about projects that are gone and documents that are doubled, and name what is left.

    The caller holds the lease. Idempotent. Raises ServerUnreachable.
    """
    settle_gone(receiver, report)
    if without_doubled:
        remove_doubled(receiver, report)
    report.doubled = doubled_documents(receiver.store, receiver.acceptor.server.name)
    with receiver.store.reading() as transaction:
        entries = transaction.quarantine.unreadable()
    report.unreadable = [entry for entry in entries if not is_foreign(entry.cause)]
    report.foreign_tasks = [entry for entry in entries if is_foreign(entry.cause)]
