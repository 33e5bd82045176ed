"""The tokens of texts for formats that are made of tokens."""

import re
from itertools import accumulate

from spacy.lang.lex_attrs import is_punct
from spacy.pipeline import Sentencizer

from curator.spacy_models.french.tokenizer import token_borders
from curator.steps.ports.formats import FormatTokens, Tokenize

_BLANKS = re.compile(r"(\s+)")
_REMEMBERED, _LONGEST_REMEMBERED = 50_000, 50
_WORD, _PUNCTUATION, _END = range(3)
_LONGEST_TITLE = 3
_Cut = tuple[tuple[int, int, int], ...]
"""The tokens of a stretch: where each starts and ends in it, and of which kind it is."""
_ONE_WORD: _Cut = ((0, 0, _WORD),)
"""Stands for a stretch that is one word, as most are."""


def french_tokens() -> Tokenize:
    """Return the French tokenizer, with sentences as spaCy's sentencizer cuts them; blank tokens are left out."""
    return _FrenchTokens(Sentencizer())


class _FrenchTokens:
    """Says what the tokenizer and the sentencizer say, many times faster.

    A token never reaches across white space, so a stretch between two is cut once, however often it comes again.
    """

    def __init__(self, sentencizer: Sentencizer) -> None:
        self._ends = frozenset(sentencizer.punct_chars)
        self._cut: dict[str, _Cut] = {}

    def __call__(self, text: str) -> FormatTokens:
        pieces = _BLANKS.split(text)
        borders = list(accumulate(map(len, pieces), initial=0))
        begins, stops = borders[::2], borders[1::2]
        get, cut_anew = self._cut.get, self._cut_anew
        cuts = [get(stretch) or cut_anew(stretch) for stretch in pieces[::2]]
        starts: list[int] = []
        ends: list[int] = []
        sentences = [0]
        ended, taken = False, 0
        for place in [place for place, cut in enumerate(cuts) if cut is not _ONE_WORD] + [len(cuts)]:
            if taken < place:
                # One word a stretch, up to here.
                if ended:
                    sentences.append(len(starts))
                    ended = False
                starts += begins[taken:place]
                ends += stops[taken:place]
            if place == len(cuts):
                break
            taken, at = place + 1, begins[place]
            for first, last, kind in cuts[place]:
                if kind == _END:
                    ended = True
                elif ended and kind == _WORD:
                    sentences.append(len(starts))
                    ended = False
                starts.append(at + first)
                ends.append(at + last)
            # White space but for one plain blank is a token of its own, at which a new sentence begins.
            if ended and pieces[2 * place + 1 : 2 * place + 2] != [" "]:
                sentences.append(len(starts))
                ended = False
        if sentences[-1] == len(starts):
            sentences.pop()
        return FormatTokens(starts, ends, sentences)

    def _cut_anew(self, stretch: str) -> _Cut:
        # Letters alone are one word.
        cut = _ONE_WORD if stretch.isalpha() else self._tokens(stretch)
        if len(stretch) <= _LONGEST_REMEMBERED:
            if len(self._cut) >= _REMEMBERED:
                self._cut.clear()
            self._cut[stretch] = cut
        return cut

    def _tokens(self, stretch: str) -> _Cut:
        if not stretch:
            return ()
        word, mark = stretch[:-1], len(stretch) - 1
        # So are those before a comma, and before a full stop those of more letters than an abbreviated title has.
        if word.isalpha() and (stretch[mark] == "," or (stretch[mark] == "." and mark > _LONGEST_TITLE)):
            return ((0, mark, _WORD), (mark, mark + 1, self._kind(stretch[mark])))
        return tuple((start, end, self._kind(stretch[start:end])) for start, end in token_borders(stretch))

    def _kind(self, token: str) -> int:
        if token in self._ends:
            return _END
        return _PUNCTUATION if is_punct(token) else _WORD
