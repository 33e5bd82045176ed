"""The index of readings: it follows every change, and is what reading everything anew would make of it."""

import random
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import AnnotationState
from curator.domain.canonical import document_id
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, Span
from curator.steps.in_force.schema import adopt_schema, schema_in_force
from curator.store.counting import ReadingIndex
from curator.store.database import SqlStore
from curator.store.tables import CountedLabel, CountedPipeline, MisfitRow, ReadingRow
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import SCHEMA, region, schema_with_label
from tests.store.conftest import arrival

TEXTS = [f"Paris rit {number}" for number in range(60)]
DOCUMENTS = [document_id(text) for text in TEXTS]
RULES, NET, LATE = PipelineId("rules", "d1"), PipelineId("net", "d2"), PipelineId("late", "d3")


class Reader:
    """Reads annotations, and counts how often."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self, state: AnnotationState, text: str, schema: LabelSchema) -> Content:
        self.read += 1
        return READ_ANNOTATION(state, text, schema)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def index(store: SqlStore, reader: Reader) -> ReadingIndex:
    """The index of a store with documents in tasks, that are predicted and shown."""
    adopt_schema(store, SCHEMA, "tests")
    with store.writing() as transaction:
        transaction.documents.add([arrival(text) for text in TEXTS])
        transaction.tasks.save_project("s", 1, SCHEMA.hash)
        transaction.tasks.save("s", 1, {number + 1: document for number, document in enumerate(DOCUMENTS)})
    predict(store, RULES)
    with store.writing() as transaction:
        for task, document in transaction.tasks.live("s", 1).items():
            newest = transaction.tasks.newest_predictions([document])[document]
            transaction.tasks.mark_sent("s", 1, [(task, prediction.number) for prediction in newest])
        transaction.lineage.save_shown("s", 1, str(RULES))
    return ReadingIndex(store.engine, reader)


def predict(store: SqlStore, pipeline: PipelineId) -> None:
    spans = Content((Span("entities", 0, 5, "GPE", 0.5, "rule"),))
    with store.writing() as transaction:
        transaction.documents.add_predictions([Prediction(document, pipeline, spans) for document in DOCUMENTS])


def annotate(store: SqlStore, number: int, label: str | None = "GPE", end: int = 5, **fields: Any) -> None:
    """Annotate a document once more; withdraw its annotation where there is no label."""
    named = identity(number + 1, "s")
    result = [region(0, end, label)] if label else []
    state = annotation_state(named, result, task=number + 1, **fields) if label else None
    with store.writing() as transaction:
        transaction.revisions.append(named, DOCUMENTS[number], state)


def held(store: SqlStore) -> dict[str, Any]:
    """Return all that the index says."""
    with store.engine.connect() as connection:
        pipelines = {
            row.id: (row.pipeline, row.digest) for row in connection.execute(select(CountedPipeline.__table__))
        }
        labels = {
            (pipelines[row.pipeline], row.layer, row.label, row.kind): row.spans
            for row in connection.execute(select(CountedLabel.__table__))
            if row.spans
        }
        sums = {
            (row.pipeline, row.digest): (row.documents, row.annotations, row.newest)
            for row in connection.execute(select(CountedPipeline.__table__))
            if row.documents or row.annotations
        }
        readings = {
            row.revision: (row.schema_hash, row.prediction, row.matches)
            for row in connection.execute(select(ReadingRow.__table__))
        }
        misfits = {
            (row.revision, row.place): (row.cause, row.item) for row in connection.execute(select(MisfitRow.__table__))
        }
    return {"labels": labels, "sums": sums, "readings": readings, "misfits": misfits}


def kinds(store: SqlStore, pipeline: PipelineId = RULES) -> dict[str, int]:
    labels = held(store)["labels"]
    name = (pipeline.name, pipeline.digest)
    return {kind: spans for (of, _, _, kind), spans in labels.items() if of == name and kind != "predicted"}


def test_a_change_is_read_once_and_nothing_else(store: SqlStore, index: ReadingIndex, reader: Reader) -> None:
    for number in range(60):
        annotate(store, number)
    assert index.waiting() == 120
    assert index.catch_up() == 0
    assert reader.read == 60
    assert kinds(store) == {"exact": 60}
    annotate(store, 3, end=4)
    annotate(store, 4, label=None)
    annotate(store, 5, skipped=True)
    assert index.waiting() == 2
    assert index.catch_up() == 0
    assert reader.read == 62
    assert kinds(store) == {"exact": 57, "boundary": 1}
    assert index.catch_up() == 0
    assert reader.read == 62


def test_a_batch_at_a_time_where_so_many_are_asked_for(store: SqlStore, index: ReadingIndex) -> None:
    for number in range(60):
        annotate(store, number)
    left = [index.catch_up(1) for _ in range(5)]
    assert left == sorted(left, reverse=True)
    assert left[0] > left[-1] == 0
    assert index.catch_up(0) == 0


@pytest.mark.parametrize("seed", range(4))
def test_any_changes_in_any_portions_are_what_a_rebuilt_index_holds(
    store: SqlStore, index: ReadingIndex, seed: int
) -> None:
    drawn = random.Random(seed)
    schemas = iter((schema_with_label("ORG"), None))

    def change() -> None:
        match drawn.randrange(12):
            case 0:
                predict(store, drawn.choice([NET, LATE]))
            case 1:
                with store.writing() as transaction:
                    transaction.lineage.save_shown("s", 1, str(drawn.choice([RULES, NET])))
            case 2:
                with store.writing() as transaction:
                    number = drawn.randrange(8)
                    transaction.lineage.save_numbered("s", 1, number + 1, 70, str(drawn.choice([RULES, NET, LATE])))
            case 3 if schema := next(schemas, None):
                adopt_schema(store, schema, "tests")
            case _:
                label = drawn.choice(["GPE", "GPE", "ORG", None])
                parent = drawn.choice([None, 70])
                flags = {"skipped": drawn.random() < 0.2, "parent_prediction": parent}
                annotate(store, drawn.randrange(8), label, drawn.choice([4, 5, 99]), **flags)

    for _ in range(25):
        for _ in range(drawn.randrange(4)):
            change()
        index.catch_up(drawn.choice([0, 1, None]))
    assert index.catch_up() == 0
    followed = held(store)
    index.rebuild()
    assert held(store) == followed


def test_what_an_annotation_began_as_may_be_learnt_later(store: SqlStore, index: ReadingIndex) -> None:
    annotate(store, 0, parent_prediction=70)
    index.catch_up()
    assert kinds(store) == {"exact": 1}
    with store.writing() as transaction:
        transaction.lineage.save_numbered("s", 1, 1, 70, str(NET))
    index.catch_up()
    assert kinds(store) == {}
    predict(store, NET)
    index.catch_up()
    assert (kinds(store), kinds(store, NET)) == ({}, {"exact": 1})


def test_a_schema_that_is_new_has_everything_read_anew(store: SqlStore, index: ReadingIndex, reader: Reader) -> None:
    for number in range(3):
        annotate(store, number, "ORG")
    index.catch_up()
    assert len(held(store)["misfits"]) == 3
    adopt_schema(store, schema_with_label("ORG"), "tests")
    assert index.waiting() == 3
    with store.reading() as transaction:
        schema = schema_in_force(transaction.settings)
        assert schema is not None
        # Nothing is told of annotations that nobody read by the labels in force.
        assert transaction.quarantine.misfits(schema.hash) == []
        assert transaction.quarantine.causes(schema.hash) == {}
    index.catch_up()
    assert held(store)["misfits"] == {}
    assert reader.read == 6


def test_before_a_schema_nothing_waits(store: SqlStore, reader: Reader) -> None:
    index = ReadingIndex(store.engine, reader)
    assert (index.catch_up(), index.waiting()) == (0, 0)


@pytest.fixture
def writer(store: SqlStore, index: ReadingIndex) -> Iterator[SqlStore]:
    """The store while somebody else writes to it."""
    annotate(store, 0)
    with store.writing():
        yield store


def test_whoever_does_not_wait_leaves_it_to_others(writer: SqlStore, index: ReadingIndex) -> None:
    assert index.catch_up(wait=False) > 0
    assert held(writer)["readings"] == {}


def test_a_connection_waits_as_before_afterwards(store: SqlStore, index: ReadingIndex) -> None:
    annotate(store, 0)
    assert index.catch_up(wait=False) == 0
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000
            assert isinstance(connection.connection.driver_connection, sqlite3.Connection)


def test_the_index_takes_no_number_of_the_store(store: SqlStore, index: ReadingIndex) -> None:
    annotate(store, 0)
    with store.reading() as transaction:
        before = transaction.seq
    index.catch_up()
    index.rebuild()
    with store.reading() as transaction:
        assert transaction.seq == before
