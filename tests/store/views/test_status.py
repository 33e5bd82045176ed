"""What `status` counts, by SQL as it is, is what the tables hold."""

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import UnreadableAnnotation
from curator.domain.prediction import GIVEN, PipelineId, Prediction
from curator.domain.span import Content
from curator.steps.in_force.schema import adopt_schema
from curator.steps.ports.stored_deletions import DeletedItem
from curator.store.counting import ReadingIndex
from curator.store.database import SqlStore
from curator.store.inbox import SqliteInbox
from curator.store.views.status import SqlStatus
from curator.views.quarantine import quarantine
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import SCHEMA, region, schema_with_label


@pytest.fixture
def readings(store: SqlStore) -> ReadingIndex:
    return ReadingIndex(store.engine, READ_ANNOTATION)


@pytest.fixture
def view(store: SqlStore, inbox: SqliteInbox) -> SqlStatus:
    return SqlStatus(store.engine, inbox.engine)


def annotate(store: SqlStore, documents: list[str]) -> None:
    """Annotate every document with what does not fit, and let something be unreadable and held."""
    with store.writing() as transaction:
        for number, document in enumerate(documents, start=1):
            named = identity(number, "s")
            items = [region(0, 4, "NOPE"), region(0, 3, "NOPE"), region(0, 99, "GPE")]
            state = annotation_state(named, items, task=number)
            transaction.revisions.append(named, document, state)
        transaction.tasks.save_project("s", 1, SCHEMA.hash)
        transaction.tasks.save("s", 1, dict(enumerate(documents, start=1)))
        transaction.tasks.mark_gone("s", 1, [3])
        source = identity(1, "s").source
        for task, key, cause in ((2, "", "foreign-text: document x"), (1, "9", "result is no list"), (3, "", "x: y")):
            transaction.quarantine.put_unreadable(UnreadableAnnotation(source, task, key, cause))
        held = {DeletedItem(1): documents[0], DeletedItem(1, "1", "c"): documents[0]}
        transaction.deletions.hold(source, held, "2026-01-01T00:00:00.000000Z")
        transaction.documents.add_predictions(
            [Prediction(documents[0], PipelineId(name, "d"), Content()) for name in ("net", GIVEN)]
        )


def test_counts_are_those_of_the_tables(
    store: SqlStore, view: SqlStatus, reviewed: list[str], readings: ReadingIndex
) -> None:
    annotate(store, reviewed)
    totals = view.totals(20)
    with store.reading() as transaction:
        assert dict(totals.counts) == transaction.counts()
        assert list(totals.counts) == list(transaction.counts())
    assert totals.held_deletions == {"tasks": 1, "annotations": 1}
    assert totals.unread == readings.waiting() == 7
    assert view.is_behind()
    assert totals.in_quarantine == {"foreign-text": 1, "result is no list": 1, "x": 1}


def test_the_quarantine_is_that_of_the_listing(
    store: SqlStore, view: SqlStatus, reviewed: list[str], readings: ReadingIndex
) -> None:
    annotate(store, reviewed)
    listed = quarantine(store, readings)
    totals = view.totals(20)
    assert [entry._asdict() for entry in totals.quarantine] == [entry.value() for entry in listed]
    assert sum(totals.in_quarantine.values()) == len(listed) == 9
    assert totals.in_quarantine["unknown-label"] == 3
    assert [view.totals(named).quarantine for named in (0, 2, 5)] == [totals.quarantine[:named] for named in (0, 2, 5)]
    assert (totals.unread, view.is_behind()) == (0, False)


def test_what_was_read_by_other_labels_is_unread(
    store: SqlStore, view: SqlStatus, reviewed: list[str], readings: ReadingIndex
) -> None:
    annotate(store, reviewed)
    readings.catch_up()
    adopt_schema(store, schema_with_label("NOPE"), "tests")
    totals = view.totals(20)
    assert totals.unread == 6
    assert "unknown-label" not in totals.in_quarantine
    readings.catch_up()
    assert view.totals(20).in_quarantine["offsets-outside-text"] == 3


def test_what_no_page_shows_is_taken_in_too(store: SqlStore, view: SqlStatus, reviewed: list[str]) -> None:
    readings = ReadingIndex(store.engine, READ_ANNOTATION)
    readings.catch_up()
    with store.writing() as transaction:
        (first, *_) = transaction.revisions.current()
        transaction.revisions.append(first.identity, first.document, None)
    assert view.totals(5).unread == 0
    assert view.is_behind()
    readings.catch_up()
    assert not view.is_behind()


def test_before_the_first_schema_and_the_first_delivery_there_is_nothing(store: SqlStore) -> None:
    view = SqlStatus(store.engine, None)
    totals = view.totals(5)
    assert (view.is_behind(), totals.unread, totals.quarantine, dict(totals.in_quarantine)) == (False, 0, (), {})
    assert set(totals.counts.values()) == {0}
    assert view.deliveries() == {"pending": 0, "applied": 0, "stale": 0, "dead": 0}
