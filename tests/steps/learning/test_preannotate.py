"""Predictions for what lacks them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from curator.domain.canonical import document_id
from curator.domain.span import Content, Problem
from curator.steps.learning.preannotate import Preannotated, preannotate_paths, preannotate_stored
from curator.steps.ports.documents import Refused
from tests.fakes.parts import SCHEMA, NamePipeline, Texts, french, raw, silent
from tests.fakes.world import World

ONE, OTHER = "Marie vit à Paris", "Rien de neuf"


class Broken(NamePipeline):
    """Fails on the text after so many."""

    def __init__(self, good: int) -> None:
        super().__init__()
        self._good = good

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        for number, content in enumerate(super().annotate(texts)):
            if number == self._good:
                raise OSError("no memory left")
            yield content


class Doubling(NamePipeline):
    """Finds something twice in every text."""

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        problem = Problem("duplicate-span", {"start": 0})
        yield from (replace(content, problems=(problem,)) for content in super().annotate(texts))


def test_what_a_pipeline_finds_twice_is_quarantined_for_each_document(world: World) -> None:
    world.ingest(ONE, OTHER)

    def run() -> Preannotated:
        return preannotate_stored(Doubling(), world.store, silent, source="names", configured="names")

    first = run()
    assert (first.documents, sorted(first.causes)) == (
        2,
        sorted((document_id(text), "duplicate-span") for text in (ONE, OTHER)),
    )
    assert run() == Preannotated(first.pipeline)
    with world.store.reading() as transaction:
        assert transaction.counts()["quarantined"] == 2


def test_every_document_is_predicted_once_by_a_pipeline(world: World) -> None:
    world.ingest(ONE, OTHER)
    pipeline = NamePipeline()
    assert world.preannotate(pipeline) == 2
    assert world.preannotate(pipeline) == 0
    assert pipeline.seen == 2


def test_a_new_digest_and_new_documents_are_what_is_lacking(world: World) -> None:
    world.ingest(ONE)
    world.preannotate(NamePipeline())
    world.ingest(OTHER)
    assert world.preannotate(NamePipeline()) == 1
    assert world.preannotate(NamePipeline(digest="d2")) == 2


def test_an_interrupted_run_goes_on_where_it_stopped(world: World) -> None:
    world.ingest(*(f"Texte numéro {number}" for number in range(70)))
    with pytest.raises(OSError, match="no memory left"):
        world.preannotate(Broken(66))
    pipeline = NamePipeline()
    assert world.preannotate(pipeline) == 6
    assert pipeline.seen == 6


class Forgetful(NamePipeline):
    """Gives no answer to the last text."""

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        contents = list(super().annotate(texts))
        yield from contents[:-1]


def test_a_text_without_an_answer_is_not_taken_for_predicted(world: World) -> None:
    world.ingest(ONE, OTHER)
    with pytest.raises(ValueError, match="1 texts without an answer"):
        world.preannotate(Forgetful())
    assert world.preannotate() == 1


def test_what_arrives_while_others_are_predicted_is_predicted_next(world: World) -> None:
    class Interrupted(NamePipeline):
        def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
            for content in super().annotate(texts):
                world.ingest(OTHER)
                yield content

    world.ingest(ONE)
    assert world.preannotate(Interrupted()) == 1
    assert world.preannotate() == 1


def test_progress_ends_with_all_that_was_waiting(world: World) -> None:
    world.ingest(ONE, OTHER)
    reported: list[tuple[int, int | None]] = []
    world.preannotate(progress=lambda done, total: reported.append((done, total)))
    assert reported[-1] == (2, 2)


def test_the_expected_number_of_corrections_is_stored_and_sent_as_a_score_from_0_to_1(world: World) -> None:
    world.ingest(ONE)
    world.preannotate(NamePipeline(score=0.75))
    with world.store.reading() as transaction:
        (stored,) = transaction.tasks.newest_predictions([document_id(ONE)])[document_id(ONE)]
    assert stored.prediction.expected_corrections == pytest.approx(0.5)
    world.push()
    (task,) = world.server.known_tasks(world.project)
    assert [prediction.score for prediction in world.server.predictions(task)] == [pytest.approx(1 / 1.5)]
    with world.sql.engine.connect() as connection:
        kept = connection.exec_driver_sql("select expected_corrections from prediction").scalar()
    assert kept == pytest.approx(0.5)


def test_paths_are_predicted_without_storing_anything(world: World) -> None:
    left_out: list[Refused] = []
    causes: list[tuple[str, str]] = []
    reader = Texts(raw("a.txt", "Émile\r\nvit à Paris"), raw("en.txt", "The Hague"), raw("b.txt", OTHER))
    records = list(
        preannotate_paths(
            reader.paths,
            pipeline=Doubling(),
            reader=reader,
            language=french,
            schema=SCHEMA,
            refused=left_out,
            causes=causes,
        )
    )
    assert [record["source"] for record in records] == ["a.txt", "b.txt"]
    assert [refusal.name for refusal in left_out] == ["en.txt"]
    assert causes == [("a.txt", "duplicate-span"), ("b.txt", "duplicate-span")]
    first = records[0]
    assert first["id"] == document_id(first["text"])
    assert first["spans"]["events"] == []
    assert all(first["text"][span["start"] : span["end"]] == span["text"] for span in first["spans"]["entities"])
    assert [span["text"] for span in first["spans"]["entities"]] == ["Émile", "Paris"]
    assert set(first["spans"]["entities"][0]) == {"start", "end", "label", "text", "score", "rule"}
    assert first["pipeline"] == "names@d1"
    with world.store.reading() as transaction:
        assert transaction.counts()["documents"] == 0
