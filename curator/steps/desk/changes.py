"""What a listing of tasks shows, beside what the store knows of these tasks."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from curator.domain.annotation import Identity, ProjectSource, TaskRef, UnreadableAnnotation
from curator.steps.desk.deletions import Gone
from curator.steps.ports.label_server import TaskState
from curator.steps.ports.store import Store
from curator.steps.ports.stored_deletions import DeletedItem
from curator.steps.ports.stored_projects import KnownAnnotation


@dataclass(slots=True)
class Changes:
    """What a listing showed: what of the store is missing in it, and what is there though it is held as gone.

    `replaced` are tasks that hold another document now, `unknown` those of our documents that the store does not have,
    `refs` these tasks, `newest` is the newest time of a task. `seen` has of each task that was read, or is known
    to be gone, how many annotations it has there.
    """

    missing: Gone = field(default_factory=Gone)
    alive: set[DeletedItem] = field(default_factory=set)
    replaced: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)
    unknown: dict[int, str] = field(default_factory=dict)
    refs: dict[int, TaskRef] = field(default_factory=dict)
    seen: dict[int, int | None] = field(default_factory=dict)
    newest: str = ""

    def note_task(self, task: TaskState, known: "KnownTasks", foreign: bool) -> None:
        """Note whether a task is the store's, and how many annotations it has."""
        number, document = task.ref.task, task.ref.document
        self.seen[number] = len(task.annotations) + len(task.unreadable)
        if number in known.documents:
            if known.documents[number] != document:
                self.replaced.add(number)
        elif document in known.stored and not foreign:
            self.unknown[number] = str(document)
            self.refs[number] = task.ref

    def compare(
        self, current: Mapping[Identity, str], moved: Set[Identity], task: TaskState, held: Set[DeletedItem]
    ) -> None:
        """Note which of a task's current annotations it no longer has, and what it has though it is held as gone."""
        number = task.ref.task
        listed = {state.identity for state in task.annotations} - moved
        unreadable = {annotation.key for annotation in task.unreadable}
        there = set() if number in self.replaced else {DeletedItem(number)}
        for identity, document in current.items():
            if identity in listed or identity.key in unreadable:
                there.add(DeletedItem(number, identity.key, identity.created_at))
            else:
                self.missing.add_annotation(identity, number, document)
        self.alive |= there & held


@dataclass(frozen=True, slots=True)
class KnownTasks:
    """What the store knows of some tasks: their documents, which of those they name it has, their annotations."""

    documents: Mapping[int, str]
    stored: Set[str]
    annotations: Mapping[int, Sequence[KnownAnnotation]]

    def current(self, task: int) -> dict[Identity, str]:
        """Return the documents of a task's current annotations, by identity."""
        return {annotation.identity: annotation.document for annotation in self.annotations.get(task, ())}


def known_tasks(store: Store, project: ProjectSource, tasks: Sequence[TaskState | UnreadableAnnotation]) -> KnownTasks:
    """Return what the store knows of the tasks that can be read; of a project's others nothing is looked up."""
    states = [task for task in tasks if isinstance(task, TaskState)]
    numbers = [state.ref.task for state in states]
    with store.reading() as transaction:
        projects = transaction.projects
        return KnownTasks(
            projects.documents(project.server, project.project, numbers),
            projects.stored({state.ref.document for state in states if state.ref.document is not None}),
            projects.annotations(str(project), numbers),
        )
