"""One state of an annotation into the store: the code that webhook, reconciliation and adoption share."""

from dataclasses import dataclass, field

from curator.domain.annotation import AnnotationState, ProjectSource, TaskRef, UnreadableAnnotation
from curator.domain.errors import CuratorError
from curator.domain.label_names import unsettled_problems
from curator.domain.schema import LabelSchema
from curator.steps.desk.deletions import DeletionGuard, Gone, Withdrawn, withdraw
from curator.steps.desk.lease import HeldLease
from curator.steps.desk.lookups import Learnt, Lookups, Unknown, unknown
from curator.steps.desk.verdict import Verdict, foreign_verdict, judge, moved, of_identity
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_deletions import DeletedItem
from curator.steps.ports.stored_revisions import AnnotationContext


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
    _read_schema: tuple[int, LabelSchema] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.lookups = Lookups(self.server)

    def observe(self, state: AnnotationState, task: TaskRef, started_from: str | None = None) -> Verdict:
        """Take in a state that was true when it was sent; one that leaves a doubt is read again from the server.

        Newer states are appended, known and older ones change nothing. `started_from` is the pipeline of the parent
        prediction, where it is known. Raises ServerUnreachable.
        """
        self.lease.keep()
        with self.store.reading() as transaction:
            context = transaction.revisions.context(state, task)
            verdict = self._judge(transaction, context, state, task)
            known = verdict is Verdict.KNOWN
            lacking = unknown(context, state, known=known) if known or verdict.changes else Unknown()
        learnt = self.lookups.learn(lacking, task, started_from)
        if verdict.changes or learnt != Learnt():
            with self.lease.writing() as transaction:
                learnt.save(transaction, state, task)
                if verdict.changes:
                    self._append(transaction, state, task)
        if verdict is Verdict.DOUBTFUL:
            return self.reread_annotation(task.project, int(state.identity.key))
        return verdict

    def take_in(
        self, transaction: Transaction, state: AnnotationState, task: TaskRef, started_from: str | None
    ) -> Verdict | None:
        """Do in a transaction what `observe` does; None, with nothing written, where that leaves something to ask."""
        context = transaction.revisions.context(state, task)
        verdict = self._judge(transaction, context, state, task)
        if verdict is Verdict.DOUBTFUL or verdict.foreign:
            return None
        if verdict is Verdict.STALE:
            return verdict
        learnt = unknown(context, state, known=verdict is Verdict.KNOWN).told(started_from)
        if learnt is None:
            return None
        learnt.save(transaction, state, task)
        if verdict.changes:
            # It is in its task, or else it would be doubtful.
            self._append_state(transaction, state, task)
            if context.unreadable:
                transaction.quarantine.drop_unreadable(state.identity.source, task.task, state.identity.key)
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
        answer = self.asked().annotation(annotation)
        if answer is not None and answer[1].project != project:
            answer = None
        state, task = (None, None) if answer is None else answer
        if isinstance(state, UnreadableAnnotation):
            self.quarantine(state)
            return Verdict.UNREADABLE
        source, key = self.source(project), str(annotation)
        with self.store.reading() as transaction:
            newest = transaction.revisions.newest(source, key)
            context = transaction.revisions.context(state, task) if state and task else None
            foreign = foreign_verdict(context, task) if context and task else None
            held = transaction.deletions.among(source, _items(state, task)) if state and task else set()
            lacking = unknown(context, state) if context and state and foreign is None else Unknown()
        for revision in newest:
            if revision.state is not None and (state is None or state.identity != revision.identity):
                gone.add_annotation(revision.identity, revision.state.task, revision.document)
        if state is None or task is None:
            if not newest:
                with self.lease.writing() as transaction:
                    transaction.revisions.note_deletion(source, key)
            return Verdict.KNOWN
        stored = of_identity(newest, state.identity)
        changed = foreign is None and (stored is None or stored.state != state)
        if foreign is None and stored is not None and moved(stored, task):
            gone.add_moved(state, task, stored.document)
            if context is not None and context.document == stored.document:
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
        task = self.asked().task(number)
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

    def asked(self) -> LabelServer:
        """Return the server, to ask it something. Raises what `absent` says, and LeaseLost."""
        self.lease.keep()
        if self.absent is not None:
            raise self.absent.with_traceback(None)
        return self.server

    def _judge(
        self, transaction: Transaction, context: AnnotationContext, state: AnnotationState, task: TaskRef
    ) -> Verdict:
        return judge(transaction.revisions.newest(state.identity.source, state.identity.key), context, state, task)

    def _append(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> None:
        """Append a state, and whatever of its task and of its being unreadable it sets right."""
        transaction.tasks.save(task.server, task.project, {task.task: str(task.document)}, {task.task: task})
        self._append_state(transaction, state, task)
        transaction.quarantine.drop_unreadable(state.identity.source, task.task, state.identity.key)

    def _append_state(self, transaction: Transaction, state: AnnotationState, task: TaskRef) -> None:
        identity = state.identity
        number = transaction.revisions.append(identity, str(task.document), state)
        content = self.read_content(state, str(task.text), self._schema_in_force(transaction))
        origin = f"{identity.source}/{identity.key}@{state.updated_at}"
        transaction.quarantine.add(origin, task.document, unsettled_problems(content), number)

    def _schema_in_force(self, transaction: Transaction) -> LabelSchema:
        """Return the labels that hold in a writing transaction: they may have grown since this process began."""
        if self._read_schema is None or self._read_schema[0] != transaction.seq:
            self._read_schema = transaction.seq, schema_in_force(transaction.settings) or self.schema
        return self._read_schema[1]


def _items(state: AnnotationState, task: TaskRef) -> list[DeletedItem]:
    """Return an annotation and its task as what may be held as deleted."""
    return [DeletedItem(task.task), DeletedItem(task.task, state.identity.key, state.identity.created_at)]
