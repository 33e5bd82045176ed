"""Organisations known by their head noun, and acronyms."""

import re
from collections import defaultdict

from spacy.tokens import Doc

from curator.spacy_models.compiled import compiled
from curator.spacy_models.french.acronyms import bind_acronyms
from curator.spacy_models.french.lexicon import first_names, is_word, read_lexicon
from curator.spacy_models.french.nearby import Nearby
from curator.spacy_models.french.organisation_patterns import Pattern, patterns
from curator.spacy_models.french.phrases import fold
from curator.spacy_models.french.rule_spans import propose, proposed, text_of
from curator.spacy_models.french.scan import whole_words

_S = r"(?:[ \u00a0\u202f]{1,3})"
_ROMAN = re.compile(r"[IVXLC]+")
_ACRONYM = re.compile(r"(?<![\w@#.’'/-])(?:[A-Z]\.){2,6}|(?<![\w@#./-])[A-Z][A-ZÀ-Þ0-9]{1,6}(?![\w/’'-])")
_LONGEST_SHOUT = 4
_LEADER = re.compile(rf"{_S}(?:de{_S}|d['’])(?P<first>[A-ZÀ-Þ][\w-]+){_S}(?=[A-ZÀ-Þ])")

# A part of an institution's name stands for it, with its capital: « le Conseil a voté ».
_SHORT_FORM = re.compile(
    r"(?:(?<![\w-])(?:[Ll]a|[Ll]e|[Dd]u|[Aa]u|[Cc]e|[Cc]ette)[ \u00a0\u202f]|(?<!\w)[Ll]['’])"
    r"(?P<name>Parlement|Assemblée|Conseil|Cour|Commission|Congrès|Sénat|Chambre|Observatoire"
    r"|Organisation|Alliance|Union"
    r"|Ligue|Front|Mouvement|Comité|Agence|Tribunal|Coalition|Fédération|Haut-Commissariat"
    r"|Haut-commissariat|Fondation"
    r"|Parti|Bureau|Coordination|Rassemblement|Confédération|Institut|Académie|Armée|Mission|Programme|Fonds|Banque)"
    r"(?![\w-])(?![ \u00a0\u202f](?:[A-ZÀ-Þ]|d[eu][ \u00a0]|des[ \u00a0]|d['’]|pour l|islam|démocr|nation|popul))"
)


class Organisations:
    """Proposes ministries, armies, names that a capitalised head noun opens, media, and acronyms.

    The words it goes by are the lexicon `organisation_words`. An acronym in brackets after an organisation is one
    wherever it stands; another in capitals is a weak guess.
    """

    def __init__(self, lexicons: str) -> None:
        with compiled("organisations", lexicons) as kept:
            self._first = kept.value("first_names", lambda: first_names(lexicons))
            no_acronyms, rules = kept.value("rules", lambda: _rules(lexicons))
            self._rules = [(kept.expression(pattern), score, rule) for pattern, score, rule in rules]
        self._no_acronyms = frozenset(no_acronyms)

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        known = Nearby(proposed(doc))
        for pattern, score, rule in self._rules:
            for match in whole_words(pattern, text):
                start, end = match.span("name" if "name" in pattern.groupindex else 0)
                if rule == "org:article" and (known.touching(start, end) or self._is_person(text[start:end])):
                    continue
                if rule == "org:head":
                    end = self._without_leader(text, start, end)
                propose(doc, start, end, "ORG", score, rule)
        bind_acronyms(doc)
        self._capitals(doc, text)
        for match in _SHORT_FORM.finditer(text):
            propose(doc, match.start("name"), match.end("name"), "ORG", 0.6, "org:short")
        return doc

    def _is_person(self, name: str) -> bool:
        words = name.split()
        return len(words[0]) < 3 or any(fold(word) in self._first for word in words)

    def _without_leader(self, text: str, start: int, end: int) -> int:
        """Return where a name ends that may go on with that of its chief: « le Front du Nord de Paul Roy »."""
        for match in _LEADER.finditer(text, start, end):
            if fold(match.group("first")) in self._first:
                return match.start()
        return end

    def _capitals(self, doc: Doc, text: str) -> None:
        for match in _ACRONYM.finditer(text):
            name = match.group()
            word = len(name) > _LONGEST_SHOUT and is_word(name.lower())
            if name in self._no_acronyms or _ROMAN.fullmatch(name) or any(char.isdigit() for char in name) or word:
                continue
            if not _shouted(text, match.start(), match.end()):
                propose(doc, match.start(), match.end(), "ORG", 0.55, "org:capitals")


def _rules(lexicons: str) -> tuple[list[str], list[Pattern]]:
    """Return the words in capitals that are no acronyms, and the patterns."""
    words: dict[str, list[str]] = defaultdict(list)
    for entry in read_lexicon(lexicons, "organisation_words"):
        words[entry["label"]].append(entry["pattern"])
    no_acronyms = words.pop("NO_ACRONYM", [])
    expressions = {label: f"(?:{'|'.join(ways)})" for label, ways in words.items()}
    return no_acronyms, patterns(expressions, lexicons)


def _shouted(text: str, start: int, end: int) -> bool:
    """Say whether the words around are in capitals too: a headline, not an acronym."""
    around = re.findall(r"[^\W\d_]{2,}", text[max(0, start - 25) : start] + " " + text[end : end + 25])
    return bool(around) and sum(word.isupper() for word in around) * 2 >= len(around)
