"""Exports with policies and filters of their own: the same from both databases."""

from pathlib import Path

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.filters import Filters
from curator.domain.policy import Policy
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.span import Content, Span
from curator.domain.split import Assignment
from curator.files.versions import VersionFolder
from curator.steps.curation.decide import Rules
from curator.steps.datasets.asked import Asked
from curator.steps.datasets.folder import stored_version, write_folder
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.in_force.schema import adopt_schema
from curator.store.database import SqlStore
from curator.store.views.status import SqlStatus
from tests.domain.annotations import annotation
from tests.fakes.parts import SCHEMA, region
from tests.fakes.world import sqlite_store
from tests.store.conftest import arrival

TEXTS = ("Paris dort", "Lyon rit", "Oslo lit", "Rome boit", "Brest court")


def export(store: SqlStore, folder: Path, asked: Asked) -> Frozen:
    return freeze(
        "news",
        store=store,
        storage=VersionFolder(folder),
        rules=Rules(Policy("latest"), False, "salt"),
        read_content=READ_ANNOTATION,
        as_of=None,
        code_version="0",
        asked=asked,
    )


def fill(store: SqlStore) -> None:
    """Store documents: the first three annotated, the first by two, and the others predicted alone."""
    adopt_schema(store, SCHEMA, "tests")
    with store.writing() as transaction:
        transaction.documents.add([arrival(text, f"{text}.txt", described="here") for text in TEXTS])
        transaction.documents.assign([Assignment(document_id(text), "train", "hash") for text in TEXTS])
        for number, text in enumerate((TEXTS[0], *TEXTS[:3]), start=1):
            body = [region(0, 4, "GPE"), region(0, 4, "PER")][: 1 + number % 2]
            state = annotation(number=number, body=body, annotator=f"server/{number % 2}").state
            transaction.revisions.append(state.identity, document_id(text), state)
        content = Content((Span("entities", 0, 4, "GPE", 0.9, "rule"),))
        names = PipelineId("names", "d1")
        transaction.documents.add_predictions([Prediction(document_id(text), names, content) for text in TEXTS])


ASKED = [
    Asked(Policy("union"), {}, Filters(source="*s dort*")),
    Asked(Policy("majority"), {"PER": Policy("union")}, Filters(min_annotations=1, labels=("PER",))),
    Asked(None, {}, Filters(each_annotation=True)),
    Asked(None, {}, Filters(silver=0.9, without=frozenset([document_id("Rome boit")]))),
]


def test_what_an_export_asks_for_is_the_same_from_both_databases(store: SqlStore, tmp_path: Path) -> None:
    other = sqlite_store(tmp_path / "other.sqlite3")
    for each in (store, other):
        fill(each)
    made = [export(store, tmp_path / "exports", asked) for asked in ASKED]
    expected = [export(other, tmp_path / "expected", asked).digest for asked in ASKED]
    other.engine.dispose()
    assert [frozen.digest for frozen in made] == expected
    assert [frozen.manifest["counts"]["documents"] for frozen in made] == [1, 3, 3, 3]
    assert made[3].manifest["counts"]["silver"]["documents"] == 1


def test_what_an_export_asked_for_is_found_and_written_again(store: SqlStore, tmp_path: Path) -> None:
    fill(store)
    storage = VersionFolder(tmp_path / "exports")
    for asked in ASKED:
        frozen = export(store, tmp_path / "exports", asked)
        assert export(store, tmp_path / "exports", asked).unchanged
        frozen.path.rename(tmp_path / f"away-{frozen.version}")
        version = stored_version(store, "news", frozen.version)
        assert version is not None
        assert write_folder(version, store=store, storage=storage)


def test_silver_documents_count_as_no_decisions(store: SqlStore, tmp_path: Path) -> None:
    fill(store)
    export(store, tmp_path / "exports", Asked(None, {}, Filters(silver=0.9)))
    with store.reading() as transaction:
        assert transaction.counts()["decisions"] == 3
    assert SqlStatus(store.engine, None).totals(1).counts["decisions"] == 3
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from decision").scalar() == 5
