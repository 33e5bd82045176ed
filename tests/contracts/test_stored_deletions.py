"""What every Store keeps to of deletions that are held."""

import pytest

from curator.domain.annotation import AnnotationState, Form, Identity, ProjectSource, instant
from curator.domain.canonical import document_id
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_deletions import DeletedItem, DeletionTally, HeldDeletion, HeldDeletions
from tests.contracts.test_store import store as store
from tests.store.conftest import arrival

PROJECT = ProjectSource("studio", 1)
SOURCE = str(PROJECT)
MADE = instant("2026-11-22T08:00")
NOW = instant("2026-11-23T08:00")
PARIS = document_id("Paris")


def identity(key: int, source: str = SOURCE) -> Identity:
    return Identity(source, str(key), MADE)


def item(key: int) -> DeletedItem:
    return DeletedItem(1, str(key), MADE)


def state(key: int, source: str = SOURCE) -> AnnotationState:
    return AnnotationState(
        identity=identity(key, source),
        annotator="studio/1",
        updated_by="studio/1",
        updated_at=MADE,
        skipped=False,
        ground_truth=False,
        lead_time=None,
        form=Form.LABEL_STUDIO,
        body=[],
        task=1,
    )


@pytest.fixture
def start(store: Store) -> int:
    """The sequence number after which three of four annotations and both tasks of a project are there."""
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris")])
        transaction.tasks.save("studio", 1, {1: PARIS, 2: PARIS})
        for key in (1, 2, 3, 4):
            transaction.revisions.append(identity(key), PARIS, state(key))
        for key in (1, 2):
            transaction.revisions.append(identity(key, "elsewhere"), PARIS, state(key, "elsewhere"))
    with store.writing() as transaction:
        transaction.revisions.append(identity(4), PARIS, None)
        return transaction.seq


def tally(store: Store, start: int) -> DeletionTally:
    with store.reading() as transaction:
        return transaction.deletions.tally(PROJECT, start)


def test_what_is_held_is_remembered_once_and_listed_in_order(store: Store, start: int) -> None:
    later = instant("2026-11-24")
    with store.writing() as transaction:
        transaction.deletions.hold(SOURCE, {item(12): PARIS, item(2): PARIS, DeletedItem(1): PARIS}, NOW)
        transaction.deletions.hold(SOURCE, {item(2): PARIS, DeletedItem(12): PARIS}, later)
        transaction.deletions.hold("elsewhere", {item(2): PARIS}, NOW)
        transaction.deletions.hold(SOURCE, {}, NOW)
    with store.reading() as transaction:
        deletions = transaction.deletions
        held = deletions.held(SOURCE)
        assert [(deletion.item, deletion.since) for deletion in held] == [
            (DeletedItem(1), NOW),
            (item(2), NOW),
            (item(12), NOW),
            (DeletedItem(12), later),
        ]
        assert deletions.held("elsewhere") == [HeldDeletion("elsewhere", item(2), PARIS, NOW)]
        assert len(deletions.held()) == 5
        assert deletions.held_count() == HeldDeletions(2, 3, NOW)
        assert deletions.among(SOURCE, [item(2), item(3), DeletedItem(1), DeletedItem(2)]) == {item(2), DeletedItem(1)}
        assert deletions.among("nowhere", [item(2)]) == deletions.among(SOURCE, []) == set()
    assert [deletion.name for deletion in held] == [
        "task 1",
        "task 1, annotation 2",
        "task 1, annotation 12",
        "task 12",
    ]
    assert held[1].item.identity(SOURCE) == identity(2)


def test_what_is_released_is_forgotten_and_the_rest_is_not(store: Store, start: int) -> None:
    with store.writing() as transaction:
        transaction.deletions.hold(SOURCE, {item(1): PARIS, item(2): PARIS, DeletedItem(1): PARIS}, NOW)
        transaction.deletions.hold("elsewhere", {item(1): PARIS}, NOW)
    with store.writing() as transaction:
        transaction.deletions.release(SOURCE, {item(1), DeletedItem(1), item(99)})
        transaction.deletions.release(SOURCE, [])
    with store.reading() as transaction:
        assert [(deletion.source, deletion.item) for deletion in transaction.deletions.held()] == [
            ("elsewhere", item(1)),
            (SOURCE, item(2)),
        ]


def test_thousands_are_held_and_released_at_once(store: Store, start: int) -> None:
    items = {item(key): PARIS for key in range(1, 2001)}
    with store.writing() as transaction:
        transaction.deletions.hold(SOURCE, items, NOW)
        assert transaction.deletions.among(SOURCE, items) == set(items)
        transaction.deletions.release(SOURCE, items)
        assert transaction.deletions.held() == []
        assert transaction.deletions.held_count() == HeldDeletions(0, 0, None)


def test_what_is_there_is_counted_apart_by_when_it_came(store: Store, start: int) -> None:
    with store.writing() as transaction:
        for key in (5, 6):
            transaction.revisions.append(identity(key), PARIS, state(key))
    counts = tally(store, start)
    assert (counts.annotations, counts.earlier, counts.tasks) == (5, 3, 2)
    assert (counts.deleted, counts.held, counts.tasks_deleted, counts.tasks_held) == (0, 0, 0, 0)
    assert tally(store, 0).earlier == 0
    assert tally(store, 0).deleted == 1


def test_what_is_deleted_in_the_window_is_counted_once_and_what_is_back_is_not(store: Store, start: int) -> None:
    def write(key: int, there: bool) -> None:
        with store.writing() as transaction:
            transaction.revisions.append(identity(key), PARIS, state(key) if there else None)

    write(5, True)
    for key in (1, 2, 5):
        write(key, False)
    write(1, True)
    write(2, True)
    write(2, False)
    with store.writing() as transaction:
        transaction.tasks.mark_gone("studio", 1, [2])
        transaction.revisions.append(identity(1, "elsewhere"), PARIS, None)
    counts = tally(store, start)
    assert (counts.annotations, counts.deleted, counts.earlier_deleted) == (2, 2, 1)
    assert (counts.tasks, counts.tasks_deleted) == (1, 1)


def test_what_is_held_is_counted_with_what_is_there(store: Store, start: int) -> None:
    with store.writing() as transaction:
        transaction.revisions.append(identity(5), PARIS, state(5))
        transaction.deletions.hold(SOURCE, {item(1): PARIS, item(5): PARIS, DeletedItem(1): PARIS}, NOW)
        transaction.deletions.hold("elsewhere", {item(1): PARIS}, NOW)
    counts = tally(store, start)
    assert (counts.annotations, counts.held, counts.earlier_held) == (4, 2, 1)
    assert (counts.tasks, counts.tasks_held) == (2, 1)


def test_an_empty_store_has_nothing_to_count(store: Store) -> None:
    assert tally(store, 0) == DeletionTally(0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_a_window_starts_at_a_time_or_with_the_last_acceptance_since(store: Store, start: int) -> None:
    def starts(at: str, source: str = SOURCE) -> int:
        with store.reading() as transaction:
            return transaction.deletions.window_start(source, at)

    def accept(transaction: Transaction) -> int:
        transaction.deletions.open_window(SOURCE)
        return transaction.seq

    past, future = instant("1999-01-01"), instant("2999-01-01")
    assert (starts(past), starts(future)) == (0, start)
    for _ in range(2):
        with store.writing() as transaction:
            accepted = accept(transaction)
        assert starts(past) == accepted
    with store.writing():
        pass
    assert (starts(past), starts(future)) == (accepted, accepted + 1)
    assert starts(past, "elsewhere") == 0
