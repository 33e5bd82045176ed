"""Which prediction an annotation started from."""

from sqlalchemy import Connection, Subquery, Text, cast, func, literal, select

from curator.domain.annotation import ProjectSource
from curator.domain.prediction import GIVEN
from curator.store.tables import CurrentRow, PredictionRow, SentPrediction, TaskRow

_SOURCE = literal(str(ProjectSource("", 0)).removesuffix("/0")) + TaskRow.server + "/" + cast(TaskRow.project, Text)
"""The source of a task's annotations, as `ProjectSource` writes it."""


def shown_pairs(connection: Connection, document: str | None = None) -> dict[int, int]:
    """Return the prediction that each current annotation started from, by the number of its newest revision.

    That is the newest one that its document's task was given and that was stored before the annotation; annotations
    without one are left out.
    """
    given = _predictions_given(document)
    of_annotation = (
        (given.c.document == CurrentRow.document)
        & (given.c.source == CurrentRow.source)
        & (given.c.seq < CurrentRow.first_seq)
    )
    query = (
        select(CurrentRow.revision, func.max(given.c.id).label("shown"))
        .join(given, of_annotation)
        .group_by(CurrentRow.revision)
        .order_by(CurrentRow.revision)
    )
    return {row.revision: row.shown for row in connection.execute(query)}


def _predictions_given(document: str | None) -> Subquery:
    """Return the predictions of pipelines that documents' tasks were given, of one document where it is named."""
    of_task = (
        (TaskRow.server == SentPrediction.server)
        & (TaskRow.project == SentPrediction.project)
        & (TaskRow.task == SentPrediction.task)
    )
    # Made distinct, it is worked out once instead of for every annotation.
    sent = (
        select(_SOURCE.label("source"), TaskRow.document, PredictionRow.id, PredictionRow.seq)
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
