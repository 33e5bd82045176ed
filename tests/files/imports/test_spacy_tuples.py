"""The JSON that spaCy's users keep training data in; that of spaCy 2 by hand, since only spaCy 3 runs here."""

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example, offsets_to_biluo_tags
from spacy.training.iob_utils import doc_to_biluo_tags

from tests.files.imports.json_values import only, read, read_lines, read_list, said, spans

TEXT = "Gao : l'armée attaque Kidal."
SPANS = [("Gao", "GPE"), ("l'armée attaque", "ATTACK"), ("Kidal", "GPE")]
ENTITIES: list[Any] = [[0, 3, "GPE"], [6, 21, "ATTACK"], [22, 27, "GPE"]]


@pytest.fixture(scope="module")
def doc() -> Doc:
    doc = spacy.blank("fr")(TEXT)
    spans = [doc.char_span(start, end, label) for start, end, label in ENTITIES]
    doc.set_ents([span for span in spans if span is not None])
    assert len(doc.ents) == len(ENTITIES)
    return doc


@pytest.mark.parametrize("reading", [read_lines, read_list])
def test_pairs_of_a_text_and_its_entities(tmp_path: Path, reading: Any) -> None:
    pair = [TEXT, {"entities": ENTITIES, "cats": {"guerre": 1.0, "sport": 0.0}, "links": {}}]
    document = only(reading(tmp_path, [pair]))
    assert (document.text, spans(document)) == (TEXT, SPANS)
    assert (dict(document.meta), document.left_out) == ({}, {"document-label": 1})


@pytest.mark.parametrize("key", ["entities", "label"])
def test_objects_with_a_text(tmp_path: Path, key: str) -> None:
    assert spans(only(read_lines(tmp_path, [{"text": TEXT, key: ENTITIES}]))) == SPANS


def test_links_of_entities_are_counted(tmp_path: Path) -> None:
    document = only(read_list(tmp_path, [[TEXT, {"entities": [[0, 3, "GPE", "Q43"], [22, 27, "GPE", ""]]}]]))
    assert spans(document) == [("Gao", "GPE"), ("Kidal", "GPE")]
    assert document.left_out == {"entity-link": 1}


def test_what_a_doc_gives_as_json(tmp_path: Path, doc: Doc) -> None:
    doc.spans["claims"] = [Span(doc, 0, 2, "ATTACK")]
    document = only(read_lines(tmp_path, [doc.to_json()]))
    assert sorted(spans(document)) == sorted([*SPANS, ("Gao :", "ATTACK")])
    assert {span.get("layer") for span in document.annotations[0].body["spans"]} == {None, "claims"}
    assert not document.meta


def test_what_an_example_gives(tmp_path: Path, doc: Doc) -> None:
    example = Example(doc, doc).to_dict()
    value = json.loads(json.dumps(example))
    document = only(read_list(tmp_path, [value]))
    assert document.text == TEXT
    assert sorted(span for span in spans(document) if span != ("Gao :", "ATTACK")) == sorted(SPANS)


def test_paragraphs_of_spacy_2(tmp_path: Path, doc: Doc) -> None:
    tags = doc_to_biluo_tags(doc)
    assert tags == offsets_to_biluo_tags(doc, [(start, end, label) for start, end, label in ENTITIES])
    tokens = [{"id": token.i, "orth": token.text, "ner": tag, "tag": "X"} for token, tag in zip(doc, tags, strict=True)]
    sentences = [{"tokens": tokens[:2], "brackets": []}, {"tokens": tokens[2:], "brackets": []}]
    paragraphs = [{"raw": TEXT, "sentences": sentences, "cats": []}, {"sentences": sentences}]
    first, second = read_list(tmp_path, [{"id": 0, "paragraphs": paragraphs}])
    assert spans(only([first])) == SPANS
    assert only([second]).text == "Gao : l' armée attaque Kidal ."
    assert spans(only([second]))[1] == ("l' armée attaque", "ATTACK")
    assert only([first]).left_out == {"token-annotation": 1}
    assert [item.name.rpartition("/")[2] for item in (first, second)] == ["list.json:1.1", "list.json:1.2"]


@pytest.mark.parametrize("tags", [["I-GPE"], ["B-GPE", "O"], ["B-GPE", "L-PER"], ["GPE"], ["U-"], [3], ["O", "O", "O"]])
def test_tags_that_are_no_biluo_are_refused(tmp_path: Path, tags: list[Any]) -> None:
    words = ["Gao", "attaque"]
    tokens = [{"orth": word, "ner": tag} for word, tag in zip(words, [*tags, "O"], strict=False)]
    tokens += [{"orth": "", "ner": "L-PER"}] if len(tags) > 2 else []
    line = said(read_list(tmp_path, [{"id": 0, "paragraphs": [{"sentences": [{"tokens": tokens}]}]}]))
    assert "list.json:1" in line
    assert "BILUO" in line


@pytest.mark.parametrize(("name", "kind"), [("train.py", "a Python program"), ("train.pkl", "a pickle")])
def test_what_would_have_to_be_run_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"TRAIN_DATA = []")
    assert kind in said(read(path))


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ([TEXT], "no pair"),
        ([TEXT, [[0, 3, "GPE"]]], "no pair"),
        ([TEXT, {"entities": ["O", "U-GPE"]}], "'entities' holds tags"),
        ({"id": 1, "paragraphs": {}}, "'paragraphs' is a object"),
        ({"id": 1, "paragraphs": [{"sentences": [{"tokens": [1]}]}]}, "a number where an object should be"),
        ({"doc_annotation": {}, "token_annotation": {"ORTH": ["a"]}}, "no ORTH and SPACY"),
        ("x", "a string where an object should be"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(tmp_path: Path, value: object, what: str) -> None:
    line = said(read_list(tmp_path, [[TEXT, {}], value], "spacy"))
    assert what in line
    # A list that begins with a text would be one pair.
    assert ("list.json:2" in line) is True
