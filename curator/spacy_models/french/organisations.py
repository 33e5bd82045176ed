"""Organisations told by their head noun, and acronyms."""

import re
from collections import defaultdict

from spacy.tokens import Doc

from curator.spacy_models.french.acronyms import bind_acronyms
from curator.spacy_models.french.candidates import propose
from curator.spacy_models.french.lexicon import demonyms, either, is_word, read_lexicon

_S = r"(?:[ \u00a0\u202f]{1,3})"
_CAP = r"[A-ZÀ-Þ][\w’'-]*"
# Bounded, so that a text of capitals alone takes no longer than another.
_CAPS = rf"{_CAP}(?:{_S}{_CAP}){{0,5}}"
_OF = rf"(?:de{_S}la{_S}|de{_S}l['’]|du{_S}|des{_S}|de{_S}|d['’])"
_TO = rf"(?:aux?{_S}|à{_S}la{_S}|à{_S}l['’]|pour{_S}(?:l[ae]s?{_S}|l['’])?|contre{_S}(?:l[ae]{_S}|l['’])?|sans{_S})"
_AND = rf"(?:(?:{_S}et{_S}|,{_S})(?:{_OF}|l['’]|l[ae]s?{_S})?)"
_END = r"(?![\w-])"

_ROMAN = re.compile(r"[IVXLC]+")
_ACRONYM = re.compile(r"(?<![\w@#.’'/-])(?:[A-Z]\.){2,6}|(?<![\w@#./-])[A-Z][A-ZÀ-Þ0-9]{1,6}(?![\w/’'-])")
_LONGEST_SHOUT = 4


class Organisations:
    """Proposes ministries, armies, names that a capitalised head noun opens, media, and acronyms.

    The words it goes by are the lexicon `organisation_words`. An acronym in brackets after an organisation is one
    wherever it stands; another in capitals is a weak guess.
    """

    def __init__(self, lexicons: str) -> None:
        words: dict[str, list[str]] = defaultdict(list)
        for entry in read_lexicon(lexicons, "organisation_words"):
            words[entry["label"]].append(entry["pattern"])
        self._no_acronyms = frozenset(words.pop("NO_ACRONYM", ()))
        some = {label: f"(?:{'|'.join(patterns)})" for label, patterns in words.items()}
        people = f"(?i:{either(demonyms(lexicons))}){_END}"
        self._rules = [
            (re.compile(rf"(?<![\w-])(?:{pattern})"), score, rule)
            for pattern, score, rule in (*_offices(some, people), *_named(some, people))
        ]

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        for pattern, score, rule in self._rules:
            for match in pattern.finditer(text):
                start, end = match.span("name" if "name" in pattern.groupindex else 0)
                propose(doc, start, end, "ORG", score, rule)
        bind_acronyms(doc)
        self._capitals(doc, text)
        return doc

    def _capitals(self, doc: Doc, text: str) -> None:
        for match in _ACRONYM.finditer(text):
            name = match.group()
            word = len(name) > _LONGEST_SHOUT and is_word(name.lower())
            if name in self._no_acronyms or _ROMAN.fullmatch(name) or any(char.isdigit() for char in name) or word:
                continue
            if not _shouted(text, match.start(), match.end()):
                propose(doc, match.start(), match.end(), "ORG", 0.55, "org:capitals")


def _offices(some: dict[str, str], people: str) -> list[tuple[str, float, str]]:
    """Return the patterns of ministries, armies and other offices of a state."""
    adjective = rf"(?:{some['ADJECTIVE']}{_END}|{people})"
    office = rf"(?i:{some['OFFICE']}){_END}"
    rank = rf"(?:{_S}(?:nationale|royale|fédérale))?"
    return [
        (rf"[Mm]inistère(?:{_S}{adjective})?{_S}{_OF}{office}(?:{_AND}{office})*", 0.93, "org:ministry"),
        (
            rf"(?:[Dd]épartement|[Ss]ecrétariat){_S}(?:{adjective}{_S})?"
            rf"(?:d['’][ÉEé]tat|{_OF}(?:{_CAP}|défense|justice|trésor){_END})",
            0.92,
            "org:ministry",
        ),
        (
            r"(?:[Aa]rmée|[Mm]arine|[Aa]viation|[Gg]endarmerie|[Pp]olice|[ÉéE]tat-major|[Pp]arlement|[Ss]énat)"
            rf"{rank}{_S}{people}",
            0.88,
            "org:army",
        ),
        (
            rf"(?:(?:[Aa]rmées?|[Ff]orces?){_S}de{_S}l['’]air|[Aa]rmée{_S}de{_S}terre"
            rf"|[Gg]arde{_S}(?:nationale|républicaine|présidentielle))(?:{_S}{people})?",
            0.8,
            "org:army",
        ),
        (
            rf"(?:[Bb]anque{_S}centrale|[Cc]our{_S}suprême|[Aa]ssemblée{_S}nationale|[Cc]ommandement){_S}{people}"
            rf"(?:{_S}pour{_S}(?:l[ae]{_S}|l['’]){_CAP})?",
            0.8,
            "org:office",
        ),
    ]


def _named(some: dict[str, str], people: str) -> list[tuple[str, float, str]]:
    """Return the patterns of names that a head noun, an apposition or a credit tells."""
    adjective = rf"(?:{some['ADJECTIVE']}{_END}|{people})"
    term = rf"(?:{_CAP}|\d+[ -]{_CAP}|{some['TERM']}{_END})"
    joined = rf"{_S}et{_S}(?:{_OF}|{_TO}|la{_S}|l['’])?{term}(?={_S}|[).,»])"
    aim = rf"pour{_S}(?:l[ae]{_S}|l['’])[a-zà-ÿ]+"
    part = rf"(?:{_S}{adjective}|{_S}{aim}|{_S}(?:{_OF}|{_TO})(?:{adjective}{_S})?{term}|{joined}|{_S}{_CAP})"
    medium = r"(?:[Aa]gence|[Cc]haîne|[Rr]adio|[Jj]ournal|[Qq]uotidien)"
    kind = (
        rf"(?:{adjective}|de{_S}(?:presse|télévision)|d['’](?:État|information)|officiel(?:le)?|publi(?:c|que)|privée?"
        r"|télévisée?|locale?)"
    )
    apposed = (
        r"(?:[Uu]niversité|[Ii]nstitut|[Cc]abinet|[Hh]ôpital|[Mm]agazine|ONG|[Pp]arti|[Mm]ilice|[Cc]artel|[Gg]ang)"
    )
    return [
        (rf"{some['HEAD']}{part}{{1,12}}", 0.82, "org:head"),
        (rf"(?:{medium}|{apposed}){_S}(?:de{_S}|d['’])?(?P<name>{_CAPS})", 0.55, "org:apposed"),
        (rf"{medium}(?:{_S}{kind}){{1,3}}{_S}(?P<name>{_CAPS})", 0.8, "org:media"),
        (rf"{_CAPS}{_S}{some['MEDIA']}{_END}", 0.8, "org:media"),
        (rf"©{_S}?(?P<name>{_CAPS})", 0.6, "org:credit"),
        (rf"(?:[Pp]hoto|[Cc]rédit|©)[^\n]{{0,40}}/{_S}?(?P<name>{_CAPS})", 0.7, "org:credit"),
    ]


def _shouted(text: str, start: int, end: int) -> bool:
    """Say whether the words around are in capitals too: a headline, not an acronym."""
    around = re.findall(r"[^\W\d_]{2,}", text[max(0, start - 25) : start] + " " + text[end : end + 25])
    return bool(around) and sum(word.isupper() for word in around) * 2 >= len(around)
