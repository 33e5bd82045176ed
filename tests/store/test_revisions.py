"""Revisions: appended, never changed; what is current is derived, now and as of any number."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from curator.domain.annotation import AnnotationState, Identity, instant
from curator.domain.span import Problem
from curator.store.database import SqlStore

ONE = Identity("server", 1, 7, instant("2026-01-01"))
AGAIN = replace(ONE, created_at=instant("2026-01-02"))
BIG = Identity("server", 2**40, 2**50, instant("2026-01-01"))


def state(identity: Identity = ONE, **fields: Any) -> AnnotationState:
    made = AnnotationState(identity, 5, 1, None, instant("2026-01-03"), False, False, 1.25, None, [])
    return replace(made, **fields)


def append(store: SqlStore, document: str, *states: AnnotationState | Identity) -> None:
    for one in states:
        with store.writing() as transaction:
            if isinstance(one, Identity):
                transaction.revisions.append(one, document, None)
            else:
                transaction.revisions.append(one.identity, document, one.value())


def alive(store: SqlStore, as_of: int | None = None) -> list[AnnotationState | None]:
    with store.reading() as transaction:
        return [one.state for one in transaction.revisions.alive(as_of=as_of)]


def test_the_newest_revision_of_each_annotation_is_current(store: SqlStore, document: str) -> None:
    first, second, other = state(), state(skipped=True), state(AGAIN)
    append(store, document, first, second, other)
    with store.reading() as transaction:
        current = transaction.revisions.current("server", 1, 7)
        assert [one.state for one in current] == [second, other]
        assert transaction.revisions.current("server", 2, 7) == []
        assert transaction.counts()["revisions"] == 3
    assert alive(store) == [second, other]


def test_a_tombstone_ends_an_annotation_and_stays_known(store: SqlStore, document: str) -> None:
    append(store, document, state(), ONE)
    with store.reading() as transaction:
        (current,) = transaction.revisions.current("server", 1, 7)
        assert current.deleted
        assert transaction.counts()["annotations"] == 0
    assert alive(store) == []


def test_every_past_state_can_be_seen_again(store: SqlStore, document: str) -> None:
    first, second = state(), state(ground_truth=True)
    append(store, document, first, second, ONE, state(AGAIN))
    assert [alive(store, seq) for seq in range(1, 6)] == [[], [first], [second], [], [state(AGAIN)]]


def test_current_annotations_can_be_asked_for_by_server_project_and_task(store: SqlStore, document: str) -> None:
    other = state(replace(ONE, server="other"))
    elsewhere = state(replace(ONE, project=2))
    sibling = state(AGAIN, task=6)
    append(store, document, state(), other, elsewhere, sibling)
    with store.reading() as transaction:
        assert [one.state for one in transaction.revisions.alive("server", 1)] == [state(), sibling]
        assert [one.state for one in transaction.revisions.alive("other")] == [other]
        assert [one.state for one in transaction.revisions.of_task("server", 1, 6)] == [sibling]


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
    kept = state(result=[item])
    append(store, document, kept)
    assert alive(store) == [kept]


def test_ids_beyond_32_bits_are_kept(store: SqlStore, document: str) -> None:
    kept = state(BIG, task=2**41)
    append(store, document, kept)
    with store.writing() as transaction:
        transaction.tasks.save("server", BIG.project, {2**41: document})
        transaction.revisions.note_gone("server", BIG.project, 2**42)
        transaction.revisions.save_annotators("server", {2**43: "a@example.org"})
        transaction.revisions.save_watermark("server", BIG.project, instant("2026-01-01"))
        transaction.tasks.save_project("server", BIG.project, "h")
        assert transaction.revisions.was_noted_gone("server", BIG.project, 2**42)
    assert alive(store) == [kept]


def test_a_revision_of_an_unknown_document_is_refused(store: SqlStore) -> None:
    with pytest.raises(Exception, match="the store failed"):
        append(store, "f" * 24, state())


def test_problems_are_quarantined_once(store: SqlStore, document: str) -> None:
    problems = [Problem("unknown-label", {"a": "\ud800"}), Problem("unknown-label", {"a": 2})]
    for _ in range(2):
        with store.writing() as transaction:
            transaction.revisions.quarantine("origin", document, problems)
    with store.reading() as transaction:
        assert transaction.counts()["quarantined"] == 2


def test_notices_of_unknown_annotations_are_kept(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.revisions.note_gone("server", 1, 7)
        transaction.revisions.note_gone("server", 1, 7)
        assert transaction.revisions.was_noted_gone("server", 1, 7)
        assert not transaction.revisions.was_noted_gone("server", 2, 7)


def test_annotators_and_watermarks_hold_their_newest_value(store: SqlStore) -> None:
    for email, time in (("a@example.org", "2026-01-02"), ("b@example.org", "2026-01-01")):
        with store.writing() as transaction:
            transaction.revisions.save_annotators("server", {1: email, 2: "c@example.org"})
            transaction.revisions.save_watermark("server", 1, instant(time))
    with store.reading() as transaction:
        assert transaction.revisions.annotators() == {("server", 1): "b@example.org", ("server", 2): "c@example.org"}
        assert transaction.revisions.annotators("other") == {}
        assert transaction.revisions.watermark("server", 1) == instant("2026-01-01")
        assert transaction.revisions.watermark("server", 2) is None


def test_nothing_of_the_past_can_be_written_over_through_the_store(store: SqlStore, document: str) -> None:
    append(store, document, state())
    with store.engine.connect() as connection:
        before = connection.execute(text("select * from revision")).all()
    append(store, document, state(), ONE)
    with store.engine.connect() as connection:
        after = connection.execute(text("select * from revision order by number")).all()
    assert after[: len(before)] == before
    assert len(after) == 3
