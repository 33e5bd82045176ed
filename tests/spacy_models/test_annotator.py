import itertools
import re
import shutil
import sys
from pathlib import Path

import numpy
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.training import Example

from curator.domain.errors import CuratorError
from curator.domain.prediction import PipelineId
from curator.domain.span import Content
from curator.spacy_models.annotator import SpacyPipeline
from curator.spacy_models.opinion import scores_of
from curator.spacy_models.reading import Reading
from tests.spacy_models.conftest import CONFIG, ROOT

TEXTS = [
    "Le président Marcel Aubrac a annoncé mardi l'envoi de 40 soldats à Rome.",
    "",
    "« Une trêve\u00a0? », demande l’ONU.\n\nPartager\nDeux chars ont été détruits.",
]
WORDS = st.sampled_from(
    [
        *[
            "M.",
            "Aubrac",
            "mardi",
            "3\xa0mai",
            "soldats",
            "200",
            "chars",
            "l’",
            "l'",
            "Rome",
            "trêve",
            "a",
            "déclaré",
            "«",
            "»",
            "-",
            "(ONU)",
            "Front",
            "de",
            "Étoile",
            "é",
            "🙂",
            "’",
            ".",
        ],
        " ",
        "\u00a0",
        "\u202f",
        "\n",
    ]
)


def check(text: str, content: Content) -> None:
    for span in content.spans:
        covered = text[span.start : span.end]
        assert covered
        assert covered == covered.strip()
        assert span.score is not None
        assert 0 <= span.score <= 1
        assert span.rule
    entities = sorted((span.start, span.end) for span in content.spans if span.layer == "entities")
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(entities))


@settings(max_examples=60)
@given(st.one_of(st.text(), st.lists(WORDS).map("".join), st.lists(WORDS).map(" ".join)))
def test_spans_fit_any_text(pipeline: SpacyPipeline, text: str) -> None:
    (content,) = pipeline.annotate([text])
    check(text, content)


def test_spans_cover_what_they_name(pipeline: SpacyPipeline) -> None:
    text = TEXTS[0]
    (content,) = pipeline.annotate([text])
    assert [(span.label, text[span.start : span.end]) for span in content.spans] == [
        ("PER", "Marcel Aubrac"),
        ("STATEMENT", "annoncé"),
        ("DATE", "mardi"),
        ("DEPLOYMENT", "envoi"),
        ("FORCE", "40 soldats"),
        ("GPE", "Rome"),
    ]


def test_a_long_text_is_taken(pipeline: SpacyPipeline) -> None:
    assert next(pipeline.annotate(["a" * 1_000_001 + " à Rome"])).spans[0].label == "GPE"


def test_processes_change_nothing(pipeline: SpacyPipeline) -> None:
    texts = TEXTS * 20
    assert list(SpacyPipeline(CONFIG, workers=2).annotate(texts)) == list(pipeline.annotate(texts))


def test_labels_are_renamed_and_left_out() -> None:
    pipeline = SpacyPipeline(
        CONFIG, Reading(("entities",), label_map={"PER": "PERSON", "GPE": ""}, ignored=("events",))
    )
    (content,) = pipeline.annotate([TEXTS[0]])
    assert [span.label for span in content.spans] == ["PERSON", "DATE", "FORCE"]


@pytest.mark.parametrize("name", ["no/such/folder", "missing.cfg", ""])
def test_a_missing_pipeline_is_reported(name: str) -> None:
    with pytest.raises(CuratorError, match="no such spaCy pipeline"):
        SpacyPipeline(name)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("fr_core_news_lg", "-m spacy download fr_core_news_lg"),
        ("fr_dep_news_trf", "-m spacy download fr_dep_news_trf"),
        ("our_news_pipeline", "-m pip install our_news_pipeline"),
    ],
)
def test_a_pipeline_that_is_not_installed_comes_with_its_command(name: str, command: str) -> None:
    with pytest.raises(CuratorError, match=re.escape(f"install it: {sys.executable} {command}")):
        SpacyPipeline(name)


def copy(folder: Path) -> Path:
    (folder / "configs").mkdir(parents=True)
    for name in ("lexicons", "calibration"):
        shutil.copytree(ROOT / "seeds" / name, folder / "seeds" / name)
    return Path(shutil.copy(CONFIG, folder / "configs"))


def test_the_digest_follows_what_shapes_the_output(pipeline: SpacyPipeline, tmp_path: Path) -> None:
    config = copy(tmp_path)
    same = SpacyPipeline(config).id
    assert same == pipeline.id == PipelineId("rules", pipeline.id.digest)
    assert len(same.digest) == 12
    with (tmp_path / "seeds" / "lexicons" / "places.jsonl").open("a", encoding="utf-8") as lexicon:
        lexicon.write('{"label": "GPE", "text": "Tarvenol", "score": 0.9, "rule": "place"}\n')
    grown = SpacyPipeline(config)
    assert grown.id != same
    assert [span.label for span in next(grown.annotate(["Tarvenol dort."])).spans] == ["GPE"]
    assert SpacyPipeline(config, Reading(label_map={"PER": "PERSON"})).id != grown.id


def test_a_configuration_without_its_lexicons_is_reported(tmp_path: Path) -> None:
    config = copy(tmp_path)
    shutil.rmtree(tmp_path / "seeds" / "lexicons")
    config.write_text(config.read_text(encoding="utf-8").replace("seeds/lexicons", "nowhere"), encoding="utf-8")
    with pytest.raises(CuratorError, match="lexicon"):
        SpacyPipeline(config)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny pipeline that has learnt one sentence by heart."""
    nlp = spacy.blank("fr")
    nlp.add_pipe("ner")
    nlp.add_pipe(
        "spancat", config={"spans_key": "events", "suggester": {"@misc": "spacy.ngram_suggester.v1", "sizes": [1]}}
    )
    doc = nlp.make_doc("Rome annonce une trêve")
    example = Example.from_dict(doc, {"entities": [(0, 4, "GPE")], "spans": {"events": [(5, 12, "STATEMENT")]}})
    optimizer = nlp.initialize(lambda: [example])
    for _ in range(40):
        nlp.update([example], sgd=optimizer)
    nlp.meta["name"] = "tiny"
    nlp.meta["performance"] = {"ents_per_type": {"GPE": {"p": 0.75, "r": 1.0, "f": 0.8}}}
    path = tmp_path_factory.mktemp("trained") / "model"
    nlp.to_disk(path)
    return path


def test_a_trained_pipeline_has_scores_and_components(trained: Path) -> None:
    pipeline = SpacyPipeline(trained)
    (content,) = pipeline.annotate(["Rome annonce une trêve"])
    place, event = content.spans
    assert (place.label, place.score, place.rule) == ("GPE", 0.75, "model:ner")
    assert (event.label, event.rule) == ("STATEMENT", "model:spancat")
    assert event.score is not None
    assert 0.5 < event.score <= 1
    assert pipeline.id.name == "fr_tiny"


def test_the_digest_of_a_trained_pipeline_follows_its_files(trained: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(trained, tmp_path / "elsewhere"))
    assert SpacyPipeline(copy).id == SpacyPipeline(trained).id
    meta = copy / "meta.json"
    meta.write_text(meta.read_text(encoding="utf-8").replace("0.75", "0.65"), encoding="utf-8")
    assert SpacyPipeline(copy).id != SpacyPipeline(trained).id


def test_a_broken_trained_pipeline_is_reported(trained: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(trained, tmp_path / "broken"))
    shutil.rmtree(broken / "ner")
    with pytest.raises(CuratorError, match="cannot be loaded"):
        SpacyPipeline(broken)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline of somebody else's: labels of its own, and its events in a group of its own."""
    nlp = spacy.blank("fr")
    places = nlp.add_pipe("entity_ruler")
    places.add_patterns([{"label": "LOC", "pattern": "Rome"}, {"label": "MISC", "pattern": "Nobel"}])  # type: ignore[attr-defined]
    events = nlp.add_pipe("span_ruler", config={"spans_key": "sc"})
    events.add_patterns([{"label": "Say", "pattern": "annonce"}])  # type: ignore[attr-defined]
    path = tmp_path_factory.mktemp("foreign") / "model"
    nlp.to_disk(path)
    return path


FOREIGN_TEXT = "Rome annonce un Nobel\u202f!"


def test_any_pipeline_speaks_the_schema_through_a_map(foreign: Path) -> None:
    schema = {"entities": {"GPE"}, "events": {"STATEMENT"}}
    reading = Reading(labels=schema, label_map={"LOC": "GPE", "MISC": "", "Say": "STATEMENT"}, sources={"events": "sc"})
    (content,) = SpacyPipeline(foreign, reading).annotate([FOREIGN_TEXT])
    assert [(span.layer, span.label, FOREIGN_TEXT[span.start : span.end]) for span in content.spans] == [
        ("entities", "GPE", "Rome"),
        ("events", "STATEMENT", "annonce"),
    ]
    check(FOREIGN_TEXT, content)


def test_a_label_that_nobody_mapped_is_no_loss_in_silence(foreign: Path) -> None:
    pipeline = SpacyPipeline(foreign, Reading(labels={"entities": {"GPE"}}, label_map={"LOC": "GPE"}, ignored=("sc",)))
    with pytest.raises(CuratorError, match=r"label 'MISC' of layer entities is not in the label schema.*label_map"):
        list(pipeline.annotate([FOREIGN_TEXT]))


@pytest.mark.parametrize("shape", [(2,), (2, 1)])
def test_scores_are_read_in_whatever_shape_a_component_keeps_them(shape: tuple[int, ...]) -> None:
    doc = spacy.blank("fr")("Rome annonce")
    doc.spans["events"] = [doc[0:1], doc[1:2]]
    assert scores_of(doc.spans["events"]) is None
    doc.spans["events"].attrs["scores"] = numpy.array([0.25, 0.75]).reshape(shape)
    assert scores_of(doc.spans["events"]) == [0.25, 0.75]
