"""What exports with policies and filters of their own cost: as much a document at eight times the documents."""

from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.filters import Filters
from curator.domain.policy import Policy
from curator.domain.prediction import Prediction
from curator.domain.span import Content, Span
from curator.domain.split import Assignment
from curator.files.versions import VersionFolder
from curator.steps.datasets.asked import Asked
from curator.steps.datasets.freeze import Frozen, freeze
from tests.fakes.world import World
from tests.growth.counting import counted
from tests.growth.test_export import (
    FEW,
    MANY,
    PIPELINE,
    RULES,
    by_document,
    costs,
    executed,
    export,
    texts,
    worlds,
)
from tests.store.conftest import arrival

__all__ = ["worlds"]

ASKED = [
    Asked(Policy("majority")),
    Asked(Policy("union"), {}, Filters(labels=("GPE",), min_annotations=1)),
    Asked(None, {}, Filters(source="a*")),
    Asked(None, {}, Filters(each_annotation=True)),
    Asked(None, {}, Filters(silver=0.5)),
]


def asking(world: World, asked: Asked) -> Frozen:
    return freeze(
        "news",
        store=world.store,
        storage=VersionFolder(world.folder / "exports"),
        rules=RULES,
        read_content=READ_ANNOTATION,
        as_of=None,
        code_version="0",
        asked=asked,
    )


def add_unannotated(world: World, size: int) -> None:
    """Store as many documents again that are predicted and not annotated."""
    more = [f"{text} sans personne" for text in texts(size)]
    content = Content((Span("entities", 0, 5, "GPE", 0.9, "rule"),))
    with world.sql.writing() as transaction:
        transaction.documents.add([arrival(text, k=1) for text in more])
        transaction.documents.assign([Assignment(document_id(text), "train", "hash") for text in more])
        transaction.documents.add_predictions([Prediction(document_id(text), PIPELINE, content) for text in more])


@pytest.mark.parametrize("asked", ASKED, ids=["policy", "labels", "source", "each", "silver"])
def test_an_export_that_asks_costs_as_much_a_document(worlds: list[tuple[int, World]], asked: Asked) -> None:
    for size, world in worlds:
        add_unannotated(world, size)
        export(world)
    first = costs(worlds, lambda _, world: asking(world, asked))
    again = costs(worlds, lambda _, world: asking(world, asked))
    assert by_document(*first), tuple(map(str, first))
    assert by_document(*again), tuple(map(str, again))
    # What was decided once is found again.
    assert again[1].rows_written < 3, str(again[1])
    assert first[0].rows_read < 20 * FEW, str(first[0])


def test_what_an_export_asks_for_leaves_the_index_of_decisions_as_it_is(worlds: list[tuple[int, World]]) -> None:
    _, world = worlds[1]
    assert not export(world).unchanged
    for asked in ASKED[:2]:
        asking(world, asked)
        with counted(world.sql.engine) as cost:
            assert export(world).unchanged
        assert cost.rows_read < 3 * MANY
        assert not [statement for statement in cost.statements if statement.startswith("UPDATE standing")]


def test_no_filter_reads_a_table_from_end_to_end_for_a_page(worlds: list[tuple[int, World]], tmp_path: Path) -> None:
    _, (size, world) = worlds
    add_unannotated(world, size)
    with executed(world) as statements:
        for asked in ASKED:
            asking(world, asked)
    scanned: set[Any] = set()
    with world.sql.engine.connect() as connection:
        for statement, parameters in statements:
            if statement.split()[0] in ("SELECT", "UPDATE"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                scanned |= {row.detail for row in plan if row.detail.startswith("SCAN")}
    few = ("standing_decision", "annotator", "project", "shown", "counter", "tick", "anon", "version", "(")
    assert not {detail for detail in scanned if not detail.removeprefix("SCAN ").startswith(few)}
