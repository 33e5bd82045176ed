"""Documents that have no task yet, out to Label Studio with their predictions."""

from collections.abc import Sequence

from curator.domain.annotation import ProjectSource
from curator.domain.errors import CuratorError
from curator.domain.label_names import under_new_names
from curator.domain.prediction import queue_score
from curator.domain.schema import LabelSchema
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.send_reviews import ReviewSender
from curator.steps.desk.shown import note_shown
from curator.steps.ports.label_server import LabelServer, NewPrediction, NewTask, ProjectRef, TaskState
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.stored_tasks import StoredPrediction

_BATCH = 100


def send_tasks(
    store: Store,
    server: LabelServer,
    project: ProjectRef,
    schema: LabelSchema,
    reviews: ReviewSender,
    lease: HeldLease,
    progress: Progress,
) -> int:
    """Make a task of every document that has, and had, none in a project; returns how many were made.

    Each is made with its predictions, and with what waits for a reviewer.

    The project's tasks are listed, for those that an interrupted push left behind, only where the store knows of such
    a push or where the project, as it was just asked for, has more or fewer tasks than the store says. Deletions that
    nobody heard of hide as many tasks of which the store, set back to a backup, does not know.

    Raises LeaseLost where another took the lease to push.
    """
    name, number = server.name, project.id
    with store.reading() as transaction:
        seq = transaction.seq
        waiting = transaction.tasks.without_task(name, number)
        interrupted = transaction.tasks.is_sending(name, number)
        expected, _ = transaction.projects.expected(ProjectSource(name, number))
    if not waiting and not interrupted:
        return 0
    if interrupted or project.tasks != expected:
        waiting = _without_adopted(store, server, number, lease, waiting)
    lease.keep()
    with lease.writing() as transaction:
        transaction.tasks.begin_sending(name, number)
    for start in range(0, len(waiting), _BATCH):
        lease.keep()
        batch = waiting[start : start + _BATCH]
        _send_batch(store, server, number, schema, reviews, batch)
        if start == 0:
            # The first tasks make a project show something, and annotators begin at once.
            note_shown(store, name, server.project(number))
        progress(start + len(batch), len(waiting))
    with lease.writing() as transaction:
        transaction.tasks.end_sending(name, number, seq)
    return len(waiting)


def new_prediction(stored: StoredPrediction, text: str, schema: LabelSchema) -> NewPrediction:
    """Return a prediction of a text as it is sent: under the labels of now."""
    prediction = stored.prediction
    score = queue_score(prediction.expected_corrections)
    return NewPrediction(str(prediction.pipeline), under_new_names(prediction.content, text, schema), text, score)


def _without_adopted(
    store: Store, server: LabelServer, project: int, lease: HeldLease, waiting: list[str]
) -> list[str]:
    """Remember the tasks of documents that wait and are there already; returns the documents that wait still."""
    left_behind = _left_behind(store, server, project, lease)
    adopted = {left_behind[document].ref.task: document for document in waiting if document in left_behind}
    if adopted:
        with store.writing() as transaction:
            transaction.tasks.save(server.name, project, adopted)
    return [document for document in waiting if document not in left_behind]


def _left_behind(store: Store, server: LabelServer, project: int, lease: HeldLease) -> dict[str | None, TaskState]:
    """Return the tasks in Label Studio by the key in their data.

    Raises CuratorError where one cannot be read that the store does not know: it may hold a document that waits.
    """
    with store.reading() as transaction:
        live = transaction.tasks.live(server.name, project)
    tasks: dict[str | None, TaskState] = {}
    for task in server.tasks(project):
        lease.keep()
        if isinstance(task, TaskState):
            tasks[task.ref.document] = task
        elif task.task not in live:
            what = f"task {task.task} cannot be read, and may hold a document that has no task yet: {task.cause}"
            raise CuratorError(what, f"project {project}", "mend it or delete it in Label Studio, then push again")
    return tasks


def _send_batch(
    store: Store,
    server: LabelServer,
    project: int,
    schema: LabelSchema,
    reviews: ReviewSender,
    documents: Sequence[str],
) -> None:
    with store.reading() as transaction:
        texts = transaction.documents.by_id(documents)
        sources = transaction.documents.first_sources(documents)
        predictions = transaction.tasks.newest_predictions(documents)
    to_review = reviews.of_new_tasks(texts)
    tasks = [
        NewTask(
            document,
            texts[document].text,
            sources[document],
            tuple(new_prediction(stored, texts[document].text, schema) for stored in predictions.get(document, ())),
            to_review.get(document, ()),
        )
        for document in documents
    ]
    ids = server.add_tasks(project, tasks)
    made = dict(zip(ids, documents, strict=True))
    # They are there whoever holds the lease by now, so no fence keeps them from being remembered.
    with store.writing() as transaction:
        transaction.tasks.save(server.name, project, made)
        sent = [(task, stored.number) for task, document in made.items() for stored in predictions.get(document, ())]
        transaction.tasks.mark_sent(server.name, project, sent)
        reviews.note_made(transaction, to_review)
