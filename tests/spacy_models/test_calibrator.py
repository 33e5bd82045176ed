"""Choosing among what rules and a trained pipeline propose."""

from pathlib import Path
from typing import Any

import pytest
import spacy

from curator.domain.errors import CuratorError
from curator.domain.record import Record, record_from_value
from curator.domain.span import Content
from curator.spacy_models.annotator import SpacyPipeline
from curator.spacy_models.calibrator import count_kept, proposals, table_of
from curator.spacy_models.chances import ChanceTable, Counts, read_counts, write_counts
from curator.spacy_models.opinion import Opinion, opinions
from tests.spacy_models.rules import WordRules, save_model, write_config, write_table

TEXT = "Marie Curie quitte Paris en mars , des tirs à Lyon"
TITLED: WordRules = [
    ("entities", "Marie Curie", "PER", "title"),
    ("entities", "Paris", "GPE", "place"),
    ("entities", "mars", "DATE", "month"),
    ("events", "quitte", "MOVE", "trigger"),
]
# The same span, the same place otherwise, and one of its own; of the date it says nothing.
ENTITIES = {"Paris": "GPE", "Curie": "PER", "Lyon": "GPE"}
EVENTS = {"quitte": "MOVE", "tirs": "ATTACK"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    save_model(tmp_path / "model", ENTITIES, EVENTS)
    write_table(tmp_path)
    return tmp_path


def annotated(config: Path, text: str = TEXT) -> Content:
    (content,) = SpacyPipeline(config).annotate([text])
    return content


def labelled_words(content: Content, text: str = TEXT) -> set[tuple[str, str, str | None]]:
    return {(text[span.start : span.end], span.label, span.rule) for span in content.spans}


def score(content: Content, words: str) -> float:
    (value,) = [span.score for span in content.spans if TEXT[span.start : span.end] == words]
    assert value is not None
    return value


def gold(*spans: tuple[str, str, str], text: str = TEXT) -> Record:
    layers: dict[str, list[Any]] = {"entities": [], "events": []}
    for layer, words, label in spans:
        start = text.index(words)
        layers[layer].append({"start": start, "end": start + len(words), "label": label})
    return record_from_value({"id": "a", "text": text, "spans": layers})


def test_what_both_sides_say_is_in_the_rule(project: Path) -> None:
    write_table(project, ("entities", "title|model", "PER", 9, 10), ("entities", "model|rules", "PER", 1, 10))
    assert labelled_words(annotated(write_config(project, TITLED))) == {
        ("Marie Curie", "PER", "title|model"),
        ("Paris", "GPE", "place+model"),
        ("mars", "DATE", "month"),
        ("Lyon", "GPE", "model"),
        ("quitte", "MOVE", "trigger+model"),
        ("tirs", "ATTACK", "model"),
    }


def test_the_likelier_of_two_that_overlap_stays_though_it_is_shorter(project: Path) -> None:
    write_table(project, ("entities", "title|model", "PER", 1, 10), ("entities", "model|rules", "PER", 9, 10))
    kept = labelled_words(annotated(write_config(project, TITLED)))
    assert ("Curie", "PER", "model|rules") in kept
    assert not [words for words, _, _ in kept if words == "Marie Curie"]


def test_among_equally_likely_ones_the_longer_stays(project: Path) -> None:
    assert ("Marie Curie", "PER", "title|model") in labelled_words(annotated(write_config(project, TITLED)))


def test_the_same_place_with_two_labels_has_one_of_them(project: Path) -> None:
    write_table(project, ("entities", "name|model", "PER", 1, 9), ("entities", "model|rules", "GPE", 8, 9))
    content = annotated(write_config(project, [("entities", "Lyon", "PER", "name")]))
    assert ("Lyon", "GPE", "model|rules") in labelled_words(content)
    assert ("Lyon", "PER", "name|model") not in labelled_words(content)


def test_layers_do_not_compete(project: Path) -> None:
    content = annotated(write_config(project, [("events", "Marie Curie quitte Paris", "MOVE", "trigger")]))
    assert {"Paris", "Curie", "Marie Curie quitte Paris"} <= {words for words, _, _ in labelled_words(content)}
    # Of the two events that overlap, one.
    assert "quitte" not in {words for words, _, _ in labelled_words(content)}


def test_without_a_trained_pipeline_rules_keep_their_names(project: Path) -> None:
    content = annotated(write_config(project, TITLED, opinion=False))
    assert {rule for _, _, rule in labelled_words(content)} == {"title", "place", "month", "trigger"}


def test_scores_are_the_chances_of_the_table(project: Path) -> None:
    lines = [
        ("entities", "place+model", "GPE", 19, 20),
        ("entities", "model", "GPE", 2, 8),
        ("events", "trigger+model", "MOVE", 3, 6),
    ]
    table = ChanceTable(read_counts(write_table(project, *lines)))
    content = annotated(write_config(project, TITLED))
    assert score(content, "Paris") == round(table.chance("entities", "place+model", "GPE"), 4)
    assert score(content, "Lyon") == round(table.chance("entities", "model", "GPE"), 4)
    assert score(content, "quitte") == round(table.chance("events", "trigger+model", "MOVE"), 4)
    assert score(content, "Paris") > score(content, "quitte") > score(content, "Lyon")


def test_what_is_less_likely_than_the_threshold_is_left_out_and_makes_room(project: Path) -> None:
    lines = [("entities", "title|model", "PER", 0, 40), ("entities", "place+model", "GPE", 40, 40)]
    write_table(project, *lines)
    chances = ChanceTable(read_counts(project / "calibration" / "own.jsonl"))
    chance = chances.chance("entities", "place+model", "GPE")
    kept = labelled_words(annotated(write_config(project, TITLED, least=chance)))
    assert {words for words, _, _ in kept} == {"Paris"}
    assert labelled_words(annotated(write_config(project, TITLED, least=chance + 0.001))) == set()
    everything = labelled_words(annotated(write_config(project, TITLED, least=0.0)))
    assert {"Curie", "Lyon", "mars", "quitte", "tirs"} < {words for words, _, _ in everything}


def test_a_span_that_cuts_a_word_is_no_proposal() -> None:
    # The trained pipeline has a tokenizer of its own, which may part what is one word here.
    doc = spacy.blank("fr")("Paris attend")
    doc.user_data["curator_opinions"] = [
        Opinion("entities", 0, 3, "GPE", None),
        Opinion("entities", 0, 5, "GPE", None),
        Opinion("events", 7, 40, "MOVE", None),
    ]
    assert list(proposals(doc)) == [("entities", 0, 5, "GPE", "model")]


def test_a_document_keeps_nothing_of_what_was_not_chosen(project: Path) -> None:
    doc = SpacyPipeline(write_config(project, TITLED, least=0.99))._nlp(TEXT)
    assert opinions(doc) is None
    assert (doc.ents, [list(group) for group in doc.spans.values()]) == ((), [[]])


def test_batches_and_single_texts_say_the_same(project: Path) -> None:
    texts = [TEXT, "", "Rien .", TEXT + " et Paris"] * 20
    pipeline = SpacyPipeline(write_config(project, TITLED))
    assert list(pipeline.annotate(texts)) == [next(pipeline.annotate([text])) for text in texts]


def test_components_of_spacys_own_need_no_names(project: Path) -> None:
    config = write_config(project, opinion=False)
    text = config.read_text(encoding="utf-8").replace("tests_rules", "entity_ruler").replace("rules = []", "")
    config.write_text(text, encoding="utf-8")
    nlp = SpacyPipeline(config)._nlp
    nlp.get_pipe("rules").add_patterns([{"label": "GPE", "pattern": "Paris"}])  # type: ignore[attr-defined]
    assert [(entity.label_, entity.text) for entity in nlp(TEXT).ents] == [("GPE", "Paris")]


def test_counted_is_all_that_there_is_to_choose_from(project: Path) -> None:
    # An old table and a threshold that lets nothing through make no difference.
    write_table(project, ("entities", "title", "PER", 0, 99))
    config = write_config(project, TITLED, least=1.0)
    records = [
        gold(("entities", "Paris", "GPE"), ("entities", "Curie", "PER"), ("events", "quitte", "MOVE")),
        gold(("entities", "Paris", "LOC"), ("events", "tirs", "ATTACK")),
        gold(("entities", "Lyon", "GPE"), text="Lyon attend"),
    ]
    assert count_kept(str(config), records) == {
        ("entities", "title|model", "PER"): Counts(0, 2),
        ("entities", "model|rules", "PER"): Counts(1, 2),
        ("entities", "place+model", "GPE"): Counts(1, 2),
        ("entities", "month", "DATE"): Counts(0, 2),
        ("entities", "model", "GPE"): Counts(1, 3),
        ("events", "trigger+model", "MOVE"): Counts(1, 2),
        ("events", "model", "ATTACK"): Counts(1, 2),
    }


def test_the_table_is_counted_where_there_is_none_yet(project: Path) -> None:
    config = write_config(project, TITLED)
    (project / "calibration" / "own.jsonl").unlink()
    counts = count_kept(str(config), [gold(("entities", "Paris", "GPE"))])
    assert counts["entities", "place+model", "GPE"] == Counts(1, 1)
    assert write_counts(counts) == write_counts(count_kept(str(config), [gold(("entities", "Paris", "GPE"))]))


def test_the_table_is_that_of_the_configuration(project: Path) -> None:
    config = write_config(project)
    assert table_of(str(config)) == project / "calibration" / "own.jsonl"
    with pytest.raises(CuratorError, match="pipeline has no calibrator"):
        table_of(str(project / "model"))


def test_a_broken_or_missing_table_is_reported_in_one_line(project: Path) -> None:
    config = write_config(project)
    table = write_table(project, ("entities", "title", "PER", 3, 2))
    with pytest.raises(CuratorError) as raised:
        SpacyPipeline(config)
    assert str(raised.value) == f"not a line of a calibration table ({table}:1): write it with `curator calibrate`"
    table.unlink()
    with pytest.raises(CuratorError, match="calibration table cannot be read: No such file") as raised:
        SpacyPipeline(config)
    assert "\n" not in str(raised.value)


def test_a_missing_trained_pipeline_is_reported(tmp_path: Path) -> None:
    write_table(tmp_path)
    with pytest.raises(CuratorError, match="pipeline cannot be built"):
        SpacyPipeline(write_config(tmp_path))


def test_the_digest_follows_table_and_trained_pipeline(project: Path) -> None:
    config = write_config(project)
    digests = {SpacyPipeline(config).id.digest, SpacyPipeline(config).id.digest}
    assert len(digests) == 1
    write_table(project, ("entities", "title", "PER", 1, 2))
    digests.add(SpacyPipeline(config).id.digest)
    save_model(project / "model", {"Nice": "GPE"}, {})
    digests.add(SpacyPipeline(config).id.digest)
    assert len(digests) == 3
