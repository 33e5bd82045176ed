"""Signs that a server was set back in time, as a backup does, in what an index of its tasks says."""

from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from curator.domain.annotation import ProjectSource
from curator.domain.errors import AnswerNotUnderstood, ServerFailed
from curator.steps.desk.foreign import foreign_task
from curator.steps.desk.receive import Receiver
from curator.steps.ports.label_server import LabelServer, TaskFacts, TaskState
from curator.steps.ports.store import Store
from curator.steps.ports.stored_deletions import DeletedItem
from curator.steps.ports.stored_projects import TaskHolding

_NOTHING = TaskHolding(0, "")
_SIGN = "task {} is not as it was, though unchanged since"
_LATEST = 10


@dataclass(frozen=True, slots=True)
class Inventory:
    """The tasks of a project: the store's with their documents, and, looked at a little later, the server's."""

    live: Mapping[int, str]
    index: Mapping[int, TaskFacts]

    @property
    def gone(self) -> set[int]:
        """The store's tasks that the server lacks."""
        return self.live.keys() - self.index.keys()


def take_inventory(store: Store, server: LabelServer, project: int, exists: bool) -> Inventory:
    """Return the tasks of a project; the server has none where the project does not exist."""
    with store.reading() as transaction:
        live = transaction.tasks.live(server.name, project)
    return Inventory(live, server.task_index(project) if exists else {})


def sign_of_the_past(
    receiver: Receiver, project: int, inventory: Inventory, since: str, passed: Collection[int]
) -> str:
    """Return why a server may have been set back, by the tasks unchanged since a time; empty where nothing says so.

    A task whose count or time is doubtful is looked at, but those passed over. The caller holds the lease.
    """
    with receiver.store.reading() as transaction:
        holdings = transaction.projects.holdings(str(ProjectSource(receiver.acceptor.server.name, project)))
    for number in doubtful_tasks(inventory, holdings, since):
        if number not in passed and _is_otherwise(receiver, project, number):
            return _SIGN.format(number)
    return ""


def look_at_latest(receiver: Receiver, project: ProjectSource, since: str, passed: Collection[int]) -> str | None:
    """Look at the tasks that the store knows to have changed or come last: what a backup takes back first.

    Returns why the server may have been set back, empty where nothing says so, and None where one is gone. Tasks that
    changed after a time, and those passed over, are no sign. The caller holds the lease. Raises ServerUnreachable.
    """
    with receiver.store.reading() as transaction:
        latest = transaction.projects.latest_tasks(project, _LATEST, passed)
        documents = transaction.projects.documents(project.server, project.project, latest)
    receiver.lease.keep()
    states = {}
    for task in receiver.acceptor.server.tasks_by_id(project.project, latest):
        states[task.ref.task if isinstance(task, TaskState) else task.task] = task
    for number in latest:
        task_state = states.get(number)
        if task_state is None:
            return None
        if isinstance(task_state, TaskState) and task_state.updated_at < since:
            replaced = task_state.ref.document != documents.get(number, task_state.ref.document)
            if replaced or _differs(receiver, task_state):
                return _SIGN.format(number)
    return ""


def doubtful_tasks(inventory: Inventory, holdings: Mapping[int, TaskHolding], since: str) -> list[int]:
    """Return the tasks unchanged since a time that cannot be as they were read: by their counts, or known from later.

    Of tasks that the store does not know, those with annotations. What moves neither the time of a task nor its count
    of annotations stays unseen: labels renamed in the Data Manager, texts and rows that went back or were changed in
    the database. Counts are the server's own, and may be wrong: only a look at the task decides.
    """
    doubtful = []
    for task, facts in sorted(inventory.index.items()):
        held = holdings.get(task, _NOTHING)
        # One changed since was read just now, or is read the next time.
        unchanged = facts.updated_at < since
        later = task in inventory.live and held.updated_at > facts.updated_at
        if unchanged and (later or facts.annotations != held.annotations):
            doubtful.append(task)
    return doubtful


def there_again(inventory: Inventory, holdings: Mapping[int, TaskHolding], held: Collection[DeletedItem]) -> list[int]:
    """Return the tasks of which something may be there though it is held as deleted, by number.

    A task itself is there where the index has it, be it for another document; annotations are where the index counts
    more than are left without those that are held.
    """
    itself = {item.task for item in held if item.is_task}
    lacking = Counter(item.task for item in held if not item.is_task)
    left = {task: holdings.get(task, _NOTHING).annotations - count for task, count in lacking.items()}
    tasks = sorted((itself | lacking.keys()) & inventory.index.keys())
    return [task for task in tasks if task in itself or inventory.index[task].annotations > left[task]]


def _is_otherwise(receiver: Receiver, project: int, number: int) -> bool:
    """Say whether a task of ours has other annotations than those known, or one of another time of change."""
    receiver.lease.keep()
    task: TaskState | None = None
    with suppress(ServerFailed, AnswerNotUnderstood):
        task = receiver.acceptor.server.task(number)
    return task is not None and task.ref.project == project and _differs(receiver, task)


def _differs(receiver: Receiver, task: TaskState) -> bool:
    if foreign_task(receiver.store, task, ()):
        return False
    with receiver.store.reading() as transaction:
        current = transaction.projects.annotations(task.ref.source, [task.ref.task]).get(task.ref.task, [])
    known = {annotation.identity: annotation.updated_at for annotation in current}
    return bool(task.unreadable) or {state.identity: state.updated_at for state in task.annotations} != known
