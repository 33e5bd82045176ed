"""Tasks of adopted projects, taken up as documents with all that people and machines have said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from curator.domain.annotation import Identity, ProjectSource
from curator.domain.canonical import refuse_oversized
from curator.domain.document import Arrival
from curator.domain.errors import InputRefused
from curator.domain.prediction import Prediction, adopted_pipeline
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.changes import known_tasks
from curator.steps.desk.taken_up import TakenUp
from curator.steps.desk.verdict import Verdict, is_intact
from curator.steps.intake.ingest import arrive, assign_splits
from curator.steps.ports.label_server import TaskPrediction, TaskState
from curator.steps.ports.newcomers import Newcomers
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_projects import StoredTask

NO_TEXT = "it has no text"
EMPTY = "its text is empty"


class TakingUp:
    """Takes up the tasks of an adopted project, a page at a time."""

    def __init__(self, acceptor: Acceptor, project: ProjectSource, newcomers: Newcomers, report: TakenUp) -> None:
        """Take who accepts, whose lease is held, and what to add to."""
        self._acceptor = acceptor
        self._project = project
        self._newcomers = newcomers
        self._report = report

    def page(self, tasks: Sequence[TaskState]) -> dict[Identity, Verdict]:
        """Take up what is new of some tasks in one transaction; returns what became of annotations that were.

        A task that the store knows for another document is not made that of its own yet: whether the one before may go
        is to be judged first. Idempotent. Raises ServerUnreachable.
        """
        store, (server, project) = self._acceptor.store, (self._project.server, self._project.project)
        known = known_tasks(store, self._project, tasks)
        with store.reading() as transaction:
            mapped = transaction.projects.known(server, project, [task.ref.task for task in tasks])
        arrivals: list[Arrival] = []
        taken: list[TaskState] = []
        new: dict[int, str] = {}
        for task in tasks:
            number, document = task.ref.task, task.ref.document
            if document is None or task.offered is None or not is_intact(task.ref):
                if document is None:
                    self._report.left_out[number] = NO_TEXT
                continue
            held = mapped.get(number, StoredTask(document))
            if number not in mapped or held.document != document or document not in known.stored:
                arrival = self._arrival(task, document in known.stored)
                if arrival is None:
                    continue
                arrivals.append(arrival)
            if held != StoredTask(document, task.ref.created_at, _raw_form(task)) and held.document == document:
                new[number] = document
            taken.append(task)
        predictions = self._lacking_predictions(taken)
        fresh = [
            (state, task)
            for task in taken
            for state in task.annotations
            if state.identity not in known.current(task.ref.task)
        ]
        if not (arrivals or new or predictions or fresh):
            return {}
        self._report.tasks += len(new.keys() - mapped.keys())
        started = {prediction.number: str(prediction.pipeline) for prediction in predictions}
        verdicts: dict[Identity, Verdict] = {}
        with self._acceptor.lease.writing() as transaction:
            self._report.documents += transaction.documents.add(arrivals)[0] if arrivals else 0
            made = {task.ref.task: task.ref for task in taken if task.ref.task in new}
            transaction.tasks.save(server, project, new, made)
            self._add_predictions(transaction, predictions, {task.ref.task: task for task in taken})
            for state, task in fresh:
                parent = started.get(state.parent_prediction or 0)
                verdict = self._acceptor.take_in(transaction, state, task.ref, parent)
                if verdict is not None:
                    verdicts[state.identity] = verdict
        for state, _ in fresh:
            if verdicts.get(state.identity) is Verdict.CREATED:
                self._report.annotations += 1
                self._report.skipped += state.skipped
        return verdicts

    def _arrival(self, task: TaskState, is_stored: bool) -> Arrival | None:
        """Return a task as a document, None where it is left out; of a stored text no language is asked."""
        offered, number, schema = task.offered, task.ref.task, self._acceptor.schema
        assert offered is not None  # noqa: S101 - as the caller knows
        if not offered.text.strip():
            self._report.left_out[number] = EMPTY
            return None
        try:
            refuse_oversized(offered.text, self._newcomers.max_bytes)
            if is_stored:
                offered = replace(offered, lang=schema.language)
            return arrive(offered, self._newcomers.language, schema)
        except InputRefused as error:
            self._report.left_out[number] = error.what
            if error.lang:
                self._report.languages[number] = error.lang
            elif error.limit:
                self._report.too_large.add(number)
            return None

    def _lacking_predictions(self, tasks: Sequence[TaskState]) -> list[TaskPrediction]:
        """Return the predictions of tasks whose documents lack one of a model version that the task has."""
        versions = {task.ref.task: self._pipelines(task) for task in tasks if task.model_versions}
        documents = {str(task.ref.document) for task in tasks if task.ref.task in versions}
        with self._acceptor.store.reading() as transaction:
            stored = transaction.tasks.newest_predictions(documents) if documents else {}
        lacking = []
        for task in tasks:
            known = {str(held.prediction.pipeline) for held in stored.get(str(task.ref.document), ())}
            if versions.get(task.ref.task, set()) - known:
                lacking.append(task.ref.task)
        if not lacking:
            return []
        found = self._acceptor.server.task_predictions(self._project.project, lacking, self._acceptor.schema)
        return sorted(found, key=lambda prediction: prediction.number)

    def _pipelines(self, task: TaskState) -> set[str]:
        return {str(adopted_pipeline(str(self._project), version)) for version in task.model_versions}

    def _add_predictions(
        self, transaction: Transaction, predictions: Sequence[TaskPrediction], tasks: Mapping[int, TaskState]
    ) -> None:
        if not predictions:
            return
        # The last one counts where a task has several of a model version.
        newest: dict[tuple[str, str], Prediction] = {}
        for found in predictions:
            document = str(tasks[found.task].ref.document)
            newest[document, str(found.pipeline)] = Prediction(document, found.pipeline, found.content)
            origin = f"{prediction_origins(self._project)}{found.number}"
            transaction.quarantine.add(origin, document, found.content.problems)
        self._report.predictions += transaction.documents.add_predictions(list(newest.values()))
        stored = transaction.tasks.newest_predictions({document for document, _ in newest})
        numbers = {
            (document, str(held.prediction.pipeline)): held.number
            for document, of_document in stored.items()
            for held in of_document
        }
        sent = {
            (found.task, numbers[str(tasks[found.task].ref.document), str(found.pipeline)])
            for found in predictions
            if (str(tasks[found.task].ref.document), str(found.pipeline)) in numbers
        }
        transaction.tasks.mark_sent(self._project.server, self._project.project, sorted(sent))


def prediction_origins(project: ProjectSource) -> str:
    """Return what the origins of a project's predictions start with, in the quarantine."""
    return f"{project}/prediction/"


def _raw_form(task: TaskState) -> str | None:
    return None if task.ref.raw is None else task.ref.raw.form


def split_newcomers(store: Store, newcomers: Newcomers) -> None:
    """Give every document that has no split its one, as an ingest does. Idempotent; writes nothing where all have."""
    with store.reading() as transaction:
        if not transaction.signatures.waiting():
            return
    assign_splits(store, newcomers.nearness, newcomers.rule)
