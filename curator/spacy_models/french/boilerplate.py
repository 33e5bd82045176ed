"""Lines of a page that are not the article: navigation, share buttons, English captions."""

import re
from collections import defaultdict
from collections.abc import Iterator

from spacy.tokens import Doc

from curator.spacy_models.compiled import compiled
from curator.spacy_models.french.lexicon import read_lexicon
from curator.spacy_models.french.rule_spans import silence, text_of

_LINE = re.compile(r"[^\n\u2028\u2029]+")
_RUN = re.compile(r"(?P<words>[^.!?]++)(?P<whole>[.!?]*+(?=\s|\Z))?")
_LAST_BLANK = re.compile(r".*\s")
_WORD = re.compile(r"[^\W\d_]+")
_BAR_LENGTH = 14
_SHORTEST_LINE, _SHORTEST_SENTENCE = 4, 6


class Boilerplate:
    """Silences navigation lines whole, and English text sentence by sentence where a line mixes languages.

    Its words are the lexicon `page_words`: beginnings of navigation lines, rubrics of a breadcrumb, names of buttons,
    and the function words that tell English from French.
    """

    def __init__(self, lexicons: str) -> None:
        words: dict[str, list[str]] = defaultdict(list)
        for entry in read_lexicon(lexicons, "page_words"):
            words[entry["label"]].append(entry["pattern"])
        rubric = rf"(?:{'|'.join(words['RUBRIC'])})(?:(?:\s+[/>›»|]\s+|\t+)[^/>›»|\t]{{3,30}}){{1,6}}\s*$"
        navigation = rf"(?:{'|'.join(words['NAVIGATION'])})(?!\w)"
        with compiled("boilerplate", lexicons) as kept:
            self._navigation = kept.expression(rf"(?:\A|\|)[^\w«\"“]{{0,20}}(?:{rubric}|{navigation})", re.IGNORECASE)
        self._buttons = frozenset(words["BUTTON"])
        self._english = frozenset(words["ENGLISH"])
        self._french = frozenset(words["FRENCH"])

    def __call__(self, doc: Doc) -> Doc:
        for line in _LINE.finditer(text_of(doc)):
            text = line.group()
            words = [word.lower() for word in _WORD.findall(text)]
            bar = 0 < len(words) <= _BAR_LENGTH and sum(word in self._buttons for word in words) * 2 >= len(words)
            navigation = self._navigation.search(text)
            if navigation:
                silence(doc, line.start() + navigation.start(), line.end())
            if bar or self._is_english(words, _SHORTEST_LINE):
                silence(doc, line.start(), line.end())
                continue
            for start, end in _sentences(text):
                spoken = [word.lower() for word in _WORD.findall(text, start, end)]
                if self._is_english(spoken, _SHORTEST_SENTENCE):
                    silence(doc, line.start() + start, line.start() + end)
        return doc

    def _is_english(self, words: list[str], least: int) -> bool:
        """Say whether at least some words hold clearly more English function words than French ones."""
        english = sum(word in self._english for word in words)
        french = sum(word in self._french for word in words)
        return len(words) >= least and english >= 2 and english > 2 * french and english * 8 >= len(words)


def _sentences(line: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a line; of one whose stop stands within a word, what goes before that word."""
    for run in _RUN.finditer(line):
        start, end = run.span()
        if run["whole"] is None:
            blank = _LAST_BLANK.match(line, start, end)
            end = start if blank is None else blank.end() - 1
        if start < end:
            yield start, end
