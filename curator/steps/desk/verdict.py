"""What an observed state of an annotation means for the store."""

from collections.abc import Sequence
from enum import StrEnum

from curator.domain.annotation import AnnotationState, Identity, Revision, TaskRef
from curator.domain.canonical import document_id
from curator.steps.ports.stored_revisions import AnnotationContext


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


def judge(newest: Sequence[Revision], context: AnnotationContext, state: AnnotationState, task: TaskRef) -> Verdict:
    """Return what a state means, given the newest revisions of all that ever had its key, and what is known around."""
    left_alone = foreign_verdict(context, task)
    if left_alone is not None:
        return left_alone
    stored = of_identity(newest, state.identity)
    if stored is not None:
        verdict = _compare(stored, state)
        if verdict.changes and moved(stored, task):
            verdict = Verdict.DOUBTFUL
    elif newest or context.deletion_noted:
        verdict = Verdict.DOUBTFUL
    else:
        verdict = Verdict.CREATED
    return Verdict.DOUBTFUL if verdict.changes and _late(context, state, task) else verdict


def foreign_verdict(context: AnnotationContext, task: TaskRef) -> Verdict | None:
    """Say why an annotation is none of ours; None where it is."""
    if not context.has_project:
        return Verdict.UNKNOWN_PROJECT
    if not context.has_document:
        return Verdict.UNKNOWN_TASK
    return None if is_intact(task) else Verdict.FOREIGN_TEXT


def is_intact(task: TaskRef) -> bool:
    """Say whether a task has the text of its document, and what its offsets count is as when it was taken in."""
    return is_same_text(task) and not (task.raw is not None and task.raw.changed)


def is_same_text(task: TaskRef) -> bool:
    """Say whether a task has the text that its key is a digest of, however that is written."""
    return task.text is not None and _id_of(task.text) == task.document


def _late(context: AnnotationContext, state: AnnotationState, task: TaskRef) -> bool:
    """Say whether a state may be of the past: of what is gone or another's, or from before the last sync."""
    if context.document != task.document or context.deletion_held:
        return True
    return context.watermark is not None and state.updated_at <= context.watermark


def of_identity(revisions: Sequence[Revision], identity: Identity) -> Revision | None:
    """Return the revision of an annotation, None where it is not among them."""
    return next((revision for revision in revisions if revision.identity == identity), None)


def moved(stored: Revision, task: TaskRef) -> bool:
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
