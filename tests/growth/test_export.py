"""What an export costs: as much a document at eight times the documents, and no more in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.policy import Policy
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.span import Content
from curator.domain.split import Assignment
from curator.files.versions import VersionFolder
from curator.steps.curation import batches
from curator.steps.curation.batches import decide_changed, decided, decided_in_past
from curator.steps.curation.decide import Decider, Rules
from curator.steps.datasets import draft
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.ports.version_folders import StagedVersion, WrittenFile
from curator.store.database import SqlStore
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import SCHEMA, region
from tests.fakes.world import World
from tests.growth.counting import FACTOR, Cost, counted
from tests.store.conftest import arrival

FEW = 12
MANY = FEW * FACTOR
HERE = ("test", 1)
PIPELINE = PipelineId("names", "d1")
RULES = Rules(Policy("latest"), True, "salt")
DECIDER = Decider(SCHEMA, RULES, READ_ANNOTATION)


def texts(size: int) -> list[str]:
    return [f"Paris dort, {number}" for number in range(size)]


def fill(world: World, size: int) -> None:
    """Store so many documents, each with an annotation that began as a prediction, and one without a split."""
    with world.sql.writing() as transaction:
        transaction.tasks.save_project(*HERE, "schema")
        transaction.documents.add([arrival(text, k=1) for text in texts(size)])
        documents = [document_id(text) for text in texts(size)]
        transaction.documents.assign([Assignment(document, "train", "hash") for document in documents[1:]])
        transaction.documents.add_predictions([Prediction(document, PIPELINE, Content()) for document in documents])
        transaction.revisions.save_annotators({"test/1": "ada"})
    with world.sql.writing() as transaction:
        for task, document in enumerate(documents, start=1):
            annotate(transaction, document, task)
            transaction.lineage.save_numbered(*HERE, task, task, str(PIPELINE))


def annotate(transaction: Any, document: str, task: int, label: str = "GPE", **fields: Any) -> None:
    state = annotation_state(identity(task), [region(0, 5, label)], task=task, parent_prediction=task, **fields)
    transaction.revisions.append(state.identity, document, state)


def seq(store: SqlStore) -> int:
    with store.reading() as transaction:
        return transaction.seq


def change(world: World, size: int) -> None:
    """Change the annotation of one document."""
    with world.sql.writing() as transaction:
        annotate(transaction, document_id(texts(size)[3]), 4, "PER", updated_at="2026-01-02T00:00:00.000000Z")


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[list[tuple[int, World]]]:
    """Worlds of few and of many documents."""
    made = []
    for size in (FEW, MANY):
        (tmp_path / str(size)).mkdir()
        world = World(tmp_path / str(size))
        fill(world, size)
        made.append((size, world))
    yield made
    for _, world in made:
        world.close()


def export(world: World) -> Frozen:
    return freeze(
        "news",
        store=world.store,
        storage=VersionFolder(world.folder / "exports"),
        rules=RULES,
        read_content=READ_ANNOTATION,
        as_of=None,
        code_version="0",
    )


def costs(worlds: list[tuple[int, World]], work: Callable[[int, World], object]) -> tuple[Cost, Cost]:
    made = []
    for size, world in worlds:
        with counted(world.sql.engine) as cost:
            work(size, world)
        made.append(cost)
    few, many = made
    return few, many


def by_document(few: Cost, many: Cost) -> bool:
    """Say whether as many statements were asked, and rows grew with the documents."""
    return (
        len(many.statements) <= len(few.statements)
        and many.commits <= few.commits
        and many.rows_read <= few.rows_read * FACTOR
        and many.rows_written <= few.rows_written * FACTOR
    )


def test_deciding_costs_as_much_a_document_and_as_many_statements_a_batch(worlds: list[tuple[int, World]]) -> None:
    few, many = costs(worlds, lambda _, world: decide_changed(world.sql, DECIDER, seq(world.sql)))
    assert by_document(few, many), (str(few), str(many))
    assert few.rows_read < 10 * FEW
    assert few.rows_written < 3 * FEW


def test_an_export_of_decided_documents_reads_three_rows_of_each(worlds: list[tuple[int, World]]) -> None:
    for _, world in worlds:
        decide_changed(world.sql, DECIDER, seq(world.sql))
    few, many = costs(worlds, lambda _, world: export(world))
    assert by_document(few, many), (str(few), str(many))
    assert many.rows_read < 3 * MANY
    assert not [statement for statement in many.statements if "FROM revision" in statement]


def test_an_unchanged_export_reads_no_record(worlds: list[tuple[int, World]]) -> None:
    assert [export(world).unchanged for _, world in worlds] == [False, False]
    few, many = costs(worlds, lambda _, world: export(world))
    assert by_document(few, many), (str(few), str(many))
    assert many.rows_read < 3 * MANY
    records = [statement for statement in many.statements if " decision.record" in statement]
    # Of documents without a split, what their records hold is left out.
    assert all("CASE" in statement for statement in records), records


def test_what_changed_is_decided_and_nothing_else(worlds: list[tuple[int, World]]) -> None:
    for size, world in worlds:
        export(world)
        change(world, size)
    few, many = costs(worlds, lambda _, world: decide_changed(world.sql, DECIDER, seq(world.sql)))
    assert many.within(few), (str(few), str(many))
    assert few.rows_read < 30
    assert [export(world).version for _, world in worlds] == [2, 2]


def test_no_more_records_are_read_than_a_page(worlds: list[tuple[int, World]], monkeypatch: Any) -> None:
    monkeypatch.setattr(batches, "PAGE", 5)
    for _, world in worlds:
        decide_changed(world.sql, DECIDER, seq(world.sql))
        at = seq(world.sql)
        ahead = []
        with counted(world.sql.engine) as cost:
            for passed, _ in enumerate(decided(world.sql, DECIDER, at)):
                # Each page is read in a transaction, which reads its own number.
                ahead.append(cost.rows_read - passed - passed // 5)
        assert max(ahead) <= 5 + 2


class MeasuredStage:
    """Implements `StagedVersion`; counts the lines that are written."""

    def __init__(self) -> None:
        self.lines = 0

    def append(self, file: str, block: bytes) -> None:
        self.lines += 0 if file.startswith("loadable") else block.count(b"\n")

    def seal(self) -> dict[str, WrittenFile]:
        names = [*(f"{split}.jsonl" for split in ("train", "dev", "test"))]
        return {name: WrittenFile("", 0) for each in names for name in (each, f"loadable/{each}")}

    def publish(self, number: int) -> Path:
        raise NotImplementedError


def test_records_are_written_while_others_are_read(worlds: list[tuple[int, World]], monkeypatch: Any) -> None:
    monkeypatch.setattr(draft, "_BLOCK", 2_000)
    behind: list[int] = []
    for _, world in worlds:
        decide_changed(world.sql, DECIDER, seq(world.sql))
        stage: StagedVersion = MeasuredStage()
        read = 0

        def passing(store: SqlStore, at: int, stage: Any = stage) -> Iterator[Any]:
            nonlocal read
            for document in decided(store, DECIDER, at):
                behind[-1] = max(behind[-1], read - stage.lines)
                read += 1
                yield document

        behind.append(0)
        draft.draft(passing(world.sql, seq(world.sql)), SCHEMA, stage)
    few, many = behind
    assert many <= few + 1 < FEW


@contextmanager
def executed(world: World) -> Iterator[list[tuple[str, Any]]]:
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        statements.append((statement, parameters[0] if many else parameters))

    event.listen(world.sql.engine, "before_cursor_execute", note)
    yield statements
    event.remove(world.sql.engine, "before_cursor_execute", note)


def test_no_batch_of_decisions_reads_a_table_from_end_to_end(worlds: list[tuple[int, World]]) -> None:
    _, (size, world) = worlds
    with executed(world) as statements:
        decide_changed(world.sql, DECIDER, seq(world.sql))
        change(world, size)
        decide_changed(world.sql, DECIDER, seq(world.sql))
        list(decided_in_past(world.sql, DECIDER, seq(world.sql)))
    scanned = set()
    with world.sql.engine.connect() as connection:
        for statement, parameters in statements:
            if statement.split()[0] in ("SELECT", "UPDATE"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                scanned |= {row.detail for row in plan if row.detail.startswith("SCAN")}
    # The index itself is read in its order; the others have as few rows as there are people, servers and pipelines.
    few = ("standing_decision", "annotator", "project", "shown", "counter", "tick", "anon", "(")
    large = {detail for detail in scanned if not detail.removeprefix("SCAN ").startswith(few)}
    assert not large
