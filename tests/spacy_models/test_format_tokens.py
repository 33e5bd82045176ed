"""The tokens of formats are those of the pipelines, and their sentences the sentencizer's."""

from functools import cache

import spacy
from hypothesis import example, given
from hypothesis import strategies as st
from spacy.language import Language

from curator.spacy_models.format_tokens import french_tokens
from curator.spacy_models.french.tokenizer import FrenchTokenizer
from curator.steps.ports.formats import FormatToken, Tokenize
from tests.properties.test_no_span_misplaced import NEWS, TEXTS

_SENTENCES = (
    *("Il part.", "Oui,", "a,b", "« Non ! »", "dit-il", "...", "?!", "。", "M. Aubrac", "A.", "Mgr.", "Abbé.", "d."),
    *("\n\n", "  ", " ", "\u00a0"),
)


@cache
def _pipeline() -> Language:
    nlp = spacy.blank("fr")
    nlp.tokenizer = FrenchTokenizer(nlp.vocab)
    nlp.add_pipe("sentencizer")
    return nlp


@cache
def _tokens() -> Tokenize:
    return french_tokens()


def _of_pipeline(text: str) -> list[FormatToken]:
    tokens: list[FormatToken] = []
    begins = True
    for token in _pipeline()(text):
        begins = begins or bool(token.is_sent_start)
        if not token.is_space:
            tokens.append(FormatToken(token.idx, token.idx + len(token), begins))
            begins = False
    return tokens


@given(TEXTS | NEWS | st.lists(st.sampled_from(_SENTENCES)).map("".join))
@example("Il part.\n\n« Non ! » dit-il.  Puis\u00a0: rien. ")
def test_they_are_those_of_the_pipeline(text: str) -> None:
    assert list(_tokens()(text)) == _of_pipeline(text)


def test_a_text_of_many_words_is_cut_as_a_short_one_is() -> None:
    words = [f"mot{number}. L'an{number}" for number in range(60_000)]
    tokens = _tokens()(" ".join(words))
    assert len(tokens) == 6 * len(words)
    assert list(_tokens()(words[-1]))[-1].begins_sentence == tokens[-1].begins_sentence
    assert list(_tokens()(" ".join(words[:9]))) == _of_pipeline(" ".join(words[:9]))


def test_one_token_and_some_of_them_are_what_all_of_them_are() -> None:
    tokens = _tokens()("Il part. Elle l'attend.")
    assert [tokens[place] for place in range(len(tokens))] == list(tokens)
    assert tokens[-1] == list(tokens)[-1]
    assert tokens[3:5] == [FormatToken(9, 13, True), FormatToken(14, 16, False)]
