"""French lemmas of single words, without any context."""

from functools import lru_cache

import simplemma

_LONGEST_WORD = 60
"""Longer than any word there is; the library's rules take quadratic time on what is longer still."""


@lru_cache(maxsize=100_000)
def french_lemma(word: str) -> str:
    """Implements the port `Lemma` for French."""
    form = word.lower()
    return form if not 0 < len(form) <= _LONGEST_WORD else simplemma.lemmatize(form, lang="fr").lower()
