"""Persons: names known by a title, a first name, an apposition, or an earlier full name."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc

from curator.spacy_models.compiled import compiled
from curator.spacy_models.french.lexicon import demonyms, either, first_names, is_word, read_lexicon
from curator.spacy_models.french.mentions import mentions
from curator.spacy_models.french.nearby import Nearby
from curator.spacy_models.french.phrases import fold
from curator.spacy_models.french.rule_spans import propose, proposed, text_of

_S = r"[ \u00a0\u202f]"
_CAP = r"(?:[A-ZÀ-Þ](?:[’']?[^\W\d_]+|(?=\.))(?:-[^\W\d_]+)*\.?(?:(?<=\b[A-ZÀ-Þ]\.)|(?<!\.)))"
_PARTICLES = "de van von bin ben ibn ould ag di da dos del der den le la el al du"
_PARTICLE = (
    rf"(?:(?:de{_S}la|de{_S}los|van{_S}der|van{_S}den|von{_S}der|{_PARTICLES.replace(' ', '|')}){_S}"
    r"|d['’]|(?:al|el|ad|an|ar|as|at|ash|ach|ul)-)"
)
# An elision may go before a name, not a letter or a sign that joins words.
_BORDER = r"(?<![\w@#./-])(?:(?<![’'])|(?<=\b[dDlLnNsSjJcCmMtT][’'])|(?<=\b[Qq]u[’']))"
_NAME = re.compile(rf"{_BORDER}(?:(?:al|el|as|ad)-)?{_CAP}(?:(?:{_S}{_PARTICLE}?|{_S}?(?<=\.)){_CAP})*(?![\w-])")
_INITIALS = re.compile(
    rf"(?<![\w@#./-])(?:[A-ZÀ-Þ][a-zà-ÿ]{{0,2}}\.{_S}?){{1,3}}(?:-[A-Z]\.)?(?=\s*(?:$|\n|et\b|,|:|avec\b))"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?…:]|[(«“\"\n–—-])[\s«“\"\u00a0\u202f]*$")
_SAYS = re.compile(
    rf"{_S}(?:a|ont|avait){_S}(?:\w+{_S})?(?:déclar|annonc|affirm|indiqu|estim|dit|assur|ajout|soulign|appel|rappel|expliqu)"
    rf"|{_S}\(|,{_S}\d\d{_S}ans"
)
# Before an unknown name these tell a place, an organisation or a thing.
_NO_PERSON = re.compile(
    rf"(?:(?<![\w-])(?:l[ae]s?|du|des|aux?|une?|cette|ce|cet|en|à|vers|depuis|dans|sur|sous)|abords{_S}de|villages?{_S}de"
    rf"|villes?{_S}de|localité{_S}de|(?:nord|sud|est|ouest|près|proche|autour|hôpital|camps?|base|quartier|région|province"
    rf"|contrôle){_S}de){_S}[«“\"]?{_S}?\Z"
    r"|(?<!\w)[lL]['’]\Z"
    rf"|(?:\b(?:nord|sud|est|ouest|près|villes?|villages?|camps?|abords){_S}d['’])\Z"
    rf"|\b(?:pris|repris|coalition|mouvement|groupe|parti|organisation|opération|journal|chaîne|agence|gang|milice|brigade"
    rf"|katiba|pétrolier|cargo|navire|bateau|paquebot|ferry|chalutier|remorqueur|voilier|vraquier|porte-conteneurs|hôtel|oléoduc|gazoduc|exercice|traité|accord|manœuvres|tempête|cyclone|ouragan|typhon|tropicale|film|affaire|prison"
    rf"|hôpital|lycée|collège|université|société|compagnie|entreprise|ONG|association|site|quotidien|magazine)(?:{_S}[a-zà-ÿ]+s?)?{_S}[«“\"]?{_S}?\Z",
    re.IGNORECASE,
)
_DETERMINERS = frozenset(
    {"le", "la", "les", "un", "une", "des", "ce", "cet", "cette", "ces", "au", "aux", "du", "en", "oui", "non"}
)
_ALIAS = re.compile(
    r"\b(?:dite?|alias|surnommée?|surnom(?: de)?|nom de guerre)\s+[«\"“]\s?(?P<alias>[A-ZÀ-Þ][^»\"”\n]{1,30}?)\s?[»\"”]"
)
_BLANKS = " \u00a0\u202f"
_COLON = re.compile(rf"{_S}*:")
_ELIDED = re.compile(r"(?:[LDNSJMC]|Qu)['’]")
_LONGEST_NAME = 5
_LONGEST_WORD = 60
_BYLINE_LENGTH = 45


class _Cue(NamedTuple):
    score: float
    rule: str


class People:
    """Proposes PER from the lexicons `titles` and `first_names` and from what stands around a capitalised name."""

    def __init__(self, lexicons: str) -> None:
        with compiled("people", lexicons) as kept:
            self._first = kept.value("first_names", lambda: first_names(lexicons))
            self._peoples = kept.value("demonyms", lambda: demonyms(lexicons))
            patterns = kept.value("patterns", lambda: self._patterns(lexicons))
            expressions = [kept.expression(pattern, re.IGNORECASE) for pattern in patterns]
        self._title_word, self._title, self._office, self._apposed = expressions

    def _patterns(self, lexicons: str) -> list[str]:
        """Return what a title is, what goes before a name, an office and its field, and an apposition."""
        titles: dict[str, list[str]] = defaultdict(list)
        for entry in read_lexicon(lexicons, "titles"):
            titles[entry["label"]].append(entry["pattern"])
        title = rf"(?:ex-|vice-)?(?:{'|'.join(titles['TITLE'])})"
        adjective = rf"(?:{either(self._peoples)}|[a-zà-ÿ-]+(?:al|el|ien|ais|ois|ique|aire|ain|if)e?)"
        article = rf"(?:l[ae]{_S}|une?{_S}|l['’]|son{_S}|sa{_S}|leur{_S}|ancien(?:ne)?{_S})?"
        return [
            rf"{title}\Z",
            rf"(?<![\w-]){title}(?:{_S}{adjective})?{_S}[«“\"]?{_S}?\Z",
            # A title with its field: « ministre de la Défense, X ».
            rf"(?<![\w-]){title}\b[^.,;:«»()\n]{{0,90}},?{_S}\Z",
            rf",{_S}{article}(?:vice-|ex-)?(?:{'|'.join(titles['ROLE'])})",
        ]

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        overlapping = Nearby(proposed(doc, "GPE", "LOC", "ORG", "NORP", "DATE"))
        known: dict[str, int] = {}
        for match in _NAME.finditer(text):
            start, end = self._bounds(text, match.start(), match.end())
            start = self._after_owner(text, start, end, overlapping)
            cue = self._cue(text, start, end, overlapping) if start < end else None
            if cue is not None:
                propose(doc, start, end, "PER", cue.score, cue.rule)
                _remember(text[start:end], end, known)
        _propose_again(doc, known)
        for match in _ALIAS.finditer(text):
            propose(doc, match.start("alias"), match.end("alias"), "PER", 0.8, "person:alias")
        for start, end in _bylines(text):
            propose(doc, start, end, "PER", 0.6, "person:initials")
        return doc

    def _bounds(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Return the name without title, article, or a word that has its capital from the sentence start."""
        while start < end:
            word = _word_at(text, start, end)
            rest = start + len(word)
            while rest < end and text[rest] in _BLANKS:
                rest += 1
            named = fold(word.rstrip(".")) in self._first
            elided = _ELIDED.match(word)
            if elided:
                rest = start + elided.end()
            elif word.islower():
                pass
            elif word.lower() in _DETERMINERS:
                if rest < end and not _opens_sentence(text, start) and not is_word(_word_at(text, rest, end).lower()):
                    break
            elif named or not (
                self._title_word.match(word)
                or (rest < end and word.lower() in self._peoples)
                or (_opens_sentence(text, start) and is_word(word.lower()) and not (rest < end and word.isupper()))
            ):
                break
            start = rest
        return start, end

    def _after_owner(self, text: str, start: int, end: int, overlapping: Nearby) -> int:
        """Return where a person's name starts that another name goes before: « du Kremlin Ivan Petrov »."""
        for span in overlapping.touching(start, start + 1):
            rest = span.end + 1
            if span.start != start or rest >= end or text[span.end] not in _BLANKS:
                continue
            if fold(_word_at(text, rest, end)) in self._first and " " in text[rest:end]:
                return rest
        return start

    def _cue(self, text: str, start: int, end: int, overlapping: Nearby) -> _Cue | None:
        """Return the best reason to take a name for a person's, or None."""
        name = text[start:end]
        words = _split(name)
        covering = overlapping.touching(start, end)
        places = [span.score for span in covering if span.label in ("GPE", "LOC")]
        if any(span.label == "ORG" and span.end - span.start > 6 and span.score > 0.7 for span in covering):
            return None
        if self._title.search(text, max(0, start - 70), start):
            known_place = len(words) == 1 and max(places, default=0) > 0.88
            return None if known_place or (name.isupper() and len(name) < 5) else _Cue(0.92, "person:title")
        if any(span.start <= start and span.end >= end for span in covering):
            return None
        first = fold(words[0].rstrip(".")) in self._first or fold(words[0].split("-")[0]) in self._first
        if len(words) == 1:
            storm = _NO_PERSON.search(text, max(0, start - 30), start)
            return (
                _Cue(0.55, "person:first-name")
                if first and not storm and not covering and not is_word(name.lower())
                else None
            )
        if len(words) > _LONGEST_NAME or (name.isupper() and not first and not text.startswith((" :", ":"), end)):
            return None
        return _Cue(0.9, "person:first-name") if first else self._by_context(text, start, end, words, bool(places))

    def _by_context(self, text: str, start: int, end: int, words: list[str], place: bool) -> _Cue | None:
        known = sum(is_word(word.lower()) for word in words if len(word) > 2)
        if known == len(words) or (words[0].isupper() and len(words[0]) > 2):
            return None
        before = _NO_PERSON.search(text, max(0, start - 30), start)
        if self._apposed.match(text, end) and not (before and before.group().strip().lower() not in ("à", "sur")):
            return _Cue(0.85, "person:apposition")
        if before:
            return None
        if self._office.search(text, max(0, start - 130), start):
            return _Cue(0.85, "person:office")
        if _SAYS.match(text, end):
            return _Cue(0.75, "person:speaks")
        return None if place else _Cue(0.4 if known else 0.5, "person:capitals")


def _remember(name: str, end: int, known: dict[str, int]) -> None:
    """Note a full name and the surnames that may stand for it, with the place from which they may."""
    words = _split(name)
    known.setdefault(name, end)
    particles = _PARTICLES.split()
    for at in range(max(1, len(words) - 2), len(words)):
        if words[at].lower() in particles:
            continue
        part = " ".join(words[at:])
        if len(part) > 2:
            known.setdefault(part, end)
        if at == len(words) - 1 and at >= 2 and words[at - 1].lower() in particles:
            known.setdefault(" ".join(words[at - 1 :]), end)


def _propose_again(doc: Doc, known: dict[str, int]) -> None:
    """Propose later mentions of names seen in full."""
    names = (name for name in known if len(name) > 3 or not is_word(name.lower()))
    for name, places in mentions(text_of(doc), names).items():
        for start in places:
            if start >= known[name]:
                propose(doc, start, start + len(name), "PER", 0.88, "person:again")


def _split(name: str) -> list[str]:
    return re.split(f"[{_BLANKS}]", name)


def _word_at(text: str, start: int, end: int) -> str:
    return _split(text[start : min(end, start + _LONGEST_WORD)])[0]


def _opens_sentence(text: str, start: int) -> bool:
    return start == 0 or bool(_SENTENCE_START.search(text, max(0, start - 6), start))


def _bylines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the initials that stand in a short line, as those of a byline do, or open one as a speaker's."""
    begin, stop, short = 0, -1, False
    for match in _INITIALS.finditer(text):
        start, end = match.span()
        if start > stop:
            begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
            stop = len(text) if stop < 0 else stop
            short = len(text[begin:stop].strip()) <= _BYLINE_LENGTH
        if short or (begin == start and _COLON.match(text, end)):
            yield start, end
