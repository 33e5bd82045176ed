"""One state of an annotation into the store: the code that webhook, reconciliation and adoption share."""

from dataclasses import dataclass
from enum import StrEnum

from curator.domain.annotation import AnnotationState, Revision, TaskRef
from curator.domain.canonical import document_id
from curator.domain.schema import LabelSchema, schema_from_value
from curator.steps.ports.contents import ResultReader
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.store import Store, Transaction


class Verdict(StrEnum):
    """What an observed state means for the store."""

    CREATED = "created"
    UPDATED = "updated"
    KNOWN = "known"
    STALE = "stale"
    DOUBTFUL = "doubtful"
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
    read_result: ResultReader

    def observe(self, state: AnnotationState, task: TaskRef) -> Verdict:
        """Take in a state that was true when it was sent; one that leaves a doubt is read again from the server.

        Newer states are appended, known and older ones change nothing. Raises ServerUnreachable.
        """
        with self.store.reading() as transaction:
            verdict = self._judge(transaction, state, task)
        if verdict.changes:
            with self.store.writing() as transaction:
                # Whoever lost the lease in between must not put an older state on top.
                verdict = self._judge(transaction, state, task)
                if verdict.changes:
                    self._append(transaction, state, task)
        if verdict is Verdict.DOUBTFUL:
            return self.reread(state.identity.project, state.identity.annotation)
        return verdict

    def reread(self, project: int, annotation: int) -> Verdict:
        """Make the store say of an annotation id what the server says now. Raises ServerUnreachable."""
        found = self.server.annotation(annotation)
        if found is not None and found[0].identity.project != project:
            found = None
        with self.store.writing() as transaction:
            verdict = Verdict.KNOWN
            known = transaction.revisions.current(self.server.name, project, annotation)
            for revision in known:
                if not revision.deleted and (found is None or found[0].identity != revision.identity):
                    transaction.revisions.append(revision.identity, revision.document, None)
                    verdict = Verdict.UPDATED
            if found is None:
                if not known:
                    transaction.revisions.note_gone(self.server.name, project, annotation)
                return verdict
            state, task = found
            foreign = self._foreign(transaction, state, task)
            if foreign is not None:
                return foreign
            same = [revision for revision in known if revision.identity == state.identity]
            if same and same[0].state == state and same[0].document == task.document:
                return verdict
            self._append(transaction, state, task)
            return Verdict.UPDATED if same else Verdict.CREATED

    def task_gone(self, project: int, task: int) -> int:
        """Make the store say of a task what the server says now; returns how many annotations were deleted with it.

        Raises ServerUnreachable.
        """
        found = self.server.task(task)
        if found is not None and found.ref.project != project:
            found = None
        alive = {state.identity for state in found.annotations} if found else set()
        with self.store.writing() as transaction:
            name = self.server.name
            known = transaction.tasks.document(name, project, task)
            if known is not None and (found is None or found.ref.document != known):
                transaction.tasks.gone(name, project, [task])
            buried = [one for one in transaction.revisions.of_task(name, project, task) if one.identity not in alive]
            for revision in buried:
                transaction.revisions.append(revision.identity, revision.document, None)
        for state in found.annotations if found else ():
            self.reread(project, state.identity.annotation)
        return len(buried)

    def _judge(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> Verdict:
        foreign = self._foreign(transaction, state, task)
        if foreign is not None:
            return foreign
        identity = state.identity
        known = transaction.revisions.current(identity.server, identity.project, identity.annotation)
        same = [revision for revision in known if revision.identity == identity]
        if same:
            verdict = _compare(same[0], state)
        elif known or transaction.revisions.was_noted_gone(identity.server, identity.project, identity.annotation):
            verdict = Verdict.DOUBTFUL
        else:
            verdict = Verdict.CREATED
        return Verdict.DOUBTFUL if verdict.changes and self._late(transaction, state, task) else verdict

    def _late(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> bool:
        """Say whether a state may be of the past: of a task that is gone or another's, or from before the last sync."""
        project = state.identity.project
        if transaction.tasks.document(self.server.name, project, task.task) != task.document:
            return True
        watermark = transaction.revisions.watermark(self.server.name, project)
        return watermark is not None and state.updated_at <= watermark

    def _foreign(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> Verdict | None:
        """Say why an annotation is none of ours; None where it is."""
        if not transaction.tasks.has_project(self.server.name, state.identity.project):
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
        transaction.tasks.save(identity.server, identity.project, {task.task: document})
        transaction.revisions.append(identity, document, state.value())
        # The labels may have grown since this process began.
        value = transaction.settings.get("schema")
        schema = self.schema if value is None else schema_from_value(value, "the store")
        content = self.read_result(state.result, str(task.text), schema)
        origin = f"{identity.server}/{identity.project}/{identity.annotation}@{state.updated_at}"
        transaction.revisions.quarantine(origin, document, content.problems)


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
