"""Which prediction an annotation started from, now and as of any number, on both databases."""

from typing import Any

import pytest

from curator.domain.annotation import AnnotationState, Identity, instant
from curator.domain.prediction import GIVEN, PipelineId, Prediction
from curator.domain.span import Content
from curator.store.database import SqlStore
from tests.fakes.annotations import annotation_state, identity

OLD, NEW, UNSENT = (PipelineId("names", digest) for digest in ("d1", "d2", "d3"))
HERE = ("test", 1)


@pytest.fixture
def desk(store: SqlStore, document: str) -> SqlStore:
    """A store with a project, and one task in it for the document."""
    with store.writing() as transaction:
        transaction.tasks.save_project(*HERE, "schema")
        transaction.tasks.save(*HERE, {1: document})
    return store


def predict(store: SqlStore, document: str, pipeline: PipelineId) -> int:
    with store.writing() as transaction:
        transaction.documents.add_predictions([Prediction(document, pipeline, Content())])
        stored = transaction.tasks.newest_predictions([document])[document]
    return max(prediction.number for prediction in stored)


def send(store: SqlStore, document: str, pipeline: PipelineId, *, show: bool = True) -> None:
    number = predict(store, document, pipeline)
    with store.writing() as transaction:
        transaction.tasks.mark_sent(*HERE, [(1, number)])
    if show:
        with store.writing() as transaction:
            transaction.lineage.save_shown(*HERE, str(pipeline))


def annotate(store: SqlStore, document: str, key: int = 1, named: Identity | None = None, **fields: Any) -> int:
    state: AnnotationState = annotation_state(named or identity(key), **fields)
    with store.writing() as transaction:
        return transaction.revisions.append(state.identity, document, state)


def number(store: SqlStore, prediction: int, pipeline: PipelineId | str) -> None:
    """Let Label Studio say which pipeline made the prediction of a number."""
    with store.writing() as transaction:
        transaction.lineage.save_numbered(*HERE, 1, prediction, str(pipeline))


def start(store: SqlStore, revision: int, as_of: int | None = None) -> str | None:
    with store.reading() as transaction:
        found = transaction.lineage.started_from([revision], as_of).get(revision)
    return None if found is None else str(found.pipeline)


def now(store: SqlStore) -> int:
    with store.reading() as transaction:
        return transaction.seq


def test_what_was_sent_and_shown_before_an_annotation_is_what_it_started_from(desk: SqlStore, document: str) -> None:
    before_all = annotate(desk, document, 1)
    send(desk, document, OLD)
    revision = annotate(desk, document, 2)
    # Neither what was never sent, nor what was sent and shown later.
    predict(desk, document, UNSENT)
    send(desk, document, NEW)
    changed = annotate(desk, document, 2, updated_at=instant("2026-01-02"))
    later = annotate(desk, document, 3)
    assert [start(desk, revision) for revision in (before_all, revision, changed, later)] == [
        None,
        str(OLD),
        str(OLD),
        str(NEW),
    ]


def test_what_was_shown_and_not_sent_to_the_task_or_sent_and_not_shown_is_nothing(
    desk: SqlStore, document: str
) -> None:
    predict(desk, document, OLD)
    with desk.writing() as transaction:
        transaction.lineage.save_shown(*HERE, str(OLD))
    assert start(desk, annotate(desk, document, 1)) is None
    send(desk, document, NEW, show=False)
    assert start(desk, annotate(desk, document, 2)) is None
    with desk.writing() as transaction:
        transaction.lineage.save_shown(*HERE, "")
    assert start(desk, annotate(desk, document, 3)) is None


def test_what_label_studio_reports_outweighs_what_was_shown(desk: SqlStore, document: str) -> None:
    send(desk, document, OLD)
    send(desk, document, NEW)
    number(desk, 29, OLD)
    assert start(desk, annotate(desk, document, 1, parent_prediction=29)) == str(OLD)
    # Of another task, and of nobody knows what.
    assert start(desk, annotate(desk, document, 2, parent_prediction=29, task=2)) is None
    assert start(desk, annotate(desk, document, 3, parent_prediction=30)) == str(NEW)
    # By a pipeline that is none of ours.
    number(desk, 31, "somebody's model")
    assert start(desk, annotate(desk, document, 4, parent_prediction=31)) is None


def test_a_prediction_that_label_studio_asked_for_itself_counts_where_the_store_has_it(
    desk: SqlStore, document: str
) -> None:
    predict(desk, document, NEW)
    number(desk, 29, NEW)
    number(desk, 30, UNSENT)
    assert start(desk, annotate(desk, document, 1, parent_prediction=29)) == str(NEW)
    assert start(desk, annotate(desk, document, 2, parent_prediction=30)) is None


def test_given_spans_are_something_to_start_from(desk: SqlStore, document: str) -> None:
    given = PipelineId(GIVEN, "g")
    send(desk, document, given)
    assert start(desk, annotate(desk, document)) == str(given)


def test_the_first_report_holds_also_once_label_studio_deleted_the_prediction(desk: SqlStore, document: str) -> None:
    send(desk, document, OLD)
    number(desk, 29, OLD)
    annotate(desk, document, 1, parent_prediction=29)
    send(desk, document, NEW)
    assert start(desk, annotate(desk, document, 1, updated_at=instant("2026-01-02"))) == str(OLD)


def test_a_number_that_is_given_out_again_changes_nothing_about_the_past(desk: SqlStore, document: str) -> None:
    for pipeline in (OLD, NEW):
        predict(desk, document, pipeline)
    number(desk, 29, OLD)
    first = annotate(desk, document, 1, parent_prediction=29)
    number(desk, 29, NEW)
    second = annotate(desk, document, 2, parent_prediction=29)
    assert (start(desk, first), start(desk, second)) == (str(OLD), str(NEW))


def test_nothing_counts_that_came_to_be_known_later(desk: SqlStore, document: str) -> None:
    send(desk, document, NEW)
    revision = annotate(desk, document, 1, parent_prediction=29)
    unknown = now(desk)
    number(desk, 29, OLD)
    foreign = now(desk)
    predict(desk, document, OLD)
    assert [start(desk, revision, moment) for moment in (unknown, foreign, None)] == [str(NEW), None, str(OLD)]


def test_what_a_task_was_given_before_its_document_came_back_still_counts_for_that_past(
    desk: SqlStore, document: str
) -> None:
    send(desk, document, OLD)
    revision = annotate(desk, document, skipped=True)
    with desk.writing() as transaction:
        transaction.tasks.mark_gone(*HERE, [1])
    with desk.writing() as transaction:
        transaction.tasks.save(*HERE, {1: document})
        assert len(transaction.tasks.unsent(*HERE, [document])) == 1
    assert start(desk, revision) == str(OLD)


@pytest.mark.parametrize("source", ["label-studio:other/1", "label-studio:test/2", "import:brat"])
def test_what_is_annotated_elsewhere_started_from_nothing(desk: SqlStore, document: str, source: str) -> None:
    send(desk, document, OLD)
    number(desk, 29, OLD)
    named = Identity(source, "1", instant("2026-01-01"))
    assert start(desk, annotate(desk, document, named=named, parent_prediction=29)) is None


def test_what_is_shown_is_written_where_it_changed(desk: SqlStore) -> None:
    assert desk_shown(desk) is None
    for pipeline in ("a@1", "a@1", "", "a@1"):
        with desk.writing() as transaction:
            transaction.lineage.save_shown(*HERE, pipeline)
        assert desk_shown(desk) == pipeline
    with desk.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from shown").scalar() == 3


def desk_shown(store: SqlStore) -> str | None:
    with store.reading() as transaction:
        assert transaction.lineage.shown("test", 2) is None
        return transaction.lineage.shown(*HERE)


def test_any_number_of_annotations_is_asked_for_at_once(desk: SqlStore, document: str) -> None:
    send(desk, document, OLD)
    with desk.writing() as transaction:
        states = [annotation_state(identity(key)) for key in range(1, 1_002)]
        numbers = [transaction.revisions.append(state.identity, document, state) for state in states]
        assert transaction.lineage.started_from(numbers).keys() == set(numbers)
