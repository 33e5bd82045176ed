"""Which prediction an annotation started from."""

from sqlalchemy import Connection, Subquery, Text, func, select, type_coerce
from sqlalchemy.orm import aliased

from curator.domain.prediction import GIVEN
from curator.store.states import IDENTITY
from curator.store.tables import PredictionRow, RevisionRow, SentPrediction, TaskRow


def shown_pairs(connection: Connection, document: str | None = None) -> dict[int, int]:
    """Return the prediction that each current annotation started from, by the number of its newest revision.

    That is the newest one that its document's task was given and that was stored before the annotation; annotations
    without one are left out.
    """
    current = aliased(RevisionRow)
    lives = (
        select(func.max(RevisionRow.number).label("number"), func.min(RevisionRow.seq).label("first"))
        .group_by(*IDENTITY)
        .subquery()
    )
    given = _given(document)
    of_annotation = (
        (given.c.document == current.document)
        & (given.c.server == current.server)
        & (given.c.project == current.project)
        & (given.c.seq < lives.c.first)
    )
    query = (
        select(current.number, func.max(given.c.id).label("shown"))
        .join(lives, lives.c.number == current.number)
        .join(given, of_annotation)
        .where(type_coerce(current.value, Text) != "null")
        .group_by(current.number)
        .order_by(current.number)
    )
    return {row.number: row.shown for row in connection.execute(query)}


def _given(document: str | None) -> Subquery:
    """Return the predictions of pipelines that documents' tasks were given, of one document where it is named."""
    of_task = (
        (TaskRow.server == SentPrediction.server)
        & (TaskRow.project == SentPrediction.project)
        & (TaskRow.task == SentPrediction.task)
    )
    # Made distinct, it is worked out once instead of for every annotation.
    sent = (
        select(TaskRow.server, TaskRow.project, TaskRow.document, PredictionRow.id, PredictionRow.seq)
        .select_from(SentPrediction)
        .join(TaskRow, of_task)
        .join(PredictionRow, PredictionRow.id == SentPrediction.prediction)
        .where(PredictionRow.document == TaskRow.document, PredictionRow.pipeline != GIVEN)
        .distinct()
    )
    if document is not None:
        sent = sent.where(TaskRow.document == document)
    return sent.subquery()


def prediction_count(connection: Connection, up_to: int | None) -> int:
    """Return how many predictions pipelines made, of those up to an id where one is given."""
    query = select(func.count()).select_from(PredictionRow).where(PredictionRow.pipeline != GIVEN)
    if up_to is not None:
        query = query.where(PredictionRow.id <= up_to)
    return int(connection.scalar(query) or 0)
