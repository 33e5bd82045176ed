"""Whether Label Studio has as much of a project as the store, by their numbers alone."""

from collections.abc import Mapping

from curator.domain.annotation import ProjectSource
from curator.steps.desk.receive import Receiver


def note_seen(receiver: Receiver, project: ProjectSource, seen: Mapping[int, int | None]) -> None:
    """Remember of tasks, given with their annotations there, None for one that is gone, what the store has otherwise.

    The caller holds the lease. Idempotent.
    """
    if seen:
        with receiver.lease.writing() as transaction:
            transaction.projects.note_seen(project, seen)


def is_balanced(receiver: Receiver, project: ProjectSource, seen: Mapping[int, int | None]) -> bool:
    """Say whether the server has as many tasks and annotations as the store, but for what is known to differ.

    Tasks that were just `seen` are remembered first. Whatever comes to be there by Label Studio's own doing moves the
    time of its task, so that it was seen: what is gone is then one less, and no newcomer makes up for it. The caller
    holds the lease. Raises ServerUnreachable.
    """
    note_seen(receiver, project, seen)
    receiver.lease.keep()
    current = receiver.acceptor.server.project(project.project)
    with receiver.store.reading() as transaction:
        expected = transaction.projects.expected(project)
    return current is not None and (current.tasks, current.annotations) == expected
