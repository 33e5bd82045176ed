"""Deletions in Label Studio, taken over into the store: a few at once, many only once somebody accepted them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from curator.domain.annotation import AnnotationState, Identity, ProjectSource, TaskRef, instant
from curator.domain.errors import DeletionsNotAccepted
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_deletions import DeletedItem, DeletionTally


@dataclass(frozen=True, slots=True)
class DeletionGuard:
    """How much of a project may be deleted unasked within a window of time, by whatever way it is heard of.

    Up to `free` items, or up to `share` of what was there in the window. Of what had come before the window the same
    share is allowed, so that no newcomers make room for more. Where more would go, deletions are held.
    """

    share: float = 0.25
    free: int = 3
    window: timedelta = timedelta(hours=24)
    accepted: bool = False

    def stops(self, deleted: int, stored: int) -> bool:
        return not self.accepted and deleted > self.free and deleted > self.share * stored

    def holds(self, tally: DeletionTally) -> bool:
        """Say whether what a tally has as held has to stay so."""
        return (
            self.stops(tally.deleted + tally.held, tally.deleted + tally.annotations)
            or self.stops(tally.earlier_deleted + tally.earlier_held, tally.earlier_deleted + tally.earlier)
            or self.stops(tally.tasks_deleted + tally.tasks_held, tally.tasks_deleted + tally.tasks)
        )


@dataclass(slots=True)
class Gone:
    """What of a project Label Studio no longer has, each with its document, to be judged as one.

    `moved` are those of its annotations that are there for another document, as they are there.
    """

    items: dict[DeletedItem, str] = field(default_factory=dict)
    moved: dict[DeletedItem, tuple[AnnotationState, TaskRef]] = field(default_factory=dict)

    def add_annotation(self, identity: Identity, task: int | None, document: str) -> None:
        self.items[DeletedItem(task or 0, identity.key, identity.created_at)] = document

    def add_moved(self, state: AnnotationState, task: TaskRef, document: str) -> None:
        item = DeletedItem(task.task, state.identity.key, state.identity.created_at)
        self.items[item] = document
        self.moved[item] = (state, task)

    def add_task(self, task: int, document: str) -> None:
        self.items[DeletedItem(task)] = document


@dataclass(slots=True)
class Withdrawn:
    """How many annotations and tasks were deleted in the store, and how many deletions are held instead.

    Annotations that were `moved` to another document are there, and not among those deleted.
    """

    annotations: int = 0
    moved: int = 0
    tasks: int = 0
    held: int = 0


def withdraw(transaction: Transaction, guard: DeletionGuard, project: ProjectSource, gone: Gone) -> Withdrawn:
    """Delete in the store what is gone from Label Studio, or hold it; the only place where anything is deleted.

    All of what is given is deleted or none. What is held already stays so unless deletions are accepted, and what is
    accepted is held against no later deletion.
    """
    source = str(project)
    if not guard.accepted:
        held = transaction.deletions.among(source, gone.items)
        # An annotation leaves its document no sooner than its task does.
        bound = {item for item in gone.moved if DeletedItem(item.task) in held}
        fresh = {item: document for item, document in gone.items.items() if item not in held | bound}
        transaction.deletions.hold(source, {item: gone.items[item] for item in bound}, instant(datetime.now(UTC)))
        held |= bound
        if not fresh or exceeds(transaction, guard, project, fresh):
            return Withdrawn(held=len(gone.items))
        return _delete(transaction, project, fresh, len(held))
    withdrawn = _delete(transaction, project, gone.items, 0)
    transaction.deletions.open_window(source)
    return withdrawn


def exceeds(
    transaction: Transaction, guard: DeletionGuard, project: ProjectSource, gone: Mapping[DeletedItem, str]
) -> bool:
    """Hold deletions, and say whether the guard wants them to stay so; where it does not, they are not held."""
    now = datetime.now(UTC)
    deletions = transaction.deletions
    deletions.hold(str(project), gone, instant(now))
    start = deletions.window_start(str(project), instant(now - guard.window))
    if guard.holds(deletions.tally(project, start)):
        return True
    deletions.release(str(project), gone.keys())
    return False


def _delete(transaction: Transaction, project: ProjectSource, items: Mapping[DeletedItem, str], held: int) -> Withdrawn:
    source = str(project)
    withdrawn = Withdrawn(held=held)
    for item, document in items.items():
        if not item.is_task:
            transaction.revisions.append(item.identity(source), document, None)
            withdrawn.annotations += 1
            continue
        # Where another document has its place already, the task itself is there.
        if transaction.tasks.document(project.server, project.project, item.task) == document:
            transaction.tasks.mark_gone(project.server, project.project, [item.task])
        withdrawn.tasks += 1
    transaction.deletions.release(source, items.keys())
    return withdrawn


def not_accepted(transaction: Transaction, project: ProjectSource) -> DeletionsNotAccepted | None:
    """Return what to tell of the deletions of a project that are held, None where there are none."""
    going = transaction.deletions.held_count(str(project))
    if not going.tasks and not going.annotations:
        return None
    tasks = transaction.tasks.live_count(project.server, project.project)
    annotations = transaction.revisions.current_count(str(project))
    missing = f"{going.tasks} of {tasks} tasks and {going.annotations} of {annotations} annotations"
    return DeletionsNotAccepted(
        f"Label Studio no longer has {missing}",
        f"project {project.project}",
        "if that is meant, run `curator sync --accept-deletions`",
        project=project.project,
        tasks_going=going.tasks,
        tasks_known=tasks,
        annotations_going=going.annotations,
        annotations_known=annotations,
    )
