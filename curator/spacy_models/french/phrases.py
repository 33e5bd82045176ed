"""Looking up many fixed phrases in a text at once."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from spacy.tokens import Doc

from curator.spacy_models.french.rule_spans import text_of

_TOKEN = re.compile(r"\w+(?:[-\u2010\u2011]\w+)*|[^\w\s]")
_ACCENTED = {char: unicodedata.normalize("NFD", char)[0] for char in map(chr, range(0xC0, 0x250))}
_FOLDED = str.maketrans(_ACCENTED | {"’": "'", "ʼ": "'", "‐": "-", "‑": "-", "œ": "oe", "Œ": "OE", "æ": "ae"})

_ARTICLE = re.compile(r"L(?:[ae] |es |['’])(?=\S)")

Value = TypeVar("Value")

Table = dict[str, dict[str, dict[tuple[str, ...], list[tuple[str, Value]]]]]
"""Phrases with their values, by the first folded word, by the second, by all but the first."""


def fold(text: str) -> str:
    """Return a text in lower case without accents, with straight apostrophes and plain hyphens."""
    if text.isascii():
        return text.lower()
    text = text.translate(_FOLDED)
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


class FoldedToken(NamedTuple):
    """A word or sign of a text: where it is, and its folded form."""

    start: int
    end: int
    form: str


def folded_tokens(text: str) -> list[FoldedToken]:
    """Return the words and signs of a text in order, white space left out."""
    return [FoldedToken(match.start(), match.end(), fold(match.group())) for match in _TOKEN.finditer(text)]


class Phrases(Generic[Value]):
    """Phrases with a value each, found whatever their accents, apostrophes and spaces.

    Built in one pass without making documents of the phrases, which is what lets it hold every larger city.
    """

    def __init__(self, table: "Table[Value] | None" = None) -> None:
        self.table: Table[Value] = {} if table is None else table

    def add(self, phrase: str, value: Value) -> None:
        """Add a phrase; capitals in it ask for capitals in the text."""
        forms = tuple(token.form for token in folded_tokens(phrase))
        if forms:
            second = forms[1] if len(forms) > 1 else ""
            rests = self.table.setdefault(forms[0], {}).setdefault(second, {})
            rests.setdefault(forms[1:], []).append((phrase, value))

    def find(self, doc: Doc, tokens: list[FoldedToken] | None = None) -> Iterator[tuple[int, int, Value]]:
        """Yield start and end in characters and the value of every phrase in the document, nested ones too.

        `tokens` are those of its text, where the caller has them.
        """
        text = text_of(doc)
        tokens = folded_tokens(text) if tokens is None else tokens
        for at, token in enumerate(tokens):
            seconds = self.table.get(token.form)
            if seconds is None:
                continue
            following = tokens[at + 1].form if at + 1 < len(tokens) else ""
            for second in ("", following) if following else ("",):
                for rest, entries in seconds.get(second, {}).items():
                    end = tokens[at + len(rest)].end if at + len(rest) < len(tokens) else -1
                    if end < 0 or any(tokens[at + 1 + i].form != form for i, form in enumerate(rest)):
                        continue
                    for phrase, value in entries:
                        if _same_case(phrase, text[token.start : end]):
                            yield token.start, end, value
                            break


def _same_case(phrase: str, words: str) -> bool:
    """Say whether the text has capitals where the phrase needs them: acronyms all, names the first letter."""
    if phrase.isupper():
        return words.isupper()
    # « La réunion » is no island.
    article = _ARTICLE.match(phrase)
    if article and phrase[article.end()].isupper() and not words[article.end() :][:1].isupper():
        return False
    return not phrase[0].isupper() or words[0].isupper()
