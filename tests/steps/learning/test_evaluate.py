"""What `evaluate` counts and tells, by a pipeline that says what it is told to."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from curator.domain.document import Document
from curator.domain.record import Provenance, Record, record_of
from curator.domain.scoring import MatchKind
from curator.domain.span import Content, Span
from curator.steps.learning.evaluate import Evaluation, evaluate
from tests.fakes.parts import NamePipeline, PreparedPipeline

LAYERS = ("entities", "events")
TEXT = "Marie Curie quitte Paris pour Rome. Tirs à Lyon."


def entity(words: str, label: str, score: float = 0.5, text: str = TEXT, layer: str = "entities") -> Span:
    start = text.index(words)
    return Span(layer, start, start + len(words), label, score, "prepared")


def record(id: str, text: str, *spans: Span, meta: dict[str, Any] | None = None) -> Record:
    return record_of(Document(id, text, "fr"), Content(spans), LAYERS, meta or {}, Provenance())


@pytest.fixture
def evaluation() -> Evaluation:
    gold = [
        entity("Marie Curie", "PER"),
        entity("Paris", "GPE"),
        entity("Rome", "GPE"),
        entity("Lyon", "LOC"),
        entity("Tirs", "ATTACK", layer="events"),
    ]
    predicted = [
        entity("Curie", "PER", 0.9),
        entity("Paris", "GPE", 1.0),
        entity("Lyon", "GPE"),
        entity("quitte", "PER", 0.2),
        entity("Marie", "nothing of ours", layer="elsewhere"),
    ]
    return evaluate(PreparedPipeline({TEXT: predicted}), [record("a", TEXT, *gold)], LAYERS)


def test_the_json_holds_every_count_by_layer_and_label(evaluation: Evaluation) -> None:
    value = evaluation.value()
    assert list(value) == ["pipeline", "documents", "layers", "calibration"]
    assert (value["pipeline"], value["documents"], list(value["layers"])) == ("prepared@d1", 1, ["entities", "events"])
    entities = value["layers"]["entities"]
    assert list(entities["labels"]) == ["GPE", "LOC", "PER"]
    assert {name: entities[name] for name in list(entities)[:7]} == {
        "gold": 4,
        "predicted": 4,
        "exact": 1,
        "boundary": 1,
        "label": 1,
        "missed": 1,
        "spurious": 1,
    }
    assert (entities["precision"], entities["recall"], entities["f1"]) == (0.25, 0.25, 0.25)
    assert entities["f1_interval"] == [0.25, 0.25]
    assert entities["partial"] == {"precision": 0.375, "recall": 0.375, "f1": 0.375}
    places = entities["labels"]["GPE"]
    assert set(places) == set(entities) - {"labels"}
    assert (places["gold"], places["predicted"], places["missed"], places["spurious"]) == (2, 2, 1, 0)
    assert entities["labels"]["LOC"]["label"] == 1
    assert entities["labels"]["PER"]["spurious"] == 1
    assert value["layers"]["events"]["labels"]["ATTACK"]["missed"] == 1
    assert value["layers"]["events"]["f1"] == 0


def test_scores_are_measured_by_the_share_of_exact_spans(evaluation: Evaluation) -> None:
    (bin_value,) = evaluation.value()["calibration"]["bins"]
    assert bin_value == {"spans": 4, "mean_score": 0.65, "exact": 0.25}
    assert evaluation.value()["calibration"]["expected_calibration_error"] == 0.4


def test_the_gate_is_the_mean_over_layers(evaluation: Evaluation) -> None:
    assert evaluation.mean_f1 == pytest.approx((0.25 + 0) / 2)
    assert evaluate(PreparedPipeline({}), [], ()).mean_f1 == 0


def test_documents_keep_their_order_and_mistakes_that_of_the_text(evaluation: Evaluation) -> None:
    records = [record(name, f"Lyon et {name}") for name in ("zoe", "ada", "max")]
    documents = evaluate(NamePipeline(), iter(records), LAYERS).documents
    assert [(document.id, document.text) for document in documents] == [(gold.id, gold.text) for gold in records]
    assert [(match.kind, TEXT[match.span.start : match.span.end]) for match in evaluation.documents[0].matches] == [
        (MatchKind.BOUNDARY, "Curie"),
        (MatchKind.SPURIOUS, "quitte"),
        (MatchKind.EXACT, "Paris"),
        (MatchKind.MISSED, "Rome"),
        (MatchKind.MISSED, "Tirs"),
        (MatchKind.LABEL, "Lyon"),
    ]


def test_a_document_is_called_by_its_title_else_by_its_id() -> None:
    metas: list[dict[str, Any]] = [{"title": "L'été"}, {"title": ""}, {}]
    records = [record(str(number), "", meta=meta) for number, meta in enumerate(metas)]
    documents = evaluate(PreparedPipeline({}), records, LAYERS).documents
    assert [document.name for document in documents] == ["L'été", "1", "2"]


def test_other_layers_are_left_alone() -> None:
    gold = record("a", TEXT, entity("Paris", "GPE"), entity("Rome", "X", layer="elsewhere"))
    value = evaluate(PreparedPipeline({TEXT: [entity("Paris", "GPE")]}), [gold], ("entities",)).value()
    assert list(value["layers"]) == ["entities"]
    assert value["layers"]["entities"]["f1"] == 1


def test_a_pipeline_that_loses_a_document_is_no_better_for_it() -> None:
    class Lazy(PreparedPipeline):
        def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
            yield from list(super().annotate(texts))[1:]

    with pytest.raises(ValueError, match="shorter"):
        evaluate(Lazy({}), [record("a", ""), record("b", "")], LAYERS)
