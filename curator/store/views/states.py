"""The state of every document, as a query that both databases understand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, literal, select

from curator.store.tables import CurrentRow, DecisionRow, DocumentRow, PersonDecisionRow, RevisionRow, TaskRow
from curator.views.progress import DocumentState


def states(only: Sequence[str] | None = None) -> Subquery:
    """Return each document's id, state and number of current annotations; of all documents unless `only` some."""
    submitted = case((CurrentRow.skipped, 0), else_=1)
    annotated = select(
        CurrentRow.document, func.max(submitted).label("submitted"), func.count().label("annotations")
    ).group_by(CurrentRow.document)
    changed = select(RevisionRow.document, func.max(RevisionRow.seq).label("seq")).group_by(RevisionRow.document)
    decided = select(DecisionRow.document, func.max(DecisionRow.seq).label("seq")).group_by(DecisionRow.document)
    by_person = select(PersonDecisionRow.document).distinct()
    tasked = select(TaskRow.document).where(TaskRow.gone.is_(False)).distinct()
    if only is not None:
        annotated = annotated.where(CurrentRow.document.in_(only))
    annotated_of, changed_of, decided_of, tasked_of = annotated.cte(), changed.cte(), decided.cte(), tasked.cte()
    by_person_of = by_person.cte()
    query = (
        select(
            DocumentRow.id,
            case(
                (by_person_of.c.document.is_not(None), literal(DocumentState.REVIEWED.value)),
                else_=_state(annotated_of.c.submitted, decided_of.c.seq >= changed_of.c.seq, tasked_of.c.document),
            ).label("state"),
            func.coalesce(annotated_of.c.annotations, 0).label("annotations"),
        )
        .outerjoin(annotated_of, annotated_of.c.document == DocumentRow.id)
        .outerjoin(changed_of, changed_of.c.document == DocumentRow.id)
        .outerjoin(decided_of, decided_of.c.document == DocumentRow.id)
        .outerjoin(by_person_of, by_person_of.c.document == DocumentRow.id)
        .outerjoin(tasked_of, tasked_of.c.document == DocumentRow.id)
    )
    return (query if only is None else query.where(DocumentRow.id.in_(only))).subquery()


def _state(submitted: Any, up_to_date: Any, task: Any) -> ColumnElement[str]:
    return case(
        ((submitted == 1) & up_to_date, literal(DocumentState.REVIEWED.value)),
        (submitted == 1, literal(DocumentState.UNDECIDED.value)),
        (submitted == 0, literal(DocumentState.SKIPPED.value)),
        (task.is_not(None), literal(DocumentState.WAITING.value)),
        else_=literal(DocumentState.NO_TASK.value),
    )
