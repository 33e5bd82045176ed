"""What every LabelServer and every store keeps to of annotations that are sent to be reviewed."""

from dataclasses import replace
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import AnnotationState, Form, Identity, Revision, annotator_key
from curator.domain.canonical import document_id
from curator.domain.errors import ServerRefused
from curator.domain.schema import LabelSchema
from curator.domain.span import DOCUMENT, Attribute, Content, Relation, Span
from curator.label_studio.results import write_result
from curator.steps.ports.label_server import LabelServer, NewReview, NewTask
from curator.steps.ports.stored_reviews import Attempt
from curator.store.database import SqlStore
from tests.contracts.conftest import Reviewer
from tests.contracts.readable import readable_annotation, readable_tasks
from tests.fakes.annotations import annotation_state, identity
from tests.store.conftest import arrival
from tests.store.conftest import store as store

TEXT = "😀 Paris a annoncé l’envoi de 200 soldats.\nÉmoi à Tripoli, d'après l'AFP."
PARIS = Span("entities", 2, 7, "GPE")
SAID = Span("events", 10, 17, "STATEMENT")
CONTENT = Content(
    (PARIS, SAID),
    (Relation(SAID.id, PARIS.id, "agent"),),
    (Attribute(PARIS.id, "meta", ["capitale"]), Attribute(DOCUMENT, "nowhere", ["lost"])),
)
HERE = ("server", 1)


@pytest.fixture
def schema(default_schema: LabelSchema) -> LabelSchema:
    return default_schema


def copy_of(revision: int, schema: LabelSchema, content: Content = CONTENT, annotator: int | None = None) -> NewReview:
    return NewReview(revision, content, TEXT, schema, annotator)


def copies(server: LabelServer, project: int) -> list[AnnotationState]:
    found = [state for task in readable_tasks(server, project) for state in task.annotations]
    return sorted(found, key=lambda state: state.review_of or 0)


@pytest.mark.parametrize("there", [False, True], ids=["with the task", "into a task"])
def test_a_copy_is_known_by_its_revision_and_for_review_until_somebody_updates_it(
    server: LabelServer, reviewer: Reviewer, project: int, schema: LabelSchema, there: bool
) -> None:
    reviews = (copy_of(7, schema), copy_of(8, schema, Content()))
    tasks = [NewTask("doc-1", TEXT, "a.txt", (), () if there else reviews), NewTask("doc-2", TEXT, "b.txt")]
    task, other = server.add_tasks(project, tasks)
    if there:
        server.add_reviews([(task, review) for review in reviews])
    state = server.task(task)
    assert state is not None
    assert [(copy.review_of, copy.for_review) for copy in state.annotations] == [(7, True), (8, True)]
    for copy in state.annotations:
        assert (copy.ground_truth, copy.skipped, copy.form, copy.task) == (False, False, Form.LABEL_STUDIO, task)
        assert copy.parent_prediction is None
        assert readable_annotation(server, int(copy.identity.key)) == copy
        assert copy in copies(server, project)
    full, empty = state.annotations
    assert empty.body == []
    content = READ_ANNOTATION(full, TEXT, schema)
    assert (content.spans, content.relations, content.problems) == (CONTENT.spans, CONTENT.relations, ())
    assert content.attributes == CONTENT.attributes[:1]
    reviewer.think()
    reviewer.change(int(full.identity.key), result=write_result(Content((PARIS,)), TEXT))
    reviewer.change(int(empty.identity.key), was_cancelled=True)
    after = copies(server, project)
    assert [(copy.review_of, copy.for_review) for copy in after] == [(7, False), (8, False)]
    assert [copy.identity for copy in after] == [full.identity, empty.identity]
    assert after[1].skipped
    own = reviewer.annotate(other, [])
    assert readable_annotation(server, own).review_of is None
    assert not readable_annotation(server, own).for_review


def test_a_copy_is_of_the_annotator_that_is_named_and_else_of_the_tokens_user(
    server: LabelServer, project: int, schema: LabelSchema
) -> None:
    first = min(server.users())
    tasks = [NewTask("doc-1", TEXT, "a.txt", (), (copy_of(1, schema, annotator=first), copy_of(2, schema)))]
    (task,) = server.add_tasks(project, tasks)
    server.add_reviews([(task, copy_of(3, schema, annotator=first)), (task, copy_of(4, schema))])
    assert {copy.annotator for copy in copies(server, project)} == {annotator_key(server.name, first)}


def test_a_copy_for_a_task_that_is_not_there_is_refused(server: LabelServer, schema: LabelSchema) -> None:
    with pytest.raises(ServerRefused):
        server.add_reviews([(10**9, copy_of(1, schema))])


def test_no_review_makes_no_call(server: LabelServer) -> None:
    server.add_reviews([])


def from_elsewhere(key: str, updated_at: str = "2026-01-01T00:00:00.000000Z", **fields: object) -> AnnotationState:
    made = Identity("import", key, "2026-01-01T00:00:00.000000Z")
    body: dict[str, Any] = {"spans": {}, "relations": [], "attributes": []}
    state = annotation_state(made, task=None, updated_at=updated_at, annotator="Zoé", for_review=True)
    return replace(state, form=Form.CONTENT, body=body, **fields)  # type: ignore[arg-type]


def test_what_waits_is_settled_task_by_task_and_sent_once(store: SqlStore) -> None:
    paris, lyon = document_id("Paris"), document_id("Lyon")
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        assert transaction.reviews.unsettled(*HERE) is None
        first = transaction.revisions.append(from_elsewhere("1").identity, paris, from_elsewhere("1"))
        second = transaction.revisions.append(from_elsewhere("2").identity, lyon, from_elsewhere("2"))
        skipped = from_elsewhere("3", skipped=True)
        transaction.revisions.append(skipped.identity, lyon, skipped)
        transaction.tasks.save(*HERE, {9: paris, 5: paris})
        seq = transaction.seq
    with store.reading() as transaction:
        assert transaction.reviews.unsettled(*HERE) == sorted([lyon, paris])
        waiting = transaction.reviews.waiting(*HERE, [lyon, paris])
        found = {review.revision.number: (review.task, review.attempt) for review in waiting}
        assert found == {first: (5, None), second: (None, None)}
    with store.writing() as transaction:
        transaction.reviews.begin(*HERE, [(first, Attempt(5, "then")), (second, Attempt())])
        transaction.reviews.begin(*HERE, [(first, Attempt(5, "later"))])
        waiting = transaction.reviews.waiting(*HERE, [lyon, paris])
        attempts = {review.revision.number: review.attempt for review in waiting}
        assert attempts == {first: Attempt(5, "later"), second: Attempt()}
        transaction.reviews.mark_sent(*HERE, [first])
        transaction.reviews.mark_sent(*HERE, [first])
        transaction.reviews.begin(*HERE, [(first, Attempt(5, "again"))])
        assert [review.revision.number for review in transaction.reviews.waiting(*HERE, [lyon, paris])] == [second]
        assert len(transaction.reviews.waiting("server", 2, [lyon, paris])) == 2
        transaction.reviews.settle(*HERE, transaction.seq)
        assert transaction.reviews.unsettled(*HERE) is None
    with store.writing() as transaction:
        transaction.tasks.save(*HERE, {7: lyon})
        assert transaction.reviews.unsettled(*HERE) == [lyon]
        assert seq < transaction.seq


def test_whoever_submits_in_label_studio_ends_the_waiting_and_who_skips_does_not(store: SqlStore) -> None:
    paris = document_id("Paris")
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris")])
        earlier = annotation_state(identity(1), task=1)
        transaction.revisions.append(earlier.identity, paris, earlier)
        transaction.revisions.append(from_elsewhere("1").identity, paris, from_elsewhere("1"))
        skipped = annotation_state(identity(2), task=1, skipped=True)
        for state in (skipped, annotation_state(identity(3), task=1, for_review=True)):
            transaction.revisions.append(state.identity, paris, state)
        assert len(transaction.reviews.waiting(*HERE, [paris])) == 1
        submitted = annotation_state(identity(9), task=1)
        transaction.revisions.append(submitted.identity, paris, submitted)
        assert transaction.reviews.waiting(*HERE, [paris]) == []


def test_people_of_a_copy_are_who_made_the_original_and_who_changed_the_copy(store: SqlStore) -> None:
    paris = document_id("Paris")
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris"), arrival("Lyon")])
        original = transaction.revisions.append(from_elsewhere("1").identity, paris, from_elsewhere("1"))
        sent = annotation_state(identity(1), task=1, for_review=True, review_of=original, updated_by="test/1")
        untouched = transaction.revisions.append(sent.identity, paris, sent)
        changed = replace(sent, for_review=False, updated_by="test/2", updated_at="2026-02-01T00:00:00.000000Z")
        touched = transaction.revisions.append(sent.identity, paris, changed)
        foreign = annotation_state(identity(2), task=2, review_of=original)
        elsewhere = transaction.revisions.append(foreign.identity, document_id("Lyon"), foreign)
        people = transaction.revisions.people([untouched, touched, elsewhere])
        assert people == {untouched: {"Zoé"}, touched: {"Zoé", "test/2"}, elsewhere: {"test/1"}}
        originals = transaction.revisions.originals([original, untouched, touched, elsewhere])
        assert {number: found.identity.key for number, found in originals.items()} == {untouched: "1", touched: "1"}
        reviewed = transaction.revisions.reviewed([original, untouched, touched, elsewhere])
        made = Revision(original, from_elsewhere("1").identity, paris, from_elsewhere("1"))
        assert reviewed == {untouched: made, touched: made}


def test_what_waits_does_not_count_and_is_counted_apart(store: SqlStore) -> None:
    paris = document_id("Paris")
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris")])
        transaction.revisions.append(from_elsewhere("1").identity, paris, from_elsewhere("1"))
        assert transaction.revisions.revisions_at([paris], transaction.seq) == {}
        (revision,) = transaction.revisions.revisions_at([paris], transaction.seq, for_review=True)[paris]
        assert revision.state == from_elsewhere("1")
        assert [annotation.for_review for annotation in transaction.revisions.current()] == [True]
        assert transaction.counts()["annotations"] == 0
        assert transaction.revisions.rebuild_current() == 1
        assert [annotation.for_review for annotation in transaction.revisions.current()] == [True]
        transaction.revisions.append(from_elsewhere("1").identity, paris, None)
        assert transaction.revisions.revisions_at([paris], transaction.seq, for_review=True) == {}
