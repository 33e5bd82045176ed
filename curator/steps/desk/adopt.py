"""A project that somebody else made in Label Studio, adopted: read in place, from now on as our own are."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from curator.domain.annotation import ProjectSource
from curator.domain.errors import CuratorError, DeletionsNotAccepted, ServerRefused, ServerUnreachable
from curator.domain.interface import Interface
from curator.domain.schema import LabelSchema
from curator.steps.desk.foreign import is_foreign, remedy_for
from curator.steps.desk.publish import Hook, arm_webhook
from curator.steps.desk.receive import Receiver
from curator.steps.desk.reconcile import save_annotators
from curator.steps.desk.reconcile_project import ProjectReconciliation
from curator.steps.desk.report import ReconciliationReport
from curator.steps.desk.shown import note_shown_of_adopted
from curator.steps.desk.take_up import prediction_origins, split_newcomers
from curator.steps.desk.verdict import is_intact
from curator.steps.in_force.schema import schema_in_force
from curator.steps.in_force.split_rule import refuse_other_split_rule
from curator.steps.ports.adopted import InterfaceReader
from curator.steps.ports.label_server import LabelServer, ProjectRef, TaskState
from curator.steps.ports.newcomers import Newcomers
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.stored_tasks import ProjectRole

_LEASE_WAIT = 60.0
_BATCH = 100
_NAMED = 12
_LANGUAGE_REMEDY = "if that is wrong, give the task's data `lang`, then adopt again or wait for the next full sync"
_TEXT_REMEDY = "give the task a text in Label Studio, or delete it"
_SIZE_REMEDY = "cut its text into several tasks, or raise max_text_bytes under [ingest]"
_MISFIT_REMEDY = "correct it in Label Studio, or let the label schema have it"
_KEY_REMEDY = "none is needed: the task is known by its text; or rename its field `document`"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of an adopted project was left out, or has to be known: a task or one of its annotations, and the remedy."""

    task: int
    cause: str
    remedy: str
    annotation: str = ""

    def value(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        annotation = {"annotation": self.annotation} if self.annotation else {}
        return {"task": self.task, **annotation, "cause": self.cause, "remedy": self.remedy}


@dataclass(frozen=True, slots=True)
class Twins:
    """Tasks of one text: whatever is annotated in any of them is of one document."""

    document: str
    tasks: tuple[int, ...]

    def value(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        return {"document": self.document, "tasks": list(self.tasks)}


@dataclass(slots=True)
class Adopted:
    """What an adoption took in that was new, and came upon.

    `controls` are those of the interface that no schema can say, `edited` tasks that are left alone for their text,
    `keys_refused` tasks with a field of our key's name.
    `webhook` is as a push has it. `proposed` names the file of a schema that was proposed, where nothing else was done.
    Where the guard held deletions, `stopped` says so.
    """

    project: int
    title: str = ""
    tasks: int = 0
    documents: int = 0
    annotations: int = 0
    skipped: int = 0
    predictions: int = 0
    changed: int = 0
    keys_written: int = 0
    webhook: str = "kept"
    reason: str = ""
    controls: tuple[str, ...] = ()
    twins: list[Twins] = field(default_factory=list)
    without_text: list[LeftOut] = field(default_factory=list)
    other_language: list[LeftOut] = field(default_factory=list)
    unreadable: list[LeftOut] = field(default_factory=list)
    edited: list[LeftOut] = field(default_factory=list)
    quarantined: list[LeftOut] = field(default_factory=list)
    keys_refused: list[LeftOut] = field(default_factory=list)
    stopped: DeletionsNotAccepted | None = None
    proposed: str = ""

    @property
    def is_new(self) -> bool:
        """Whether anything was taken in, or changed in the store or in Label Studio."""
        taken = self.tasks + self.documents + self.annotations + self.predictions + self.changed + self.keys_written
        return taken > 0 or self.webhook in ("created", "rearmed")

    @property
    def left_out(self) -> list[LeftOut]:
        return [*self.without_text, *self.other_language, *self.unreadable, *self.edited, *self.quarantined]


def check_adoptable(
    store: Store, server: LabelServer, project: int, marker: str, read_interface: InterfaceReader
) -> tuple[ProjectRef, Interface]:
    """Return a project that can be adopted, or was, and its interface.

    Raises CuratorError for one that curator made, that is not there, or has no text with labels. Changes nothing.
    """
    with store.reading() as transaction:
        role = transaction.projects.role(server.name, project)
    ref, interface = survey(server, project, read_interface)
    if role not in (None, ProjectRole.ADOPTED) or marker in ref.marker:
        what = "curator made this project itself: there is nothing to adopt"
        raise CuratorError(what, f"project {project}", "`curator sync` reads it; name one that somebody else made")
    return ref, interface


def survey(server: LabelServer, project: int, read_interface: InterfaceReader) -> tuple[ProjectRef, Interface]:
    """Return a project and its interface. Raises CuratorError where there is none, or none with labels on a text."""
    where = f"project {project}"
    ref = server.project(project)
    if ref is None:
        what = "Label Studio has no such project"
        raise CuratorError(what, where, "take the number from the project's address, …/projects/NUMBER")
    interface = read_interface(ref.label_config)
    others = f" (it has {', '.join(interface.left_out)})" if interface.left_out else ""
    if interface.text_key is None:
        what = f"the labelling interface has no Text that shows a field of the tasks{others}"
        raise CuratorError(what, where, 'curator reads projects with <Text name="…" value="$…"/>')
    if not interface.layers:
        what = f"the labelling interface has no Labels on its text that a label schema can have{others}"
        raise CuratorError(what, where, 'curator reads projects with <Labels name="…" toName="…"> of fixed labels')
    return ref, interface


def refuse_lacking(schema: LabelSchema, interface: Interface, project: int, where: str) -> None:
    """Raise CuratorError where the interface of a project has what a schema, found at a place, lacks."""
    if missing := list(interface.lacking(schema)):
        remedy = (
            f"run `curator import --label-studio {project} --propose FILE`, look through FILE, "
            'then set `label_schema = "FILE"`'
        )
        raise CuratorError(f"the label schema lacks {_names(missing)}, which project {project} has", where, remedy)


def refuse_not_in_force(store: Store, interface: Interface, project: int, where: str) -> None:
    """Raise CuratorError where the interface of a project has what only the labels in force lack yet."""
    with store.reading() as transaction:
        in_force = schema_in_force(transaction.settings)
    if in_force is not None and (missing := list(interface.lacking(in_force))):
        what = f"the labels in force lack {_names(missing)} yet, which project {project} has"
        raise CuratorError(what, where, "run `curator push`, which puts the changed label schema in force")


def adopt_project(
    receiver: Receiver,
    hook: Hook,
    ref: ProjectRef,
    interface: Interface,
    newcomers: Newcomers,
    progress: Progress,
    *,
    write_keys: bool,
) -> Adopted:
    """Take in a project that can be adopted: tasks as documents, predictions and annotations as what they are.

    Nothing in Label Studio is changed but the webhook, and the data of the tasks where our key is to be written.
    Predictions are never sent to it. Page by page, each whole; interrupted at any point, it is completed by another
    one. Idempotent. Raises ServerUnreachable, and CuratorError where documents were split by another rule.
    """
    store, server, project = receiver.store, receiver.acceptor.server, ref.id
    with store.reading() as transaction:
        refuse_other_split_rule(transaction, newcomers.rule)
    report = ReconciliationReport()
    receiver.lease.wait(_LEASE_WAIT)
    try:
        with receiver.lease.writing() as transaction:
            schema = schema_in_force(transaction.settings) or receiver.acceptor.schema
            transaction.tasks.save_project(server.name, project, schema.hash, ProjectRole.ADOPTED)
        with suppress(ServerUnreachable, ServerRefused):
            receiver.apply_waiting(at_once=True)
        save_annotators(receiver)
        ProjectReconciliation(receiver, project, report, progress, newcomers).run(True, True)
        split_newcomers(store, newcomers)
        # Only now, as nobody knows what was shown to those who annotated before.
        note_shown_of_adopted(store, server, project)
        adopted = _report(store, server.name, ref, interface, report)
        adopted.quarantined += _misfit_predictions(store, server, project, schema)
        if write_keys:
            _write_keys(receiver, project, adopted, progress)
    finally:
        receiver.lease.release()
    adopted.webhook, adopted.reason = arm_webhook(store, server, project, hook)
    return adopted


def _report(store: Store, server: str, ref: ProjectRef, interface: Interface, report: ReconciliationReport) -> Adopted:
    taken, project = report.taken_up, ref.id
    source = str(ProjectSource(server, project))
    adopted = Adopted(
        project,
        ref.title,
        tasks=taken.tasks,
        documents=taken.documents,
        annotations=report.missed["created"],
        skipped=taken.skipped,
        predictions=taken.predictions,
        changed=report.applied - report.missed["created"],
        controls=interface.left_out,
        stopped=report.stopped,
    )
    for task, cause in sorted(taken.left_out.items()):
        if task in taken.languages:
            adopted.other_language.append(LeftOut(task, cause, _LANGUAGE_REMEDY))
        elif task in taken.too_large:
            adopted.unreadable.append(LeftOut(task, cause, _SIZE_REMEDY))
        else:
            adopted.without_text.append(LeftOut(task, cause, _TEXT_REMEDY))
    with store.reading() as transaction:
        for document, tasks in transaction.projects.doubled(server, project).items():
            adopted.twins.append(Twins(document, tuple(tasks)))
        entries = transaction.quarantine.unreadable(source)
        items = transaction.quarantine.of_current(source)
    for entry in entries:
        left = LeftOut(entry.task, entry.cause, remedy_for(entry.cause), entry.key)
        if not is_foreign(entry.cause):
            adopted.unreadable.append(left)
        elif entry.task not in taken.left_out:
            adopted.edited.append(left)
    adopted.quarantined = [LeftOut(item.task or 0, item.cause, _MISFIT_REMEDY, item.key) for item in items]
    return adopted


def _misfit_predictions(store: Store, server: LabelServer, project: int, schema: LabelSchema) -> list[LeftOut]:
    """Return what of a project's predictions does not fit now, by number; only those of which any did not are read."""
    with store.reading() as transaction:
        documents = transaction.quarantine.documents(prediction_origins(ProjectSource(server.name, project)))
        live = transaction.tasks.live(server.name, project) if documents else {}
    tasks = sorted(task for task, document in live.items() if document in documents)
    misfits: list[LeftOut] = []
    for prediction in sorted(server.task_predictions(project, tasks, schema), key=lambda each: each.number):
        if causes := sorted({problem.cause for problem in prediction.content.problems}):
            cause = f"prediction {prediction.number}: {', '.join(causes)}"
            misfits.append(LeftOut(prediction.task, cause, _MISFIT_REMEDY))
    return misfits


def _write_keys(receiver: Receiver, project: int, adopted: Adopted, progress: Progress) -> None:
    """Put our key into the data of tasks that are taken in and have none; a field of its name that is there stays."""
    server = receiver.acceptor.server
    with receiver.store.reading() as transaction:
        documents = transaction.tasks.live(server.name, project)
    for done, task in enumerate(_keyless(server, project, documents), start=1):
        receiver.lease.keep()
        if server.add_key(task, documents[task]):
            adopted.keys_written += 1
        else:
            cause = "its data has a field `document` of somebody else's"
            adopted.keys_refused.append(LeftOut(task, cause, _KEY_REMEDY))
        progress(done, None)


def _keyless(server: LabelServer, project: int, documents: dict[int, str]) -> Iterator[int]:
    tasks = sorted(documents)
    for start in range(0, len(tasks), _BATCH):
        for task in server.tasks_by_id(project, tasks[start : start + _BATCH]):
            if isinstance(task, TaskState) and task.ref.raw is not None and not task.ref.raw.keyed:
                known = task.ref.document == documents[task.ref.task]
                if known and is_intact(task.ref):
                    yield task.ref.task


def _names(missing: list[str]) -> str:
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return ", ".join(missing[:_NAMED]) + more
