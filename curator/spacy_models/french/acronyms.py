"""Acronyms in brackets: which words before or after them they stand for."""

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from curator.spacy_models.french.mentions import mentions
from curator.spacy_models.french.nearby import Nearby
from curator.spacy_models.french.phrases import fold
from curator.spacy_models.french.rule_spans import RuleSpan, propose, proposed, text_of

_S = r"[ \u00a0\u202f]"
_SHORT = r"[A-ZÀ-Þ][\w’'.&-]{1,11}"
_BRACKET = re.compile(
    rf"{_S}?[(\[][«“\"]?{_S}?(?:ex-|dite?{_S})?(?P<short>{_SHORT})(?:[/,;]{_S}?[^)\]\n]{{1,40}})?{_S}?[»”\"]?[)\]]"
)
_UNFOLDED = re.compile(
    rf"(?<![\w@#.-])(?P<short>[A-Z][\w-]{{1,9}}){_S}\((?:l[ae]s?{_S}|l['’])?(?P<long>[A-ZÀ-Þ][^()\n;:]{{8,90}})\)"
)
_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")
_STOP = re.compile(r"[.!?;:«»()\[\]\n\u2028“”\"]")
_SMALL = frozenset(
    {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour", "par", "sur", "dans"}
    | {"contre", "un", "une", "and", "of", "the", "for", "del", "da", "do"}
)
_ARTICLE = re.compile(r"(?:(?<!\w)(?:l[ae]s?|du|des|aux?|L[ae]s?)[ \u00a0\u202f]|(?<!\w)[lL]['’])\Z")
_REACH = 130
_MOST_LETTERS = 4
_LABELS = ("ORG", "FORCE", "WEAPON", "LOC", "NORP")


def bind_acronyms(doc: Doc) -> None:
    """Propose long forms whole, with their acronyms wherever these stand, under the long form's label."""
    text = text_of(doc)
    spans = Nearby(proposed(doc, *_LABELS))
    labels: dict[str, str] = {}
    for match in _BRACKET.finditer(text):
        short = match.group("short")
        long_form = _long_form_before(text, match.start(), short, spans)
        if long_form is not None:
            start, label = long_form
            labels.setdefault(text[start : match.start()].rstrip(), label)
            labels.setdefault(short, label)
    for match in _UNFOLDED.finditer(text):
        long = match.group("long")
        if spells(match.group("short"), [word.group() for word in _WORD.finditer(long)]):
            start, end = match.span("long")
            near = spans.touching(start, end)
            label = next((span.label for span in near if span.start == start and span.end <= end), "ORG")
            labels.setdefault(text[start:end], label)
            labels.setdefault(match.group("short"), label)
    for form, places in mentions(text, sorted(labels)).items():
        rule = "acronym:long" if " " in form else "acronym:short"
        for start in places:
            propose(doc, start, start + len(form), labels[form], 0.94, rule)


def spells(short: str, words: list[str]) -> bool:
    """Say whether the letters of an acronym are taken in order from the beginnings of all the words that count."""
    letters = re.sub(r"[^a-z]", "", fold(short))
    # Each way to go on: how many letters are taken, and how many words may still be left out.
    ways = {(0, 1)}
    for word in map(fold, words):
        ways = {way for taken, leave in ways for way in _ways_on(letters, taken, leave, word)}
    return any(taken == len(letters) for taken, _ in ways)


def _ways_on(letters: str, taken: int, leave: int, word: str) -> Iterator[tuple[int, int]]:
    """Yield the ways to go on behind a word: with letters from its beginning, or without any."""
    rest = letters[taken:]
    for count in range(1, min(_MOST_LETTERS, len(rest), len(word)) + 1):
        if rest[:count] != word[:count]:
            break
        yield taken + count, leave
    if word in _SMALL or word.isdigit():
        yield taken, leave
    elif leave > 0 and len(rest) > 2:
        yield taken, leave - 1


def _long_form_before(text: str, end: int, short: str, spans: Nearby) -> tuple[int, str] | None:
    """Return where the long form of an acronym in brackets starts, and its label."""
    begin = max(0, end - _REACH)
    for stop in _STOP.finditer(text, begin, end):
        begin = stop.end()
    words = list(_WORD.finditer(text, begin, end))
    near = [span for span in spans.touching(begin, end) if span.start >= begin and span.end <= end]
    for at in range(len(words) - 2, max(-1, len(words) - 14), -1):
        start = words[at].start()
        if fold(words[at].group()) in _SMALL or not spells(short, [word.group() for word in words[at:]]):
            continue
        label = next((span.label for span in _longest_first(near) if span.start <= start < span.end), None)
        # A capital in a sentence tells the name of a unit.
        named = label in ("FORCE", "NORP") and _ARTICLE.search(text, max(0, start - 6), start)
        if text[start].isupper() and (label is None or named):
            label = "ORG"
        if label is not None:
            return start, label
    return _in_another_order(text, words, short)


def _in_another_order(text: str, words: list[re.Match[str]], short: str) -> tuple[int, str] | None:
    """Return the organisation whose foreign acronym takes its letters in another order of words.

    Such a name starts with the capital that an article goes before, and most of the letters begin a word of it.
    """
    letters = {char for char in fold(short) if char.isalpha()}
    for at in range(max(0, len(words) - 10), len(words) - 2):
        start = words[at].start()
        if (
            not text[start].isupper()
            or not _ARTICLE.search(text, max(0, start - 6), start)
            or "," in text[start : words[-1].end()]
        ):
            continue
        initials = {fold(word.group())[0] for word in words[at:]}
        if len(letters - initials) * 5 <= len(letters) * 2 and len(letters) > 1:
            return start, "ORG"
    return None


def _longest_first(spans: list[RuleSpan]) -> Iterator[RuleSpan]:
    yield from sorted(spans, key=lambda span: (span.start - span.end, -span.score))
