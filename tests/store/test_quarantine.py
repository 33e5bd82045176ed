"""The quarantine: items within current annotations, and annotations that nobody can read."""

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import UnreadableAnnotation
from curator.domain.span import Problem
from curator.steps.in_force.schema import adopt_schema
from curator.store.counting import ReadingIndex
from curator.store.database import SqlStore
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import SCHEMA, region

NAMED = identity(7)
SOURCE = NAMED.source


def test_problems_are_quarantined_once(store: SqlStore, document: str) -> None:
    problems = [Problem("unknown-label", {"a": "\ud800"}), Problem("unknown-label", {"a": 2})]
    for _ in range(2):
        with store.writing() as transaction:
            transaction.quarantine.add("origin", document, problems)
    with store.reading() as transaction:
        assert transaction.counts()["quarantined"] == 2
        assert transaction.quarantine.of_current() == []


def test_items_are_named_as_long_as_their_revision_is_current(store: SqlStore, document: str) -> None:
    with store.writing() as transaction:
        number = transaction.revisions.append(NAMED, document, annotation_state(NAMED, task=5))
        transaction.quarantine.add("origin", document, [Problem("unknown-control", {})], number)
    with store.reading() as transaction:
        (item,) = transaction.quarantine.of_current()
        assert (item.name, item.cause, item.document) == ("task 5, annotation 7", "unknown-control", document)
    with store.writing() as transaction:
        transaction.revisions.append(NAMED, document, annotation_state(NAMED, task=5, skipped=True))
    with store.reading() as transaction:
        assert transaction.quarantine.of_current() == []
        assert transaction.counts()["quarantined"] == 1


def test_what_cannot_be_read_is_kept_with_its_newest_cause_until_it_can(store: SqlStore) -> None:
    annotations = [UnreadableAnnotation(SOURCE, 5, "7", "result is no list"), UnreadableAnnotation(SOURCE, 9, "", "x")]
    newer = UnreadableAnnotation(SOURCE, 5, "7", "result is too-deep")
    elsewhere = UnreadableAnnotation("label-studio:other/1", 5, "7", "y")
    with store.writing() as transaction:
        for annotation in (*annotations, newer, elsewhere):
            transaction.quarantine.put_unreadable(annotation)
        assert transaction.quarantine.unreadable() == [elsewhere, newer, annotations[1]]
        assert transaction.quarantine.unreadable(SOURCE) == [newer, annotations[1]]
        assert transaction.counts()["unreadable"] == 3
    with store.writing() as transaction:
        transaction.quarantine.drop_unreadable(SOURCE, 5, "8")
        assert transaction.quarantine.unreadable(SOURCE) == [newer, annotations[1]]
        transaction.quarantine.drop_unreadable(SOURCE, 5, "7")
        transaction.quarantine.drop_unreadable(SOURCE, 9)
        assert transaction.quarantine.unreadable() == [elsewhere]


def test_what_cannot_be_read_is_counted_by_cause_up_to_a_colon(store: SqlStore) -> None:
    causes = ("foreign-text: document d", "foreign-text: document e", "result is no list")
    with store.writing() as transaction:
        for task, cause in enumerate(causes, start=1):
            transaction.quarantine.put_unreadable(UnreadableAnnotation(SOURCE, task, "", cause))
    with store.reading() as transaction:
        assert transaction.quarantine.causes("") == {"foreign-text": 2, "result is no list": 1}
        of_cause = transaction.quarantine.unreadable(causes=["foreign-text"])
        assert [annotation.task for annotation in of_cause] == [1, 2]
        assert transaction.quarantine.unreadable(causes=["foreign-text"], limit=1) == of_cause[:1]
        assert transaction.quarantine.unreadable(causes=[]) == []


def test_misfits_are_those_of_current_annotations_by_source_task_and_place(store: SqlStore, document: str) -> None:
    adopt_schema(store, SCHEMA, "tests")
    items = [region(0, 5, "NOPE"), region(0, 4, "NOPE"), region(0, 99, "GPE")]
    with store.writing() as transaction:
        transaction.revisions.append(NAMED, document, annotation_state(NAMED, items, task=5))
    ReadingIndex(store.engine, READ_ANNOTATION).catch_up()
    with store.reading() as transaction:
        misfits = transaction.quarantine.misfits(SCHEMA.hash)
        assert [misfit.cause for misfit in misfits] == ["unknown-label", "unknown-label", "offsets-outside-text"]
        assert [misfit.item for misfit in misfits] == items
        assert transaction.quarantine.misfits(SCHEMA.hash, once=True) == [misfits[0], misfits[2]]
        assert transaction.quarantine.misfits(SCHEMA.hash, document, limit=1) == misfits[:1]
        assert transaction.quarantine.misfits(SCHEMA.hash, "another") == []
        assert transaction.quarantine.misfits("another") == []
        assert transaction.quarantine.causes(SCHEMA.hash) == {"offsets-outside-text": 1, "unknown-label": 1}
    with store.writing() as transaction:
        transaction.revisions.append(NAMED, document, None)
    with store.reading() as transaction:
        assert transaction.quarantine.misfits(SCHEMA.hash) == []
        assert transaction.quarantine.causes(SCHEMA.hash) == {}
