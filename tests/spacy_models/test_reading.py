"""What layers are read from, over small pipelines of spaCy's own rules."""

from pathlib import Path
from typing import Any

import pytest
import spacy

from curator.domain.errors import CuratorError
from curator.domain.label_edits import remove_label, rename_label
from curator.domain.label_names import label_names
from curator.domain.schema import schema_from_value
from curator.domain.span import Content
from curator.spacy_models.annotator import SpacyPipeline
from curator.spacy_models.reading import Reading
from tests.fakes.parts import SCHEMA_VALUE

TEXT = "Rome annonce une trêve"


def saved(
    folder: Path, groups: dict[str, dict[str, str]], entities: dict[str, str] | None = None, **config: Any
) -> str:
    """Save a pipeline with an entity ruler and one span ruler a group."""
    nlp = spacy.blank("fr")
    if entities:
        ruler: Any = nlp.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": label, "pattern": words} for words, label in entities.items()])
    for group, words in groups.items():
        spans: Any = nlp.add_pipe("span_ruler", name=f"rules_{group}", config={"spans_key": group, **config})
        spans.add_patterns([{"label": label, "pattern": word} for word, label in words.items()])
    nlp.to_disk(folder / "model")
    return str(folder / "model")


def read(pipeline: str, reading: Reading, text: str = TEXT) -> Content:
    (content,) = SpacyPipeline(pipeline, reading).annotate([text])
    return content


def keys(content: Content) -> list[tuple[str, int, int, str]]:
    return [span.key for span in content.spans]


def refusal(pipeline: str, reading: Reading, text: str = TEXT) -> CuratorError:
    with pytest.raises(CuratorError) as raised:
        read(pipeline, reading, text)
    assert "\n" not in str(raised.value)
    assert raised.value.where == pipeline
    return raised.value


def test_entities_that_no_layer_reads_are_refused_with_the_setting_that_reads_them(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {}, {"Rome": "GPE", "trêve": "EVENT"})
    error = refusal(pipeline, Reading(("names", "topics")))
    assert error.what == "the pipeline found 2 spans in doc.ents that no layer reads"
    assert f'names = "ents" under [pipeline.span_groups."{pipeline}"]' in error.remedy
    assert f'"{pipeline}" = ["ents"] under [pipeline.ignore]' in error.remedy
    mended = Reading(("names", "topics"), sources={"names": "ents"})
    assert keys(read(pipeline, mended)) == [("names", 0, 4, "GPE"), ("names", 17, 22, "EVENT")]
    assert read(pipeline, Reading(("names", "topics"), ignored=("ents",))) == Content()


def test_a_span_group_that_no_layer_reads_is_refused_with_the_setting_that_reads_it(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {"sc": {"annonce": "STATEMENT"}, "more": {"nulle": "X"}}, {"Rome": "GPE"})
    error = refusal(pipeline, Reading())
    assert error.what == "the pipeline found 1 spans in span group 'sc' that no layer reads"
    assert f'events = "sc" under [pipeline.span_groups."{pipeline}"]' in error.remedy
    mended = Reading(sources={"events": "sc"})
    assert keys(read(pipeline, mended)) == [("entities", 0, 4, "GPE"), ("events", 5, 12, "STATEMENT")]
    assert keys(read(pipeline, Reading(ignored=("sc",)))) == [("entities", 0, 4, "GPE")]


def test_entities_read_from_a_group_leave_the_others_to_be_named(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {"names": {"Rome": "GPE"}}, {"Rome": "GPE"})
    assert "doc.ents" in refusal(pipeline, Reading(("entities",), sources={"entities": "names"})).what
    mended = Reading(("entities",), sources={"entities": "names"}, ignored=("ents",))
    assert keys(read(pipeline, mended)) == [("entities", 0, 4, "GPE")]


def test_a_group_called_as_settings_call_entities_is_not_taken_for_them(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {"ents": {"annonce": "STATEMENT"}}, {"Rome": "GPE"})
    assert "'spans.ents'" in refusal(pipeline, Reading()).what
    mended = Reading(sources={"events": "spans.ents"})
    assert keys(read(pipeline, mended)) == [("entities", 0, 4, "GPE"), ("events", 5, 12, "STATEMENT")]


def test_empty_groups_and_labels_that_are_left_out_need_no_layer(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {"sc": {"annonce": "STATEMENT"}})
    assert read(pipeline, Reading(), "Rien.") == Content()
    assert read(pipeline, Reading(label_map={"STATEMENT": ""})) == Content()


def test_what_is_ignored_shapes_the_digest_only_where_a_layer_would_read_it(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {"sc": {"annonce": "STATEMENT"}}, {"Rome": "GPE"})
    plain, without_group, without_entities = (
        SpacyPipeline(pipeline, Reading(ignored=ignored)).id for ignored in ((), ("sc",), ("sc", "ents"))
    )
    assert plain == without_group != without_entities


def test_a_span_without_a_label_is_refused(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {"events": {"annonce": ""}})
    error = refusal(pipeline, Reading())
    assert error.what == "label '' of layer events is not in the label schema"
    named = read(pipeline, Reading(label_map={"": "STATEMENT"}))
    assert keys(named) == [("events", 5, 12, "STATEMENT")]


def test_equal_spans_are_kept_once_and_reported(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {"events": {"annonce": "Say"}})
    reading = Reading(("events",), label_map={"Say": "STATEMENT"})
    both = SpacyPipeline(pipeline, reading)
    nlp: Any = both._nlp
    nlp.get_pipe("rules_events").add_patterns([{"label": "STATEMENT", "pattern": "annonce"}])
    (content,) = both.annotate([TEXT])
    assert keys(content) == [("events", 5, 12, "STATEMENT")]
    (problem,) = content.problems
    assert (problem.cause, problem.item["start"], problem.item["label"]) == ("duplicate-span", 5, "STATEMENT")


def test_a_span_of_white_space_alone_is_reported(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {"events": {"  ": "STATEMENT"}})
    content = read(pipeline, Reading(), "Rome   dort")
    assert content.spans == ()
    assert [problem.cause for problem in content.problems] == ["blank-span"]


def test_a_pipeline_goes_on_under_the_names_that_its_labels_have_now(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, {}, {"Rome": "GPE"})
    before = schema_from_value(SCHEMA_VALUE, "tests")
    after = schema_from_value(rename_label(SCHEMA_VALUE, "entities", "GPE", "PLACE"), "tests")
    gone = schema_from_value(remove_label(SCHEMA_VALUE, "entities", "GPE"), "tests")
    readings = [Reading(labels=s.labels_of, names=label_names(s)) for s in (before, after, gone)]
    found = [[span.label for span in read(pipeline, reading).spans] for reading in readings]
    assert found == [["GPE"], ["PLACE"], []]
    assert len({SpacyPipeline(pipeline, reading).id for reading in readings}) == 1
