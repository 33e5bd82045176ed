"""The index of decisions that hold: whatever is stored that shapes a decision takes it away, on both databases."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.policy import Policy
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.span import Content
from curator.steps.curation import batches
from curator.steps.curation.batches import decide_changed, decided_in_past
from curator.steps.curation.decide import Decider, Rules
from curator.steps.ports.store import Transaction
from curator.store.database import SqlStore
from curator.store.tables import Table
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.deciding import decide_all
from tests.fakes.parts import SCHEMA, schema_with_label
from tests.store.conftest import arrival

HERE = ("test", 1)
OLD = PipelineId("names", "d1")
UNKNOWN = PipelineId("names", "d2")
RULES = Rules(Policy("latest"), True, "salt")
DECIDER = Decider(SCHEMA, RULES, READ_ANNOTATION)
TEXTS = ("Paris", "Lyon", "Oslo")
FIRST, SECOND, THIRD = (document_id(text) for text in TEXTS)


def annotate(transaction: Transaction, document: str, key: int, **fields: object) -> None:
    state = annotation_state(identity(key), task=key, **fields)  # type: ignore[arg-type]
    transaction.revisions.append(state.identity, document, state)


def undecided(store: SqlStore, decider: Decider = DECIDER, as_of: int | None = None) -> set[str]:
    with store.reading() as transaction:
        seq = transaction.seq if as_of is None else as_of
        return set(transaction.standing.undecided(decider.context, seq, "", 100))


def now(store: SqlStore) -> int:
    with store.reading() as transaction:
        return transaction.seq


@pytest.fixture
def desk(store: SqlStore) -> SqlStore:
    """A store with three documents; the first two with annotations that report what they started from, decided."""
    with store.writing() as transaction:
        transaction.documents.add([arrival(text) for text in TEXTS])
        transaction.documents.add_predictions([Prediction(FIRST, OLD, Content())])
    with store.writing() as transaction:
        annotate(transaction, FIRST, 1, parent_prediction=11)
        annotate(transaction, SECOND, 2, parent_prediction=12)
    decide_changed(store, DECIDER, now(store))
    assert undecided(store) == set()
    return store


def _move(transaction: Transaction) -> None:
    """Let an annotation go to another document."""
    annotate(transaction, SECOND, 1)


def _delete(transaction: Transaction) -> None:
    transaction.revisions.append(identity(1), FIRST, None)


def _source(transaction: Transaction) -> None:
    transaction.documents.add([arrival("Paris", "b.txt", k=1), arrival("Lyon")])


def _number(transaction: Transaction) -> None:
    transaction.tasks.save_project(*HERE, "schema")
    transaction.lineage.save_numbered(*HERE, 1, 11, str(OLD))


def _other_number(transaction: Transaction) -> None:
    transaction.lineage.save_numbered(*HERE, 1, 12, str(OLD))


@pytest.mark.parametrize(
    ("write", "changed"),
    [
        (lambda transaction: annotate(transaction, FIRST, 1, updated_at="2026-01-02T00:00:00.000000Z"), {FIRST}),
        (lambda transaction: annotate(transaction, THIRD, 3), {THIRD}),
        (_delete, {FIRST}),
        (_move, {FIRST, SECOND}),
        (lambda transaction: transaction.decisions.add_by_person(FIRST, "ada", Content()), {FIRST}),
        (lambda transaction: transaction.decisions.add_by_person(THIRD, "ada", Content()), {THIRD}),
        (_source, {FIRST}),
        (lambda transaction: transaction.documents.add([arrival("Oslo", "b.txt", k=1)]), set()),
        (lambda transaction: transaction.documents.add([arrival("Paris")]), set()),
        (
            lambda transaction: transaction.revisions.save_annotators({"test/1": "ada", "test/2": "bob"}),
            {FIRST, SECOND},
        ),
        (lambda transaction: transaction.revisions.save_annotators({"test/2": "bob"}), set()),
        (lambda transaction: transaction.tasks.save_project(*HERE, "schema"), {FIRST, SECOND}),
        (lambda transaction: transaction.tasks.save_project("test", 2, "schema"), set()),
        (lambda transaction: transaction.lineage.save_numbered(*HERE, 1, 11, str(OLD)), {FIRST}),
        (_other_number, set()),
        (lambda transaction: transaction.documents.add_predictions([Prediction(FIRST, UNKNOWN, Content())]), set()),
        (lambda transaction: transaction.lineage.save_shown(*HERE, str(OLD)), set()),
        (lambda transaction: transaction.tasks.save(*HERE, {1: FIRST}), set()),
    ],
)
def test_a_write_ends_what_it_shapes_and_nothing_else(
    desk: SqlStore, write: Callable[[Transaction], None], changed: set[str]
) -> None:
    with desk.writing() as transaction:
        write(transaction)
    assert undecided(desk) == changed


def test_a_prediction_by_a_pipeline_that_was_reported_ends_what_began_with_it(desk: SqlStore) -> None:
    with desk.writing() as transaction:
        transaction.tasks.save_project(*HERE, "schema")
        transaction.lineage.save_numbered(*HERE, 2, 12, str(UNKNOWN))
    seq = now(desk)
    decide_changed(desk, DECIDER, seq)
    with desk.writing() as transaction:
        transaction.documents.add_predictions([Prediction(name, UNKNOWN, Content()) for name in (FIRST, SECOND, THIRD)])
    assert undecided(desk) == {SECOND}
    lines = [document.line or b"" for document in decide_all(desk, DECIDER, now(desk))]
    assert [b'"pipeline":"names@d2"' in line for line in lines].count(True) == 1


def test_a_person_who_decided_and_is_named_later_ends_it(desk: SqlStore) -> None:
    with desk.writing() as transaction:
        transaction.decisions.add_by_person(THIRD, "test/9", Content())
    decide_changed(desk, DECIDER, now(desk))
    with desk.writing() as transaction:
        transaction.revisions.save_annotators({"test/9": "zoé"})
    assert undecided(desk) == {THIRD}


def test_what_held_in_another_context_does_not_hold(desk: SqlStore) -> None:
    other = (
        Decider(schema_with_label("ORG"), RULES, READ_ANNOTATION),
        Decider(SCHEMA, Rules(Policy("latest"), False, "salt"), READ_ANNOTATION),
    )
    for decider in other:
        assert undecided(desk, decider) == {FIRST, SECOND}
    decide_changed(desk, other[0], now(desk))
    assert undecided(desk, other[0]) == set()
    assert undecided(desk) == {FIRST, SECOND}


def test_what_changed_since_neither_holds_nor_takes_the_place_of_what_does(desk: SqlStore) -> None:
    before = now(desk)
    with desk.writing() as transaction:
        annotate(transaction, FIRST, 1, skipped=True)
    assert undecided(desk, as_of=before) == {FIRST}
    decide_changed(desk, DECIDER, before)
    assert undecided(desk) == {FIRST}
    after = now(desk)
    decide_changed(desk, DECIDER, after)
    decide_changed(desk, DECIDER, before)
    assert undecided(desk) == set()
    past, present = (
        {document.document: document.line for document in decided}
        for decided in (decide_all(desk, DECIDER, before), decide_all(desk, DECIDER, now(desk)))
    )
    assert past[FIRST]
    assert present[FIRST] is None


def test_documents_come_in_the_order_of_their_ids_page_by_page(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PAGE", 7)
    monkeypatch.setattr(batches, "BATCH", 5)
    texts = [f"Paris {number}" for number in range(40)]
    with store.writing() as transaction:
        transaction.documents.add([arrival(text) for text in texts])
        for key, each in enumerate(texts, start=1):
            annotate(transaction, document_id(each), key)
    seq = now(store)
    expected = sorted(map(document_id, texts))
    assert [document.document for document in decide_all(store, DECIDER, seq)] == expected
    assert [document.document for document in decided_in_past(store, DECIDER, seq)] == expected


def test_the_index_can_be_made_anew(desk: SqlStore) -> None:
    seq = now(desk)
    expected = list(decide_all(desk, DECIDER, seq))
    with desk.writing() as transaction:
        transaction.decisions.add_by_person(THIRD, "ada", Content())
    with desk.engine.begin() as connection:
        connection.execute(text("delete from standing_decision"))
    with desk.writing() as transaction:
        assert transaction.standing.rebuild() == 3
    assert undecided(desk) == {FIRST, SECOND, THIRD}
    assert list(decide_all(desk, DECIDER, seq)) == expected
    assert len(list(decide_all(desk, DECIDER, now(desk)))) == 3
    assert undecided(desk) == set()


SHAPING = {
    "Annotator",
    "PersonDecisionRow",
    "PredictionNumber",
    "PredictionRow",
    "ProjectRow",
    "RevisionRow",
    "SourceRow",
}
"""The tables whose rows shape decisions."""

OTHERS = {
    *("Counter", "CurrentRow", "DecisionRow", "DeletionNotice", "DeletionWindow"),
    *("DocumentRow", "HeldRow", "Lease", "ModelRow", "Quarantined", "Receipt", "Setting", "StandingRow", "TagRow"),
    *("Tick", "TokenRow", "UnreadableRow", "VersionFileRow", "VersionRecordRow", "VersionRow", "Watermark"),
    *("PredictedUntil", "SignatureKey", "SignedDocument", "WaitingRow", "DoubledRow", "PushRow", "UnevenRow"),
    *("CountedLabel", "CountedPipeline", "CountedRow", "MisfitRow", "ReadingRow"),
    # A split is read with the decision; what is sent or shown later says nothing of what began before.
    *("SplitRow", "SentPrediction", "SentReview", "ShownRow", "TaskRow"),
}
"""Those whose rows do not: they change what nobody decides by, or are rows of the decisions themselves."""


def _written(function: ast.AST) -> set[str]:
    """Return the tables that a function inserts into, updates or deletes from, as the code names them."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {"insert", "insert_missing", "update", "delete"}
    writes = [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in names]
    arguments = (node for call in writes for argument in call.args for node in ast.walk(argument))
    return {node.id for node in arguments if isinstance(node, ast.Name)} & (SHAPING | OTHERS)


def test_nothing_that_shapes_a_decision_is_stored_without_telling() -> None:
    functions = [
        node
        for path in Path("curator/store").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    writing = {function: _written(function) for function in functions}
    assert set().union(*writing.values()) >= SHAPING
    silent = [
        function.name
        for function, tables in writing.items()
        if tables & SHAPING and "standing." not in ast.unparse(function)
    ]
    assert silent == []


def test_every_table_is_known_to_shape_decisions_or_not() -> None:
    known = {mapper.class_.__name__ for mapper in Table.registry.mappers}
    assert known == SHAPING | OTHERS, "say in this test whether rows of this table shape decisions"
