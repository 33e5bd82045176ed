"""What the store knows around an observed annotation, in one question."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, Text, and_, bindparam, exists, or_, select

from curator.domain.annotation import AnnotationState, TaskRef
from curator.steps.ports.stored_revisions import AnnotationContext
from curator.store.tables import (
    Annotator,
    DeletionNotice,
    DocumentRow,
    HeldRow,
    PredictionNumber,
    ProjectRow,
    TaskRow,
    UnreadableRow,
    Watermark,
)

_TYPES = {"project": BigInteger, "task": BigInteger, "prediction": BigInteger}


def _given(name: str) -> Any:
    # With its type, as a database may not guess that of an empty value.
    return bindparam(name, type_=_TYPES.get(name, Text))


@cache
def _question() -> Select[Any]:
    """Return the question, which is the same for every annotation."""
    server, project, task, document = map(_given, ("server", "project", "task", "document"))
    source, key, created_at = map(_given, ("source", "key", "created_at"))
    of_task = (TaskRow.server == server, TaskRow.project == project, TaskRow.task == task, TaskRow.gone.is_(False))
    number = PredictionNumber
    of_number = (number.server == server, number.project == project, number.task == task)
    task_held = and_(HeldRow.key == "", HeldRow.created_at == "")
    either_held = or_(task_held, and_(HeldRow.key == key, HeldRow.created_at == created_at))
    return select(
        exists().where(ProjectRow.server == server, ProjectRow.project == project).label("has_project"),
        exists().where(DocumentRow.id == document).label("has_document"),
        select(TaskRow.document).where(*of_task).scalar_subquery().label("document"),
        exists().where(DeletionNotice.source == source, DeletionNotice.key == key).label("deletion_noted"),
        exists().where(HeldRow.source == source, HeldRow.task == task, either_held).label("deletion_held"),
        select(Watermark.updated_at).where(Watermark.source == source).scalar_subquery().label("watermark"),
        select(number.pipeline)
        .where(*of_number, number.number == _given("prediction"))
        .order_by(number.seq.desc())
        .limit(1)
        .scalar_subquery()
        .label("pipeline"),
        exists()
        .where(UnreadableRow.source == source, UnreadableRow.task == task, UnreadableRow.key == key)
        .label("unreadable"),
        exists().where(Annotator.key == _given("annotator")).label("annotator_named"),
        exists().where(Annotator.key == _given("updated_by")).label("updated_by_named"),
    )


def annotation_context(connection: Connection, state: AnnotationState, task: TaskRef) -> AnnotationContext:
    """Return what `Revisions.context` promises."""
    identity = state.identity
    people = {"annotator": state.annotator, "updated_by": state.updated_by}
    row = connection.execute(
        _question(),
        {
            "server": task.server,
            "project": task.project,
            "task": task.task,
            "document": task.document,
            "source": identity.source,
            "key": identity.key,
            "created_at": identity.created_at,
            "prediction": state.parent_prediction,
            **people,
        },
    ).one()
    named = {"annotator": row.annotator_named, "updated_by": row.updated_by_named}
    return AnnotationContext(
        has_project=row.has_project,
        has_document=row.has_document,
        document=row.document,
        deletion_noted=row.deletion_noted,
        deletion_held=row.deletion_held,
        watermark=row.watermark,
        pipeline=row.pipeline,
        unreadable=row.unreadable,
        unnamed=frozenset(person for role, person in people.items() if person is not None and not named[role]),
    )
