"""What GLiNER is trained on and finds, by hand from its published descriptions: it does not run here."""

from pathlib import Path
from typing import Any

import pytest

from tests.files.imports.json_values import only, read_lines, read_list, said, spans

WORDS = ["Gao", ":", "l'armée", "attaque", "Kidal", "."]


@pytest.mark.parametrize("reading", [read_lines, read_list])
def test_words_are_joined_and_the_last_of_a_span_is_in_it(tmp_path: Path, reading: Any) -> None:
    document = only(reading(tmp_path, [{"tokenized_text": WORDS, "ner": [[2, 3, "ATTACK"], [4, 4, "GPE"]]}]))
    assert document.text == "Gao : l'armée attaque Kidal ."
    assert spans(document) == [("l'armée attaque", "ATTACK"), ("Kidal", "GPE")]


def test_words_are_looked_for_in_a_text(tmp_path: Path) -> None:
    text = "Gao :\nl'armée  attaque Kidal."
    example = {"text": text, "tokenized_text": WORDS, "ner": [[2, 3, "ATTACK"]], "relations": [[0, 0, "place"]]}
    document = only(read_list(tmp_path, [example]))
    assert (document.text, spans(document)) == (text, [("l'armée  attaque", "ATTACK")])
    assert document.annotations[0].body["relations"] == [{"head": 0, "child": 0, "label": "place"}]


def test_what_the_model_found_in_a_text(tmp_path: Path) -> None:
    entity = {"start": 0, "end": 3, "text": "Gao", "label": "GPE", "score": 0.93}
    for key in ("entities", "ner"):
        document = only(read_lines(tmp_path, [{"text": "Gao attaque.", key: [entity]}]))
        assert spans(document) == [("Gao", "GPE")]
        assert not document.meta


@pytest.mark.parametrize(
    ("example", "what"),
    [
        ({"tokenized_text": WORDS, "ner": [[2, 6, "ATTACK"]]}, "word 6, and the text has 6 words"),
        ({"tokenized_text": WORDS, "ner": [[True, 2, "ATTACK"]]}, "word True"),
        ({"tokenized_text": WORDS, "ner": ["ATTACK"]}, "holds a string that is no span"),
        ({"tokenized_text": WORDS, "ner": {"a": 1}}, "'ner' is a object"),
        ({"tokenized_text": [1], "ner": []}, "no list of texts"),
        ({"tokenized_text": WORDS, "ner": [], "text": "Gao attaque."}, "no word ':' where it should be"),
        ({"tokenized_text": ["Gao"], "ner": [], "text": "Gao", "word_offsets": [[0, 9]]}, "no places in the text"),
        ({"tokenized_text": ["Gao"], "ner": [], "text": ["Gao"]}, "text is a list"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(tmp_path: Path, example: object, what: str) -> None:
    line = said(read_list(tmp_path, [{"tokenized_text": WORDS, "ner": []}, example]))
    assert what in line
    assert "list.json:2" in line
