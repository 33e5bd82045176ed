"""One state of an annotation into the store: the code that webhook, reconciliation and adoption share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from curator.domain.annotation import AnnotationState, Identity, ProjectSource, Revision, TaskRef, UnreadableAnnotation
from curator.domain.canonical import document_id
from curator.domain.schema import LabelSchema
from curator.steps.desk.lookups import Learnt, Lookups, Unknown, unknown
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.store import Store, Transaction


class Verdict(StrEnum):
    """What an observed state means for the store."""

    CREATED = "created"
    UPDATED = "updated"
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
        return self in (Verdict.CREATED, Verdict.UPDATED)


@dataclass(frozen=True, slots=True)
class Acceptor:
    """Brings observed states into the store; whoever uses it holds the applier's lease."""

    store: Store
    server: LabelServer
    schema: LabelSchema
    read_content: ContentReader
    lookups: Lookups = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lookups", Lookups(self.server))

    def observe(self, state: AnnotationState, task: TaskRef, started_from: str | None = None) -> Verdict:
        """Take in a state that was true when it was sent; one that leaves a doubt is read again from the server.

        Newer states are appended, known and older ones change nothing. `started_from` is the pipeline of the parent
        prediction, where it is known. Raises ServerUnreachable.
        """
        with self.store.reading() as transaction:
            verdict = self._judge(transaction, state, task)
            known = verdict is Verdict.KNOWN
            lacking = unknown(transaction, state, task, known=known) if known or verdict.changes else Unknown()
        learnt = self.lookups.learn(lacking, task, started_from)
        if verdict.changes or learnt != Learnt():
            with self.store.writing() as transaction:
                learnt.save(transaction, state, task)
                # Whoever lost the lease in between must not put an older state on top.
                verdict = self._judge(transaction, state, task) if verdict.changes else verdict
                if verdict.changes:
                    self._append(transaction, state, task)
        if verdict is Verdict.DOUBTFUL:
            return self.reread_annotation(task.project, int(state.identity.key))
        return verdict

    def reread_annotation(self, project: int, annotation: int) -> Verdict:
        """Make the store hold of an annotation id what the server holds now. Raises ServerUnreachable."""
        answer = self.server.annotation(annotation)
        if answer is not None and answer[1].project != project:
            answer = None
        state, task = (None, None) if answer is None else answer
        if isinstance(state, UnreadableAnnotation):
            self.quarantine(state)
            return Verdict.UNREADABLE
        source, key = self.source(project), str(annotation)
        learnt = self._learn(state, task) if state is not None and task is not None else Learnt()
        with self.store.writing() as transaction:
            verdict = Verdict.KNOWN
            newest = transaction.revisions.newest(source, key)
            for revision in newest:
                if not revision.deleted and (state is None or state.identity != revision.identity):
                    transaction.revisions.append(revision.identity, revision.document, None)
                    verdict = Verdict.UPDATED
            if state is None or task is None:
                if not newest:
                    transaction.revisions.note_deletion(source, key)
                return verdict
            foreign = self._foreign(transaction, task)
            if foreign is not None:
                return foreign
            learnt.save(transaction, state, task)
            stored = _of_identity(newest, state.identity)
            if stored is not None and stored.state == state and stored.document == task.document:
                return verdict
            self._append(transaction, state, task)
            return Verdict.CREATED if stored is None else Verdict.UPDATED

    def reread_task(self, project: int, number: int) -> int:
        """Make the store hold of a task what the server holds now; returns how many annotations were deleted with it.

        Raises ServerUnreachable.
        """
        task = self.server.task(number)
        if task is not None and task.ref.project != project:
            task = None
        states = task.annotations if task else ()
        unreadable = {annotation.key for annotation in task.unreadable} if task else set()
        listed = {state.identity for state in states}
        name, source = self.server.name, self.source(project)
        with self.store.writing() as transaction:
            document = transaction.tasks.document(name, project, number)
            if document is not None and (task is None or task.ref.document != document):
                transaction.tasks.mark_gone(name, project, [number])
            deleted = [
                annotation
                for annotation in transaction.revisions.current(source, number)
                if annotation.identity not in listed and annotation.identity.key not in unreadable
            ]
            for annotation in deleted:
                transaction.revisions.append(annotation.identity, annotation.document, None)
            if task is None:
                transaction.quarantine.drop_unreadable(source, number)
        for state in states:
            self.reread_annotation(project, int(state.identity.key))
        return len(deleted)

    def quarantine(self, annotation: UnreadableAnnotation) -> None:
        """Remember an annotation that cannot be read, by name."""
        with self.store.writing() as transaction:
            transaction.quarantine.put_unreadable(annotation)

    def _learn(self, state: AnnotationState, task: TaskRef) -> Learnt:
        with self.store.reading() as transaction:
            lacking = unknown(transaction, state, task)
        return self.lookups.learn(lacking, task, None)

    def source(self, project: int) -> str:
        """Return the source of the annotations of a project of the server."""
        return str(ProjectSource(self.server.name, project))

    def _judge(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> Verdict:
        foreign = self._foreign(transaction, task)
        if foreign is not None:
            return foreign
        identity = state.identity
        newest = transaction.revisions.newest(identity.source, identity.key)
        stored = _of_identity(newest, identity)
        if stored is not None:
            verdict = _compare(stored, state)
        elif newest or transaction.revisions.deletion_was_noted(identity.source, identity.key):
            verdict = Verdict.DOUBTFUL
        else:
            verdict = Verdict.CREATED
        return Verdict.DOUBTFUL if verdict.changes and self._late(transaction, state, task) else verdict

    def _late(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> bool:
        """Say whether a state may be of the past: of a task that is gone or another's, or from before the last sync."""
        if transaction.tasks.document(self.server.name, task.project, task.task) != task.document:
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


def _of_identity(revisions: Sequence[Revision], identity: Identity) -> Revision | None:
    return next((revision for revision in revisions if revision.identity == identity), None)


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
