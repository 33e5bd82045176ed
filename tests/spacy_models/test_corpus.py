import json
import logging
import warnings
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.util import registry

from curator.domain.errors import CuratorError
from curator.domain.record import record_from_value
from curator.spacy_models.corpus import corpus, example_of, read_records

TEXT = "Trois morts à Nîmes.\n\nL’ONU condamne l'attaque de Paris-Nice."


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.blank("fr")


def record(*spans: tuple[str, str, str], text: str = TEXT) -> dict[str, Any]:
    layers: dict[str, list[dict[str, Any]]] = {"entities": [], "events": []}
    for layer, covered, label in spans:
        start = text.index(covered)
        layers[layer].append({"start": start, "end": start + len(covered), "label": label, "text": covered})
    return {"id": "d", "text": text, "spans": layers}


def reasons(given: dict[str, Any], nlp: Language) -> list[tuple[str, str]]:
    losses = example_of(record_from_value(given), nlp)[1]
    assert {loss.document for loss in losses} <= {"d"}
    return [(given["text"][loss.item["start"] : loss.item["end"]], loss.reason) for loss in losses]


def test_spans_become_entities_and_span_groups(nlp: Language) -> None:
    given = record(("entities", "ONU", "ORG"), ("entities", "Nîmes", "GPE"), ("events", "attaque", "ATTACK"))
    example, losses = example_of(record_from_value(given), nlp)
    assert losses == []
    assert [(one.text, one.label_) for one in example.reference.ents] == [("Nîmes", "GPE"), ("ONU", "ORG")]
    assert [(one.text, one.label_) for one in example.reference.spans["events"]] == [("attaque", "ATTACK")]
    assert [token.text for token in example.predicted] == [token.text for token in nlp.make_doc(TEXT)]
    assert not example.predicted.ents


def test_a_boundary_inside_a_token_is_kept_for_scores_and_listed(nlp: Language) -> None:
    given = record(("entities", "Nîm", "GPE"), ("events", "ttaque", "ATTACK"), ("entities", "ONU", "ORG"))
    assert reasons(given, nlp) == [("Nîm", "boundary-inside-token"), ("ttaque", "boundary-inside-token")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        example, _ = example_of(record_from_value(given), nlp)
        tags = dict(zip((token.text for token in example.predicted), example.get_aligned_ner(), strict=True))
    assert [one.text for one in example.reference.ents] == ["Nîm", "ONU"]
    assert example.reference.text == TEXT
    assert tags["Nîmes"] is None
    assert tags["ONU"] == "U-ORG"
    assert tags["morts"] == "O"


def test_a_span_with_a_blank_edge_is_listed(nlp: Language) -> None:
    given = record(("entities", "ONU", "ORG"), ("entities", "Trois ", "X"), ("events", " condamne", "X"))
    example, _ = example_of(record_from_value(given), nlp)
    assert [one.text for one in example.reference.ents] == ["ONU"]
    assert reasons(given, nlp) == [("Trois ", "blank-edge"), (" condamne", "blank-edge")]


def test_of_overlapping_entities_the_longest_stays(nlp: Language) -> None:
    given = record(("entities", "Paris", "GPE"), ("entities", "attaque de Paris-Nice", "MISC"))
    given["spans"]["events"] = given["spans"]["entities"]
    example, losses = example_of(record_from_value(given), nlp)
    assert [one.text for one in example.reference.ents] == ["attaque de Paris-Nice"]
    assert [one.text for one in example.reference.spans["events"]] == ["Paris", "attaque de Paris-Nice"]
    assert [loss.reason for loss in losses] == ["overlaps-longer-entity"]


def test_corpus_reads_a_file_again_and_again(nlp: Language, tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(record(("entities", name, "X"))) + "\n" for name in ("ONU", "Nîmes")))
    read = registry.readers.get("curator.Records.v1")(str(path))
    for _ in range(2):
        assert [example.reference.ents[0].text for example in read(nlp)] == ["ONU", "Nîmes"]
    assert len(list(corpus(path)(nlp))) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nothing", "not a JSON object"),
        ("[]", "not a JSON object"),
        ('{"id": "d", "text": "a"}', "not a record"),
        ('{"id": "d", "text": 3, "spans": {}}', "not a record"),
        ('{"id": "d", "text": "a", "spans": {"x": [{"start": 0, "end": 2, "label": "X"}]}}', "does not fit its text"),
    ],
)
def test_what_is_no_record_is_told(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(f'{{"id": "d", "text": "a", "spans": {{}}}}\n{line}\n')
    with pytest.raises(CuratorError, match=rf"{message}.*train\.jsonl:2"):
        list(read_records(path))
    with pytest.raises(CuratorError, match="cannot be read"):
        list(read_records(tmp_path / "dev.jsonl"))


def test_equal_spans_are_learnt_from_once_and_listed(nlp: Language) -> None:
    once = record(("entities", "ONU", "ORG"), ("events", "attaque", "ATTACK"))
    twice = {**once, "spans": {layer: spans * 2 for layer, spans in once["spans"].items()}}
    example, _ = example_of(record_from_value(twice), nlp)
    assert [len(example.reference.ents), len(example.reference.spans["events"])] == [1, 1]
    assert reasons(twice, nlp) == [("ONU", "doubled"), ("attaque", "doubled")]


def written(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "train.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def test_what_is_not_learnt_from_is_told_in_one_line_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    inside = record(("entities", "Nîm", "GPE"), ("events", "attaque de Paris-Nice", "ATTACK"))
    other = {**record(("entities", "ONU", "ORG"), ("events", "ttaque", "ATTACK")), "id": "e"}
    other["spans"]["topics"] = other["spans"]["entities"]
    path = written(tmp_path, inside, other)
    # spaCy asks for a corpus twice, and reads each more than once.
    asked = [corpus(path), corpus(path)]
    trained = spacy.blank("fr")
    trained.add_pipe("ner")
    suggester = {"@misc": "spacy.ngram_suggester.v1", "sizes": [1, 2, 3]}
    trained.add_pipe("spancat", config={"spans_key": "events", "suggester": suggester})
    for read in asked * 2:
        assert len(list(read(trained))) == 2
    (line,) = [entry.getMessage() for entry in caplog.records if entry.name == "spacy.curator"]
    assert line == (
        f"{tmp_path / 'train.jsonl'}: 4 spans are not learnt from "
        "(boundary-inside-token 2, longer-than-suggested 1, no-component-for-layer 1)"
    )


def test_nothing_is_told_where_all_is_learnt(nlp: Language, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    list(corpus(written(tmp_path, record(("entities", "ONU", "ORG"))))(nlp))
    assert not caplog.records


@pytest.mark.parametrize(
    ("layer", "span", "message"),
    [
        ("entities", {"start": 0, "end": 900, "label": "ORG"}, "does not fit its text"),
        ("entities", {"start": 0, "end": 5, "label": "ORG", "text": "Treis"}, "does not fit its text"),
        (
            "topics",
            {"start": 0, "end": 5, "label": "ORG"},
            "label 'ORG' of layer topics is not in the",
        ),
        (
            "entities",
            {"start": 0, "end": 5, "label": "X"},
            "label 'X' of layer entities is not in the",
        ),
    ],
)
def test_what_no_version_can_hold_is_refused(
    nlp: Language, tmp_path: Path, layer: str, span: dict[str, Any], message: str
) -> None:
    manifest = {"schema": {"layers": [{"name": "entities", "labels": [{"name": "ORG"}]}]}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    good = record(("entities", "ONU", "ORG"))
    path = written(tmp_path, good, {**good, "id": "bad", "spans": {layer: [span]}})
    with pytest.raises(CuratorError, match=rf"{message}.*\(.*train\.jsonl.*bad"):
        list(corpus(path)(nlp))
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(CuratorError, match="manifest cannot be read"):
        list(corpus(path)(nlp))


@settings(max_examples=200)
@given(data=st.data())
def test_every_span_is_held_where_it_is_or_listed(nlp: Language, data: st.DataObject) -> None:
    text = data.draw(st.text(st.sampled_from("abÉ’' -.\n\t\u00a0e\u0301œ«»3%"), min_size=1, max_size=60))
    offsets = st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True).map(sorted)
    spans = st.lists(st.tuples(offsets.map(tuple), st.sampled_from("AB")), max_size=6, unique=True)
    layers = {
        layer: [{"start": start, "end": end, "label": label} for (start, end), label in data.draw(spans)]
        for layer in ("entities", "events")
    }
    example, losses = example_of(record_from_value({"id": "d", "text": text, "spans": layers}), nlp)
    assert example.reference.text == text
    held = {
        (layer, one.start_char, one.end_char, one.label_)
        for layer, group in (("entities", example.reference.ents), ("events", example.reference.spans["events"]))
        for one in group
    }
    listed = {tuple(loss.item.values()): loss.reason for loss in losses}
    unheld = {key for key, reason in listed.items() if reason != "boundary-inside-token"}
    wanted = {(layer, *span.values()) for layer, group in layers.items() for span in group}
    assert held | unheld == wanted
    assert not held & unheld
    unreachable = {key for key in held if example.predicted.char_span(key[1], key[2]) is None}
    assert unreachable == set(listed) - unheld
