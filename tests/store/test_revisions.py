"""Revisions: appended, never changed; what is current is an index of them, now and as of any number."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Row, select, text

from curator.domain.annotation import AnnotationState, Form, Identity, TaskRef, UnreadableAnnotation, instant
from curator.steps.ports.stored_deletions import DeletedItem
from curator.steps.ports.stored_revisions import AnnotationContext
from curator.store.database import SqlStore
from curator.store.tables import CurrentRow
from tests.fakes.annotations import annotation_state, identity

FIRST = identity(7)
AGAIN = identity(7, created_at=instant("2026-01-02"))
BIG = identity(2**50, project=2**40)
SOURCE = FIRST.source


def append(store: SqlStore, document: str, *states: AnnotationState | Identity) -> None:
    for state in states:
        with store.writing() as transaction:
            if isinstance(state, Identity):
                transaction.revisions.append(state, document, None)
            else:
                transaction.revisions.append(state.identity, document, state)


def state(identity: Identity = FIRST, **fields: Any) -> AnnotationState:
    return annotation_state(identity, **{"task": 5, **fields})


def alive(store: SqlStore, as_of: int | None = None) -> list[AnnotationState | None]:
    """Return the states that are current, by the index; they are the same by the revisions, as of a number or now."""
    with store.reading() as transaction:
        indexed = list(transaction.revisions.current_revisions())
        moment = transaction.seq if as_of is None else as_of
        past = transaction.revisions.revisions_at(transaction.standing.documents("", 100), moment)
    revisions = [revision for document in past for revision in past[document]]
    assert as_of is not None or revisions == indexed
    return [revision.state for revision in revisions]


def test_the_newest_revision_of_each_annotation_is_current(store: SqlStore, document: str) -> None:
    first, second, younger = state(), state(skipped=True), state(AGAIN)
    append(store, document, first, second, younger)
    with store.reading() as transaction:
        newest = transaction.revisions.newest(SOURCE, "7")
        assert [revision.state for revision in newest] == [second, younger]
        assert transaction.revisions.newest(identity(7, project=2).source, "7") == []
        assert transaction.counts()["revisions"] == 3
    assert alive(store) == [second, younger]


def test_a_tombstone_ends_an_annotation_and_stays_known(store: SqlStore, document: str) -> None:
    append(store, document, state(), FIRST)
    with store.reading() as transaction:
        (newest,) = transaction.revisions.newest(SOURCE, "7")
        assert newest.deleted
        assert transaction.counts()["annotations"] == 0
        assert list(transaction.revisions.current()) == []
    assert alive(store) == []


def test_every_past_state_can_be_seen_again(store: SqlStore, document: str) -> None:
    first, second = state(), state(ground_truth=True)
    append(store, document, first, second, FIRST, state(AGAIN))
    assert [alive(store, seq) for seq in range(1, 6)] == [[], [first], [second], [], [state(AGAIN)]]


def test_current_annotations_can_be_asked_for_by_source_and_task(store: SqlStore, document: str) -> None:
    elsewhere = state(identity(7, server="other"))
    sibling = state(AGAIN, task=6)
    append(store, document, state(), elsewhere, sibling)
    with store.reading() as transaction:
        revisions = transaction.revisions
        assert [annotation.identity for annotation in revisions.current(SOURCE)] == [FIRST, AGAIN]
        assert [annotation.identity for annotation in revisions.current(elsewhere.identity.source)] == [
            elsewhere.identity
        ]
        assert [annotation.identity for annotation in revisions.current(SOURCE, 6)] == [AGAIN]
        assert (revisions.current_count(), revisions.current_count(SOURCE)) == (3, 2)


def test_the_index_holds_the_newest_revision(store: SqlStore, document: str) -> None:
    append(store, document, state(lead_time=2.5))
    changed = state(skipped=True, ground_truth=True, updated_at=instant("2026-01-03"), updated_by="test/2", user=None)
    append(store, document, changed)
    with store.reading() as transaction:
        (annotation,) = transaction.revisions.current()
    assert (annotation.identity, annotation.document, annotation.task) == (FIRST, document, 5)
    assert annotation.revision == 2
    assert (annotation.skipped, annotation.ground_truth, annotation.lead_time) == (True, True, None)
    assert (annotation.annotator, annotation.updated_by, annotation.updated_at) == (None, "test/2", changed.updated_at)


def test_the_rebuilt_index_equals_the_kept_index(store: SqlStore, document: str) -> None:
    def index() -> list[Row[Any]]:
        with store.engine.connect() as connection:
            return list(connection.execute(select(CurrentRow.__table__).order_by(CurrentRow.revision)))

    append(store, document, state(), state(skipped=True), state(AGAIN), AGAIN, state(BIG), state(identity(8)))
    # Back after its tombstone.
    append(store, document, identity(8), state(identity(8)))
    kept = index()
    assert len(kept) == 3
    with store.engine.begin() as connection:
        connection.execute(text("delete from current_annotation where key = '7'"))
        connection.execute(text("update current_annotation set skipped = not skipped"))
    with store.writing() as transaction:
        assert transaction.revisions.rebuild_current() == 3
    assert index() == kept


def test_an_annotation_from_elsewhere_is_kept_beside_those_of_label_studio(store: SqlStore, document: str) -> None:
    body = {"spans": {"entities": [{"start": 0, "end": 5, "label": "GPE"}]}}
    named = Identity("import:brat", "doc-1.ann", instant("2026-01-01"))
    imported = AnnotationState(named, "import:brat/anna", None, named.created_at, False, True, None, Form.CONTENT, body)
    append(store, document, imported, state())
    assert alive(store) == [imported, state()]


@pytest.mark.parametrize(
    "item",
    [
        {"value": {"text": "NUL \x00 in it"}},
        {"value": {"text": "half \ud83d a smile"}},
        {"\ud800": ["\udfff", None, True, 0.1, 10**18, -0.5]},
        {"é😀": "‏مرحبا"},
    ],
)
def test_any_json_comes_back_as_it_was(store: SqlStore, document: str, item: dict[str, Any]) -> None:
    kept = state(body=[item])
    append(store, document, kept)
    assert alive(store) == [kept]


def test_ids_beyond_32_bits_are_kept(store: SqlStore, document: str) -> None:
    kept = state(BIG, task=2**41)
    append(store, document, kept)
    project = 2**40
    with store.writing() as transaction:
        transaction.tasks.save("test", project, {2**41: document})
        transaction.tasks.save_project("test", project, "h")
        assert transaction.tasks.document("test", project, 2**41) == document
    assert alive(store) == [kept]


def test_a_revision_of_an_unknown_document_is_refused(store: SqlStore) -> None:
    with pytest.raises(Exception, match="the store failed"):
        append(store, "f" * 24, state())


def test_what_is_around_an_annotation_is_told_at_once(store: SqlStore, document: str) -> None:
    observed = state(annotator="test/1", updated_by="test/2", parent_prediction=9)
    here = TaskRef("test", 1, 5, document, "text")
    with store.writing() as transaction:
        nothing = transaction.revisions.context(observed, replace(here, document=None))
    unnamed = frozenset({"test/1", "test/2"})
    assert nothing == AnnotationContext(False, False, None, False, False, None, None, False, unnamed)
    with store.writing() as transaction:
        transaction.tasks.save_project("test", 1, "h")
        transaction.tasks.save("test", 1, {5: document})
        for _ in range(2):
            transaction.revisions.note_deletion(SOURCE, "7")
        transaction.deletions.hold(SOURCE, {DeletedItem(5): document}, instant("2026-01-01"))
        transaction.revisions.save_watermark(SOURCE, instant("2026-01-03"))
        transaction.revisions.save_annotators({"test/1": "a@example.org"})
        transaction.quarantine.put_unreadable(UnreadableAnnotation(SOURCE, 5, "7", "why"))
        transaction.lineage.save_numbered("test", 1, 5, 9, "first@1")
    with store.writing() as transaction:
        transaction.lineage.save_numbered("test", 1, 5, 9, "second@1")
        full = transaction.revisions.context(observed, here)
        other = transaction.revisions.context(state(identity(8), annotator="test/1"), replace(here, task=6))
    watermark = instant("2026-01-03")
    assert full == AnnotationContext(
        True, True, document, True, True, watermark, "second@1", True, frozenset({"test/2"})
    )
    assert other == AnnotationContext(True, True, None, False, False, watermark, None, False, frozenset())


@pytest.mark.parametrize("created_at", [FIRST.created_at, AGAIN.created_at])
def test_a_deletion_is_held_of_an_annotation_and_no_other_of_its_number(
    store: SqlStore, document: str, created_at: str
) -> None:
    with store.writing() as transaction:
        held = DeletedItem(5, "7", created_at)
        transaction.deletions.hold(SOURCE, {held: document}, instant("2026-01-01"))
        context = transaction.revisions.context(state(), TaskRef("test", 1, 5, document, "text"))
    assert context.deletion_held == (created_at == FIRST.created_at)


def test_annotators_and_watermarks_hold_their_newest_value(store: SqlStore) -> None:
    for email, time in (("a@example.org", "2026-01-02"), ("b@example.org", "2026-01-01")):
        with store.writing() as transaction:
            transaction.revisions.save_annotators({"test/1": email, "test/2": "c@example.org"})
            transaction.revisions.save_watermark(SOURCE, instant(time))
    with store.reading() as transaction:
        assert transaction.revisions.annotators() == {"test/1": "b@example.org", "test/2": "c@example.org"}
        assert transaction.revisions.watermark(SOURCE) == instant("2026-01-01")
        assert transaction.revisions.watermark("import:brat") is None


def test_all_who_worked_on_an_annotation_up_to_a_revision(store: SqlStore, document: str) -> None:
    changed = state(updated_by="test/2", updated_at=instant("2026-01-02"))
    append(store, document, state(), state(AGAIN, user=9), changed, FIRST, state(updated_by="test/3"))
    unknown = state(BIG, user=None)
    append(store, document, unknown)
    with store.reading() as transaction:
        people = transaction.revisions.people(range(1, 7))
    assert people == {
        1: {"test/1"},
        2: {"test/9"},
        3: {"test/1", "test/2"},
        4: {"test/1", "test/2"},
        5: {"test/1", "test/2", "test/3"},
        6: {None},
    }


def test_nothing_of_the_past_can_be_written_over_through_the_store(store: SqlStore, document: str) -> None:
    append(store, document, state())
    with store.engine.connect() as connection:
        before = connection.execute(text("select * from revision")).all()
    append(store, document, state(), FIRST)
    with store.engine.connect() as connection:
        after = connection.execute(text("select * from revision order by number")).all()
    assert after[: len(before)] == before
    assert len(after) == 3
