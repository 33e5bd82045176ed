"""Predictions that came after their document's task, out to Label Studio."""

from collections.abc import Sequence

from curator.domain.schema import LabelSchema
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.send_tasks import new_prediction
from curator.steps.desk.verdict import is_intact
from curator.steps.ports.label_server import LabelServer, TaskState
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.stored_tasks import StoredPrediction

_BATCH = 200


def send_predictions(
    store: Store, server: LabelServer, project: int, schema: LabelSchema, lease: HeldLease, progress: Progress
) -> int:
    """Give the tasks of a project the newest predictions they lack; returns how many were given.

    A task that was reviewed gets none; one that was only ever skipped, or waits for its review, does. Each
    batch of tasks is looked at before: one that is another document's by now, or was reviewed since, is left alone,
    and what an interrupted push gave is not given again. Raises LeaseLost where another took the lease to push.
    """
    given = 0
    left_alone = False
    with store.reading() as transaction:
        seq = transaction.seq
        documents = transaction.tasks.unsettled(server.name, project)
    for start in range(0, len(documents), _BATCH):
        with store.reading() as transaction:
            batch = transaction.tasks.unsent(server.name, project, documents[start : start + _BATCH])
        if batch:
            lease.keep()
            lacking, fitting = _send_batch(store, server, project, schema, batch)
            given += lacking
            left_alone = left_alone or fitting < len(batch)
            progress(min(start + _BATCH, len(documents)), len(documents))
    if documents and not left_alone:
        lease.keep()
        with lease.writing() as transaction:
            transaction.tasks.settle(server.name, project, seq)
    return given


def _send_batch(
    store: Store,
    server: LabelServer,
    project: int,
    schema: LabelSchema,
    batch: Sequence[tuple[int, StoredPrediction]],
) -> tuple[int, int]:
    """Return how many predictions were sent, and of how many it is known that the server has them."""
    listed = server.tasks_by_id(project, sorted({task for task, _ in batch}))
    states = {state.ref.task: state for state in listed if isinstance(state, TaskState)}
    fitting = [(task, stored) for task, stored in batch if takes(states.get(task), stored)]
    lacking = [
        (task, stored) for task, stored in fitting if str(stored.prediction.pipeline) not in states[task].model_versions
    ]
    with store.reading() as transaction:
        texts = transaction.documents.by_id({stored.prediction.document for _, stored in lacking})
    if lacking:
        server.add_predictions(
            project,
            [
                (task, new_prediction(stored, texts[stored.prediction.document].text, schema))
                for task, stored in lacking
            ],
        )
    if fitting:
        # They are there whoever holds the lease by now, so no fence keeps them from being remembered.
        with store.writing() as transaction:
            transaction.tasks.mark_sent(server.name, project, [(task, stored.number) for task, stored in fitting])
    return len(lacking), len(fitting)


def takes(state: TaskState | None, stored: StoredPrediction) -> bool:
    """Say whether a task, as Label Studio has it now, has the prediction's document and text, and is not reviewed."""
    if state is None or state.ref.document != stored.prediction.document or not is_intact(state.ref):
        return False
    return all(annotation.skipped or annotation.for_review for annotation in state.annotations)
