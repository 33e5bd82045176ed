"""The state of every document, as a query that both databases understand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, literal, select

from curator.store.tables import CurrentRow, DecisionRow, DocumentRow, PersonDecisionRow, TaskRow
from curator.views.progress import DocumentState


def states(policy: str, only: Sequence[str] | None = None) -> Subquery:
    """Return each document's id, state and number of current annotations; of all documents unless `only` some.

    `policy` is the digest of the one in force: decisions by another one do not count, whenever they were made.
    """
    submitted = case((CurrentRow.skipped, 0), else_=1)
    annotated = (
        select(
            CurrentRow.document,
            func.max(submitted).label("submitted"),
            func.count().label("annotations"),
            func.max(CurrentRow.revision).label("last_revision"),
        )
        .where(~CurrentRow.for_review)
        .group_by(CurrentRow.document)
    )
    by_person = select(PersonDecisionRow.document).distinct()
    tasked = select(TaskRow.document).where(TaskRow.gone.is_(False)).distinct()
    if only is not None:
        annotated = annotated.where(CurrentRow.document.in_(only))
        by_person = by_person.where(PersonDecisionRow.document.in_(only))
        tasked = tasked.where(TaskRow.document.in_(only))
    annotated_of = annotated.cte()
    # Numbers grow, and what is no longer current never is again: a number and a count tell the revisions themselves.
    on_current = (
        (DecisionRow.document == annotated_of.c.document)
        & (DecisionRow.revisions == annotated_of.c.annotations)
        & (DecisionRow.last_revision == annotated_of.c.last_revision)
    )
    decided = (
        select(DecisionRow.document)
        .join(annotated_of, on_current)
        # A policy may decide nothing whatever was submitted.
        .where(DecisionRow.policy_digest == policy, DecisionRow.record.is_not(None))
        .distinct()
    )
    decided_of, tasked_of, by_person_of = decided.cte(), tasked.cte(), by_person.cte()
    query = (
        select(
            DocumentRow.id,
            case(
                (by_person_of.c.document.is_not(None), literal(DocumentState.REVIEWED.value)),
                else_=_state(annotated_of.c.submitted, decided_of.c.document, tasked_of.c.document),
            ).label("state"),
            func.coalesce(annotated_of.c.annotations, 0).label("annotations"),
        )
        .outerjoin(annotated_of, annotated_of.c.document == DocumentRow.id)
        .outerjoin(decided_of, decided_of.c.document == DocumentRow.id)
        .outerjoin(by_person_of, by_person_of.c.document == DocumentRow.id)
        .outerjoin(tasked_of, tasked_of.c.document == DocumentRow.id)
    )
    return (query if only is None else query.where(DocumentRow.id.in_(only))).subquery()


def _state(submitted: Any, decided: Any, task: Any) -> ColumnElement[str]:
    return case(
        ((submitted == 1) & decided.is_not(None), literal(DocumentState.REVIEWED.value)),
        (submitted == 1, literal(DocumentState.UNDECIDED.value)),
        (submitted == 0, literal(DocumentState.SKIPPED.value)),
        (task.is_not(None), literal(DocumentState.WAITING.value)),
        else_=literal(DocumentState.NO_TASK.value),
    )
