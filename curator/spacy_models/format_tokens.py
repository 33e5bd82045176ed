"""The tokens of texts for formats that are made of tokens."""

from collections.abc import Sequence

import spacy
from spacy.language import Language

from curator.spacy_models.french.tokenizer import FrenchTokenizer
from curator.steps.ports.formats import FormatToken, Tokenize

_FORGOTTEN_AFTER = 4_000_000
"""The number of characters after which a new vocabulary is begun: one holds every word that it has ever seen."""


def french_tokens() -> Tokenize:
    """Return the French tokenizer, with sentences as spaCy's sentencizer cuts them; blank tokens are left out."""
    nlp, seen = _new_pipeline(), 0

    def tokenize(text: str) -> Sequence[FormatToken]:
        nonlocal nlp, seen
        if seen > _FORGOTTEN_AFTER:
            nlp, seen = _new_pipeline(), 0
        seen += len(text)
        tokens: list[FormatToken] = []
        begins = True
        for token in nlp(text):
            begins = begins or bool(token.is_sent_start)
            if not token.is_space:
                tokens.append(FormatToken(token.idx, token.idx + len(token), begins))
                begins = False
        return tokens

    return tokenize


def _new_pipeline() -> Language:
    nlp = spacy.blank("fr")
    nlp.tokenizer = FrenchTokenizer(nlp.vocab)
    nlp.add_pipe("sentencizer")
    # The limit is for models that take memory by the length of a text.
    nlp.max_length = 1 << 40
    return nlp
