"""What every Pipeline keeps to."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from curator.bootstrap.ml_backend import SharedPipeline
from curator.domain.prediction import PipelineId
from curator.domain.span import Span, span_order
from curator.spacy_models.annotator import SpacyPipeline
from curator.spacy_models.reading import Reading
from curator.steps.ports.pipelines import Pipeline
from tests.conftest import ROOT
from tests.fakes.parts import HalfPipeline, NamePipeline, PreparedPipeline
from tests.spacy_models.rules import save_model
from tests.waiting import HANG_SECONDS

PLACES = "Marcel Aubrac quitte Rome pour Paris."
TEXTS = [
    PLACES,
    "",
    " \n",
    "rien",
    " Rome\u00a0annonce\r\nune trêve à\u202fParis\n",
    "😀 Rome",
    "E\u0301lise va a\u0300 Rome",
    "R",
]
PREPARED = [Span("entities", 31, 36, "GPE", 1.0, "prepared"), Span("entities", 0, 13, "PER", 0.0, "prepared")]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    places = {"Rome": "GPE", "Paris": "GPE"}
    path = save_model(tmp_path_factory.mktemp("tiny") / "model", places, {"annonce": "STATEMENT"})
    return SpacyPipeline(path, Reading())


@pytest.fixture(scope="module")
def pipelines(tiny: Pipeline) -> Mapping[str, Callable[[], Pipeline]]:
    return {
        "trained": lambda: tiny,
        "rules": lambda: SpacyPipeline(ROOT / "configs" / "rules.cfg"),
        "shared": lambda: SharedPipeline(lambda: "tiny", lambda _: tiny)(HANG_SECONDS),
        "fake-names": NamePipeline,
        "fake-half": HalfPipeline,
        "fake-prepared": lambda: PreparedPipeline({PLACES: PREPARED}),
    }


@pytest.fixture(scope="module", params=["trained", "rules", "shared", "fake-names", "fake-half", "fake-prepared"])
def pipeline(request: pytest.FixtureRequest, pipelines: Mapping[str, Callable[[], Pipeline]]) -> Pipeline:
    return pipelines[request.param]()


def test_its_id_has_a_name_and_a_digest_and_stays(pipeline: Pipeline) -> None:
    identity = pipeline.id
    list(pipeline.annotate(TEXTS))
    assert isinstance(identity, PipelineId)
    assert identity.name
    assert identity.digest
    assert pipeline.id == identity


def test_each_text_has_one_content_in_order_and_always_the_same(pipeline: Pipeline) -> None:
    contents = list(pipeline.annotate(TEXTS))
    assert contents == [content for text in TEXTS for content in pipeline.annotate([text])]
    assert list(pipeline.annotate(reversed(TEXTS))) == contents[::-1]
    assert contents[0].spans
    assert not contents[1].spans


def test_without_texts_there_is_no_content(pipeline: Pipeline) -> None:
    assert list(pipeline.annotate([])) == []


def test_every_span_covers_words_of_its_text_in_order_and_has_a_score_and_a_rule(pipeline: Pipeline) -> None:
    for text, content in zip(TEXTS, pipeline.annotate(TEXTS), strict=True):
        assert list(content.spans) == sorted(content.spans, key=span_order)
        for span in content.spans:
            assert 0 <= span.start < span.end <= len(text)
            covered = text[span.start : span.end]
            assert covered == covered.strip()
            assert span.score is not None
            assert 0 <= span.score <= 1
            assert span.rule


def test_relations_lie_between_spans_of_the_same_content(pipeline: Pipeline) -> None:
    for content in pipeline.annotate(TEXTS):
        ids = {span.id for span in content.spans}
        assert {end for relation in content.relations for end in (relation.head, relation.child)} <= ids


def test_texts_are_taken_some_at_a_time(pipeline: Pipeline) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield PLACES

    contents = pipeline.annotate(endless())
    assert next(contents).spans
    assert taken < 200
