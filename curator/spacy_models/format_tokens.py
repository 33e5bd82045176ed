"""The tokens of texts for formats that are made of tokens."""

import re
from collections.abc import Iterable

import spacy
from spacy.lang.lex_attrs import is_punct
from spacy.pipeline import Sentencizer

from curator.spacy_models.french.tokenizer import token_borders
from curator.steps.ports.formats import FormatTokens, Tokenize

_BLANKS = re.compile(r"(\s+)")
_REMEMBERED = 50_000
_WORD, _PUNCTUATION, _END = range(3)


def french_tokens() -> Tokenize:
    """Return the French tokenizer, with sentences as spaCy's sentencizer cuts them; blank tokens are left out."""
    return _FrenchTokens(spacy.blank("fr").create_pipe("sentencizer"))


class _FrenchTokens:
    """Says what the tokenizer and the sentencizer say, many times faster.

    A token never reaches across white space, so a stretch between two is cut once, however often it comes again.
    """

    def __init__(self, sentencizer: Sentencizer) -> None:
        self._ends = frozenset(sentencizer.punct_chars)
        self._cut: dict[str, tuple[tuple[int, int, int], ...]] = {}

    def __call__(self, text: str) -> FormatTokens:
        starts: list[int] = []
        ends: list[int] = []
        sentences = [0]
        cut = self._cut
        at, ended = 0, False
        pieces = iter(_BLANKS.split(text))
        for stretch in pieces:
            if stretch:
                for start, end, kind in cut.get(stretch) or self._cut_anew(stretch):
                    if kind == _END:
                        ended = True
                    elif ended and kind == _WORD:
                        sentences.append(len(starts))
                        ended = False
                    starts.append(at + start)
                    ends.append(at + end)
                at += len(stretch)
            blanks = next(pieces, "")
            at += len(blanks)
            # White space but for one plain blank is a token of its own, at which a new sentence begins.
            if ended and blanks != " ":
                sentences.append(len(starts))
                ended = False
        if sentences[-1] == len(starts):
            sentences.pop()
        return FormatTokens(starts, ends, sentences)

    def _cut_anew(self, stretch: str) -> tuple[tuple[int, int, int], ...]:
        cut = tuple((start, end, self._kind(stretch[start:end])) for start, end in self._borders(stretch))
        if len(self._cut) >= _REMEMBERED:
            self._cut.clear()
        self._cut[stretch] = cut
        return cut

    def _borders(self, stretch: str) -> Iterable[tuple[int, int]]:
        # Letters alone are one word, and most stretches are that, with a comma perhaps.
        if stretch.isalpha():
            return ((0, len(stretch)),)
        if stretch[-1] == "," and stretch[:-1].isalpha():
            return ((0, len(stretch) - 1), (len(stretch) - 1, len(stretch)))
        return token_borders(stretch)

    def _kind(self, token: str) -> int:
        if token in self._ends:
            return _END
        return _PUNCTUATION if is_punct(token) else _WORD
