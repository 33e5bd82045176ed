"""A tokenizer for French news: fine enough that rules on the text always find token borders."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spacy.tokens import Doc
from spacy.vocab import Vocab

from curator.spacy_models.french.rule_spans import remember_text

_LETTER = r"[^\W\d_]"
# Combining marks belong to the letter before them.
_WORD = rf"{_LETTER}[^\W\d_\u0300-\u036f]*(?:[\u0300-\u036f]+{_LETTER}*)*"
_CLITIC = r"-(?:t-)?(?:ils?|elles?|on|je|tu|nous|vous|ce|le|la|les|lui|leur|y|en|moi|ci|là)(?![\w-])"
_TOKEN = re.compile(
    rf"""
      [Aa]ujourd['’]hui\b
    | \b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu)['’](?=\w)
    | (?-i:\b(?:MM?|Dr|Pr|Mgr|Me|St|Ste|[A-ZÀ-Þ])\.)
    | {_CLITIC}
    | {_WORD}(?:(?!{_CLITIC})-(?-i:(?![A-ZÀ-Þ])){_WORD})*
    | \d+(?:[.,]\d+)*
    | (?:(?!\ )\s)+
    | .
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def token_borders(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each token begins and ends; white space is never in one token with anything else."""
    return (match.span() for match in _TOKEN.finditer(text))


class FrenchTokenizer:
    """Cuts any text into tokens that join to exactly that text again.

    Elisions (with either apostrophe), clitics after a verb, numbers, punctuation and every white space but the plain
    blank are tokens of their own; hyphenated words and abbreviated titles stay whole.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for match in _TOKEN.finditer(text):
            word = match.group()
            if word == " " and spaces and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
            else:
                words.append(word)
                spaces.append(False)
        doc = Doc(self.vocab, words=words, spaces=spaces)
        remember_text(doc, text)
        return doc

    def to_bytes(self, **kwargs: Any) -> bytes:
        """Return nothing: the tokenizer has no state."""
        return b""

    def from_bytes(self, data: bytes, **kwargs: Any) -> "FrenchTokenizer":
        return self

    def to_disk(self, path: str | Path, **kwargs: Any) -> None:
        """Write nothing: the tokenizer has no state."""

    def from_disk(self, path: str | Path, **kwargs: Any) -> "FrenchTokenizer":
        return self
