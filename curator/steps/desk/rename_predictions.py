"""Predictions that wait in Label Studio for a reviewer, under the labels of now."""

from curator.domain.canonical import digest
from curator.domain.label_names import names_digest, under_new_names
from curator.domain.schema import LabelSchema
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.send_predictions import takes
from curator.steps.desk.send_tasks import new_prediction
from curator.steps.ports.label_server import LabelServer, NewPrediction, TaskState
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.stored_tasks import StoredPrediction

_BATCH = 200


def rename_predictions(
    store: Store, server: LabelServer, project: int, schema: LabelSchema, lease: HeldLease, progress: Progress
) -> int:
    """Rewrite the predictions of tasks that nobody reviewed, where labels changed since they were sent.

    Returns how many were rewritten. They keep their numbers, so that drafts and what started from them stay as they
    are. Costs nothing where no label changed since it last ended; an interrupted one begins anew and rewrites what
    differs still. Raises LeaseLost where another took the lease to push.
    """
    name, names = _setting(server.name, project), names_digest(schema)
    with store.reading() as transaction:
        if (transaction.settings.get(name) or "") == names:
            return 0
        tasks = sorted(transaction.tasks.live(server.name, project))
    rewritten = 0
    for start in range(0, len(tasks), _BATCH):
        some = _renamed(store, server, project, schema, tasks[start : start + _BATCH])
        if some:
            lease.keep()
            rewritten += server.rewrite_predictions(some)
        progress(min(start + _BATCH, len(tasks)), len(tasks))
    lease.keep()
    with lease.writing() as transaction:
        transaction.settings.put(name, names)
    return rewritten


def count_renamed(store: Store, server: str, project: int, schema: LabelSchema) -> int:
    """Return how many predictions in a project bear labels that a schema renames, as far as the store knows."""
    with store.reading() as transaction:
        tasks = sorted(transaction.tasks.live(server, project))
    starts = range(0, len(tasks), _BATCH)
    return sum(len(_changed(store, server, project, schema, tasks[start : start + _BATCH])) for start in starts)


def _renamed(
    store: Store, server: LabelServer, project: int, schema: LabelSchema, tasks: list[int]
) -> list[tuple[int, NewPrediction]]:
    """Return what those of the tasks should have that have something else, and are not reviewed there either."""
    changed = _changed(store, server.name, project, schema, tasks)
    listed = server.tasks_by_id(project, sorted({task for task, _, _ in changed})) if changed else ()
    states = {state.ref.task: state for state in listed if isinstance(state, TaskState)}
    return [(task, prediction) for task, stored, prediction in changed if takes(states.get(task), stored)]


def _changed(
    store: Store, server: str, project: int, schema: LabelSchema, tasks: list[int]
) -> list[tuple[int, StoredPrediction, NewPrediction]]:
    """Return what those of the tasks were sent that bears earlier labels, each as stored and under those of now."""
    with store.reading() as transaction:
        sent = transaction.tasks.sent_unreviewed(server, project, tasks)
        texts = transaction.documents.by_id({stored.prediction.document for _, stored in sent})
    changed = []
    for task, stored in sent:
        content, text = stored.prediction.content, texts[stored.prediction.document].text
        if under_new_names(content, text, schema) is not content:
            changed.append((task, stored, new_prediction(stored, text, schema)))
    return changed


def _setting(server: str, project: int) -> str:
    """Return the name of the setting that holds under which names the predictions of a project are."""
    return f"prediction_labels:{digest([server, project])[:16]}"
