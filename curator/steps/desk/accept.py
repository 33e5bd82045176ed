"""One state of an annotation into the store: the code that webhook, reconciliation and adoption share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from curator.domain.annotation import AnnotationState, Identity, ProjectSource, Revision, TaskRef, UnreadableAnnotation
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.domain.schema import LabelSchema
from curator.steps.desk.deletions import DeletionGuard, Gone, Withdrawn, withdraw
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.lookups import Learnt, Lookups, Unknown, unknown
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_deletions import DeletedItem


class Verdict(StrEnum):
    """What an observed state means for the store."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    HELD = "held"
    KNOWN = "known"
    STALE = "stale"
    DOUBTFUL = "doubtful"
    UNREADABLE = "unreadable"
    UNKNOWN_PROJECT = "unknown-project"
    UNKNOWN_TASK = "unknown-task"
    FOREIGN_TEXT = "foreign-text"

    @property
    def foreign(self) -> bool:
        """Whether the annotation is none of ours."""
        return self in (Verdict.UNKNOWN_PROJECT, Verdict.UNKNOWN_TASK, Verdict.FOREIGN_TEXT)

    @property
    def changes(self) -> bool:
        return self in (Verdict.CREATED, Verdict.UPDATED, Verdict.DELETED)


@dataclass(slots=True)
class Acceptor:
    """Brings observed states into the store, for as long as its lease is held; raises LeaseLost where it is not.

    Deletions go through its guard: what `withdraw` is not given is never deleted.
    While `absent` says why the server cannot be asked, whatever would ask it raises that instead.
    """

    store: Store
    server: LabelServer
    schema: LabelSchema
    read_content: ContentReader
    lease: HeldLease
    guard: DeletionGuard = field(default_factory=DeletionGuard)
    absent: CuratorError | None = None
    lookups: Lookups = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.lookups = Lookups(self.server)

    def observe(self, state: AnnotationState, task: TaskRef, started_from: str | None = None) -> Verdict:
        """Take in a state that was true when it was sent; one that leaves a doubt is read again from the server.

        Newer states are appended, known and older ones change nothing. `started_from` is the pipeline of the parent
        prediction, where it is known. Raises ServerUnreachable.
        """
        self.lease.keep()
        with self.store.reading() as transaction:
            verdict = self._judge(transaction, state, task)
            known = verdict is Verdict.KNOWN
            lacking = unknown(transaction, state, task, known=known) if known or verdict.changes else Unknown()
        learnt = self.lookups.learn(lacking, task, started_from)
        if verdict.changes or learnt != Learnt():
            with self.lease.writing() as transaction:
                learnt.save(transaction, state, task)
                if verdict.changes:
                    self._append(transaction, state, task)
        if verdict is Verdict.DOUBTFUL:
            return self.reread_annotation(task.project, int(state.identity.key))
        return verdict

    def reread_annotation(self, project: int, annotation: int) -> Verdict:
        """Make the store hold of an annotation id what the server holds now. Raises ServerUnreachable."""
        gone = Gone()
        verdict = self.compare_annotation(project, annotation, gone)
        withdrawn = self.withdraw(project, gone)
        if verdict is not Verdict.KNOWN:
            return verdict
        if withdrawn.held:
            return Verdict.HELD
        return Verdict.UPDATED if withdrawn.moved else Verdict.DELETED if withdrawn.annotations else verdict

    def compare_annotation(self, project: int, annotation: int, gone: Gone) -> Verdict:
        """Take in what the server holds now of an annotation id; what it no longer has is added to `gone`.

        So is one that it has for another document now: that is taken in once `withdraw` let go of the old one.
        Raises ServerUnreachable.
        """
        answer = self._asked().annotation(annotation)
        if answer is not None and answer[1].project != project:
            answer = None
        state, task = (None, None) if answer is None else answer
        if isinstance(state, UnreadableAnnotation):
            self.quarantine(state)
            return Verdict.UNREADABLE
        source, key = self.source(project), str(annotation)
        with self.store.reading() as transaction:
            newest = transaction.revisions.newest(source, key)
            foreign = None if task is None else self._foreign(transaction, task)
            document = transaction.tasks.document(self.server.name, project, task.task) if task else None
            held = transaction.deletions.among(source, _items(state, task)) if state and task else set()
            lacking = unknown(transaction, state, task) if state and task and foreign is None else Unknown()
        for revision in newest:
            if revision.state is not None and (state is None or state.identity != revision.identity):
                gone.add_annotation(revision.identity, revision.state.task, revision.document)
        if state is None or task is None:
            if not newest:
                with self.lease.writing() as transaction:
                    transaction.revisions.note_deletion(source, key)
            return Verdict.KNOWN
        stored = _of_identity(newest, state.identity)
        changed = foreign is None and (stored is None or stored.state != state)
        if foreign is None and stored is not None and _moved(stored, task):
            gone.add_moved(state, task, stored.document)
            if document == stored.document:
                gone.add_task(task.task, stored.document)
            changed, held = False, set()
        learnt = self.lookups.learn(lacking, task, None)
        if held or changed or learnt != Learnt():
            with self.lease.writing() as transaction:
                transaction.deletions.release(source, held)
                learnt.save(transaction, state, task)
                if changed:
                    self._append(transaction, state, task)
        if not changed:
            return foreign or Verdict.KNOWN
        return Verdict.CREATED if stored is None else Verdict.UPDATED

    def compare_task(self, project: int, number: int, gone: Gone) -> list[int]:
        """Take in what the server holds now of a task; what it no longer has is added to `gone`.

        Returns its annotations, which are for the caller to compare. Raises ServerUnreachable.
        """
        task = self._asked().task(number)
        if task is not None and task.ref.project != project:
            task = None
        states = task.annotations if task else ()
        unreadable = {annotation.key for annotation in task.unreadable} if task else set()
        listed = {state.identity for state in states}
        source = self.source(project)
        with self.store.reading() as transaction:
            document = transaction.tasks.document(self.server.name, project, number)
            for annotation in transaction.revisions.current(source, number):
                if annotation.identity not in listed and annotation.identity.key not in unreadable:
                    gone.add_annotation(annotation.identity, annotation.task, annotation.document)
        if document is not None and (task is None or task.ref.document != document):
            gone.add_task(number, document)
        with self.lease.writing() as transaction:
            if task is None:
                transaction.quarantine.drop_unreadable(source, number)
            if document is None or (task is not None and task.ref.document == document):
                transaction.deletions.release(source, [DeletedItem(number)])
        return [int(state.identity.key) for state in states]

    def withdraw(self, project: int, gone: Gone) -> Withdrawn:
        """Delete in the store what is gone, all of it as one, or hold it where the guard stops that."""
        if not gone.items:
            return Withdrawn()
        source = ProjectSource(self.server.name, project)
        with self.lease.writing() as transaction:
            withdrawn = withdraw(transaction, self.guard, source, gone)
            held = transaction.deletions.among(str(source), gone.moved)
            for state, task in (moved for item, moved in gone.moved.items() if item not in held):
                self._append(transaction, state, task)
                withdrawn.moved += 1
                withdrawn.annotations -= 1
        return withdrawn

    def quarantine(self, annotation: UnreadableAnnotation) -> None:
        """Remember an annotation that cannot be read, by name."""
        with self.lease.writing() as transaction:
            transaction.quarantine.put_unreadable(annotation)

    def source(self, project: int) -> str:
        """Return the source of the annotations of a project of the server."""
        return str(ProjectSource(self.server.name, project))

    def _asked(self) -> LabelServer:
        self.lease.keep()
        if self.absent is not None:
            raise self.absent.with_traceback(None)
        return self.server

    def _judge(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> Verdict:
        foreign = self._foreign(transaction, task)
        if foreign is not None:
            return foreign
        identity = state.identity
        newest = transaction.revisions.newest(identity.source, identity.key)
        stored = _of_identity(newest, identity)
        if stored is not None:
            verdict = _compare(stored, state)
            if verdict.changes and _moved(stored, task):
                verdict = Verdict.DOUBTFUL
        elif newest or transaction.revisions.deletion_was_noted(identity.source, identity.key):
            verdict = Verdict.DOUBTFUL
        else:
            verdict = Verdict.CREATED
        return Verdict.DOUBTFUL if verdict.changes and self._late(transaction, state, task) else verdict

    def _late(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> bool:
        """Say whether a state may be of the past: of what is gone or another's, or from before the last sync."""
        if transaction.tasks.document(self.server.name, task.project, task.task) != task.document:
            return True
        if transaction.deletions.among(task.source, _items(state, task)):
            return True
        watermark = transaction.revisions.watermark(task.source)
        return watermark is not None and state.updated_at <= watermark

    def _foreign(self, transaction: Transaction, task: TaskRef) -> Verdict | None:
        """Say why an annotation is none of ours; None where it is."""
        if not transaction.tasks.has_project(self.server.name, task.project):
            return Verdict.UNKNOWN_PROJECT
        if task.document is None or transaction.documents.text(task.document) is None:
            return Verdict.UNKNOWN_TASK
        # The id is a digest of the text, so a text that was changed in Label Studio betrays itself.
        if task.text is None or _id_of(task.text) != task.document:
            return Verdict.FOREIGN_TEXT
        return None

    def _append(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> None:
        document = str(task.document)
        identity = state.identity
        transaction.tasks.save(task.server, task.project, {task.task: document})
        number = transaction.revisions.append(identity, document, state)
        # The labels may have grown since this process began.
        schema = schema_in_force(transaction.settings) or self.schema
        content = self.read_content(state, str(task.text), schema)
        origin = f"{identity.source}/{identity.key}@{state.updated_at}"
        transaction.quarantine.add(origin, document, content.problems, number)
        transaction.quarantine.drop_unreadable(identity.source, task.task, identity.key)


def _items(state: AnnotationState, task: TaskRef) -> list[DeletedItem]:
    """Return an annotation and its task as what may be held as deleted."""
    return [DeletedItem(task.task), DeletedItem(task.task, state.identity.key, state.identity.created_at)]


def _of_identity(revisions: Sequence[Revision], identity: Identity) -> Revision | None:
    return next((revision for revision in revisions if revision.identity == identity), None)


def _moved(stored: Revision, task: TaskRef) -> bool:
    """Say whether an annotation that is known is of another document there."""
    return stored.state is not None and stored.document != task.document


def _compare(revision: Revision, state: AnnotationState) -> Verdict:
    if revision.state is None:
        return Verdict.DOUBTFUL
    if revision.state == state:
        return Verdict.KNOWN
    if state.updated_at == revision.state.updated_at:
        return Verdict.DOUBTFUL
    return Verdict.UPDATED if state.updated_at > revision.state.updated_at else Verdict.STALE


def _id_of(text: str) -> str | None:
    try:
        return document_id(text)
    except UnicodeEncodeError:
        return None
