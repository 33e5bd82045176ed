"""The quarantine: items within current annotations, and annotations that nobody can read."""

from curator.domain.annotation import UnreadableAnnotation
from curator.domain.span import Problem
from curator.store.database import SqlStore
from tests.fakes.annotations import annotation_state, identity

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
