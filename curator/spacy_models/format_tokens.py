"""The tokens of texts for formats that are made of tokens."""

from collections.abc import Sequence

import spacy

from curator.spacy_models.french.tokenizer import FrenchTokenizer
from curator.steps.ports.formats import FormatToken, Tokenize


def french_tokens() -> Tokenize:
    """Return the French tokenizer, with sentences as spaCy's sentencizer cuts them; blank tokens are left out."""
    nlp = spacy.blank("fr")
    nlp.tokenizer = FrenchTokenizer(nlp.vocab)
    nlp.add_pipe("sentencizer")
    # The limit is for models that take memory by the length of a text.
    nlp.max_length = 1 << 40

    def tokenize(text: str) -> Sequence[FormatToken]:
        tokens: list[FormatToken] = []
        begins = True
        for token in nlp(text):
            begins = begins or bool(token.is_sent_start)
            if not token.is_space:
                tokens.append(FormatToken(token.idx, token.idx + len(token), begins))
                begins = False
        return tokens

    return tokenize
