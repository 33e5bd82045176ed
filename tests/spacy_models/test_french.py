"""The tokenizer, the lexicon reader, phrases and the choice among candidates."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab

from curator.domain.errors import CuratorError
from curator.spacy_models.french.lexicon import either, inflections, lemmas, read_lexicon
from curator.spacy_models.french.phrases import Phrases
from curator.spacy_models.french.resolve import Resolver
from curator.spacy_models.french.rule_spans import propose, silence
from curator.spacy_models.french.tokenizer import FrenchTokenizer

TOKENIZE = FrenchTokenizer(Vocab())


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("l'ami d’Anne", ["l'", "ami", "d’", "Anne"]),
        ("jusqu’ici aujourd’hui", ["jusqu’", "ici", "aujourd’hui"]),
        ("«\u00a0Non\u202f»", ["«", "\u00a0", "Non", "\u202f", "»"]),
        ("M. Roy a-t-il dit", ["M.", "Roy", "a", "-t-il", "dit"]),
        ("le cessez-le-feu", ["le", "cessez-le-feu"]),
        ("Liban-Syrie", ["Liban", "-", "Syrie"]),
        ("3.000 à 20h30", ["3.000", "à", "20", "h", "30"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert [token.text for token in TOKENIZE(text)] == tokens


@given(st.text())
def test_tokens_join_to_the_text(text: str) -> None:
    assert TOKENIZE(text).text == text


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        (inflections("malien"), {"malien", "maliens", "malienne", "maliennes"}),
        (inflections("turc", "turque"), {"turc", "turcs", "turque", "turques"}),
        (inflections("français"), {"français", "française", "françaises"}),
        (inflections("national"), {"national", "nationaux", "nationale", "nationales"}),
        (inflections("russe"), {"russe", "russes"}),
    ],
)
def test_inflections(forms: set[str], expected: set[str]) -> None:
    assert forms == expected


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("déclarèrent", "déclarer"), ("tuées", "tuer"), ("rompue", "rompre"), ("détenus", "détenir"), ("trêves", "trêve")],
)
def test_lemmas(form: str, lemma: str) -> None:
    assert lemma in lemmas(form)


@settings(max_examples=50)
@given(st.sets(st.text(alphabet="abcé-.", min_size=1, max_size=6), min_size=1))
def test_either_matches_each_word_whole(words: set[str]) -> None:
    pattern = re.compile(either(words))
    for word in words:
        match = pattern.match(word)
        assert match is not None
        assert match.group() == word


def test_phrases_are_found_whatever_accents_and_spaces() -> None:
    phrases: Phrases[str] = Phrases()
    phrases.add("Côte d'Ivoire", "country")
    phrases.add("EI", "group")
    doc = TOKENIZE("La COTE D’IVOIRE, la Côte\u00a0d’Ivoire, la côte d'ivoire, l'EI et ei.")
    assert [doc.text[start:end] for start, end, _ in phrases.find(doc)] == [
        "COTE D’IVOIRE",
        "Côte\u00a0d’Ivoire",
        "EI",
    ]


def test_the_longest_candidate_wins_then_the_better() -> None:
    doc = TOKENIZE("la mer Noire est")
    propose(doc, 3, 12, "LOC", 0.4, "long")
    propose(doc, 7, 12, "NORP", 0.9, "short")
    propose(doc, 3, 13, "ORG", 0.3, "blank edge")
    Resolver()(doc)
    assert [(span.text, span.label_) for span in doc.ents] == [("mer Noire", "LOC")]
    assert doc.user_data[("curator", "entities", 3, 12)] == (0.4, "long")  # type: ignore[index]


def test_events_are_not_found_inside_names_and_nothing_in_silence() -> None:
    doc = TOKENIZE("Front de libération. Une trêve. Une trêve.")
    propose(doc, 0, 19, "ORG", 0.9, "name")
    propose(doc, 9, 19, "RELEASE", 0.9, "inside", "events")
    propose(doc, 25, 30, "CEASEFIRE", 0.9, "heard", "events")
    propose(doc, 36, 41, "CEASEFIRE", 0.9, "silent", "events")
    silence(doc, 32, 42)
    Resolver()(doc)
    assert [(span.start_char, span.label_) for span in doc.spans["events"]] == [(25, "CEASEFIRE")]


def test_a_candidate_inside_a_token_takes_the_token() -> None:
    doc = TOKENIZE("hors-sol")
    propose(doc, 1, 3, "LOC", 0.5, "cut")
    Resolver()(doc)
    assert [span.text for span in doc.ents] == ["hors-sol"]


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}'])
def test_a_bad_lexicon_line_is_reported(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.jsonl").write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(CuratorError, match=r"x\.jsonl:2"):
        list(read_lexicon(tmp_path, "x"))


def test_a_missing_lexicon_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CuratorError, match=r"paths\.lexicons"):
        list(read_lexicon(tmp_path, "x"))
