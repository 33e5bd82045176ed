import re

from hypothesis import given
from hypothesis import strategies as st

from curator.spacy_models.french.scan import any_of, caseless, lowered, matches_at, whole_words, word_starts

WORDS = st.lists(st.sampled_from(["char", "chars", "léger", "-", " ", "x", "Char", ",", "\n", "é"]), max_size=30)
HEADS = ["chars?", "léger", "chars? légers?"]


@given(st.text())
def test_lower_case_keeps_every_place(text: str) -> None:
    assert len(lowered(text)) == len(text)


def test_an_expression_for_lowered_text_keeps_its_escapes_and_names() -> None:
    pattern = caseless(r"(?P<Unit>Brigade)\W[A-ZÀ]+\S")
    assert pattern == r"(?P<Unit>brigade)\W[a-zà]+\S"
    assert re.fullmatch(pattern, lowered("BRIGADE ALPHA"))


@given(WORDS.map("".join))
def test_one_look_for_all_heads_finds_what_a_look_for_each_finds(text: str) -> None:
    places = word_starts(re.compile(any_of(HEADS)), text)
    for head in HEADS:
        pattern = re.compile(rf"(?:{head})(?![\w-])")
        together = [match.span() for match in matches_at(pattern, text, places)]
        assert together == [match.span() for match in whole_words(pattern, text)]


def test_nothing_to_look_for_is_found_nowhere() -> None:
    assert word_starts(re.compile(any_of([])), "des chars légers") == []
