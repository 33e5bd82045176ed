"""Rows of revisions and of the index of current annotations, and the values that they are."""

from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from curator.domain.annotation import AnnotationState, Identity, Revision, state_from_value
from curator.steps.ports.stored_revisions import CurrentAnnotation
from curator.store.rows import dialect_insert
from curator.store.tables import CurrentRow, RevisionRow


def identity_row(identity: Identity) -> dict[str, str]:
    """Return the columns of an identity."""
    return {"source": identity.source, "key": identity.key, "created_at": identity.created_at}


@cache
def indexing(dialect: str) -> Any:
    """Return the statement that puts a revision, which is there, into the index, in the place of the one before."""
    insert = dialect_insert(dialect)(CurrentRow)
    named: dict[str, Any] = {column.name: bindparam(column.name) for column in CurrentRow.__table__.columns}
    identity = (RevisionRow.source == named["source"], RevisionRow.key == named["key"])
    # An annotation may be back after its tombstone.
    first = select(func.min(RevisionRow.seq)).where(*identity, RevisionRow.created_at == named["created_at"])
    changed = named.keys() - {"source", "key", "created_at", "first_seq"}
    return insert.values({**named, "first_seq": first.scalar_subquery()}).on_conflict_do_update(
        index_elements=["source", "key", "created_at"], set_={name: insert.excluded[name] for name in changed}
    )


def index_row(revision: Revision, state: AnnotationState) -> dict[str, Any]:
    """Return the row of the index for a revision, which is no tombstone, with its state, but for when it first came."""
    return {
        **identity_row(revision.identity),
        "revision": revision.number,
        "document": revision.document,
        "task": state.task,
        "annotator": state.annotator,
        "updated_by": state.updated_by,
        "updated_at": state.updated_at,
        "skipped": state.skipped,
        "ground_truth": state.ground_truth,
        "lead_time": state.lead_time,
        "for_review": state.for_review,
    }


def revision_of_row(row: Row[Any]) -> Revision:
    """Return the revision that a row of the table is."""
    identity = Identity(row.source, row.key, row.created_at)
    state = None if row.value is None else state_from_value(identity, row.value)
    return Revision(row.number, identity, row.document, state)


def current_of_row(row: Row[Any]) -> CurrentAnnotation:
    """Return the current annotation that a row of the index is."""
    return CurrentAnnotation(
        identity=Identity(row.source, row.key, row.created_at),
        revision=row.revision,
        document=row.document,
        task=row.task,
        annotator=row.annotator,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
        skipped=row.skipped,
        ground_truth=row.ground_truth,
        lead_time=row.lead_time,
        for_review=row.for_review,
    )
