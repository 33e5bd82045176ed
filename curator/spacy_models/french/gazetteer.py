"""Entities found by looking them up: places, organisations, peoples."""

import re
from collections.abc import Iterable

from spacy.tokens import Doc

from curator.spacy_models.compiled import compiled
from curator.spacy_models.french.lexicon import demonyms, either, inflections, read_lexicon
from curator.spacy_models.french.phrases import Phrases, Table, fold, folded_tokens
from curator.spacy_models.french.places import Place, cities, countries
from curator.spacy_models.french.rule_spans import propose, text_of

# A demonym after these names a language.
_LANGUAGE = re.compile(
    r"(?:\ben|\bparl\w+|\blangue|\bapp\w+ (?:le|l['’])|\btradui\w+ (?:en|du|de l['’]))\s*\Z", re.IGNORECASE
)
# A city's name next to another capitalised word is a part of some other name.
_CAPITALS_AROUND = re.compile(r"(?<![.!?:»«\n] )(?<!\A)\b[A-ZÀ-Þ][\w’'-]+ \0|\0 [A-ZÀ-Þ]")
# As the names of states in pairs: Liban-Gaza, RDC-Rwanda.
_ALSO_STATES = ("Gaza", "RDC", "RD Congo", "Congo", "Centrafrique", "USA", "UE", "Birmanie", "Kosovo", "Palestine")
_Entry = tuple[str, float, str]


class Gazetteer:
    """Proposes the entries of the lexicons `places`, `organisations`, `people` and `demonyms`, countries and cities.

    `population` is the size from which a city is known. An entry `{"label", "text", "score", "rule"}` is a fixed
    name, `pattern` being another word for `text`; `{"label", "masculine", "feminine"}` stands for all inflected forms.
    """

    def __init__(self, lexicons: str, population: int) -> None:
        with compiled("gazetteer", lexicons, population) as kept:
            names, peoples = kept.value("phrases", lambda: _tables(lexicons, population))
            compound, pair = kept.value("patterns", lambda: _patterns(lexicons))
            self._compound = kept.expression(compound, re.IGNORECASE)
            self._pair = kept.expression(pair)
        self._names: Phrases[_Entry] = Phrases(names)
        self._peoples: Phrases[_Entry] = Phrases(peoples)

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        tokens = folded_tokens(text)
        for start, end, (label, score, rule) in self._names.find(doc, tokens):
            around = text[max(0, start - 30) : start] + "\0" + text[end : end + 3]
            if rule != "geonames:city" or not _CAPITALS_AROUND.search(around):
                propose(doc, start, end, label, score, rule)
        for start, end, (label, score, rule) in self._peoples.find(doc, tokens):
            if not _LANGUAGE.search(text, max(0, start - 20), start):
                propose(doc, start, end, label, score, rule)
        for match in self._pair.finditer(text):
            for group in (1, 2):
                propose(doc, match.start(group), match.end(group), "GPE", 0.9, "place:pair")
        for match in self._compound.finditer(text):
            propose(doc, match.start(), match.end(), "NORP", 0.9, "demonym:compound")
        return doc


def _tables(lexicons: str, population: int) -> tuple[Table[_Entry], Table[_Entry]]:
    """Return the names and the peoples; a place that a lexicon names too is left to it."""
    names: Phrases[_Entry] = Phrases()
    peoples: Phrases[_Entry] = Phrases()
    known: set[str] = set()
    for name in ("places", "organisations", "people"):
        for entry in read_lexicon(lexicons, name):
            text = str(entry.get("text", entry.get("pattern")))
            names.add(text, (entry["label"], entry.get("score", 0.9), entry.get("rule", f"lexicon:{name}")))
            known.add(fold(text))
    for entry in read_lexicon(lexicons, "demonyms"):
        value = (entry["label"], entry.get("score", 0.93), entry.get("rule", "lexicon:demonyms"))
        for form in sorted(inflections(entry["masculine"], entry.get("feminine"))):
            peoples.add(form, value)
            known.add(fold(form))
    _add_places(names, countries(), "cldr:country", known)
    _add_places(names, cities(population), "geonames:city", known)
    return names.table, peoples.table


def _add_places(names: Phrases[_Entry], places: Iterable[Place], rule: str, known: set[str]) -> None:
    for place in places:
        form = fold(place.name)
        if form not in known:
            known.add(form)
            names.add(place.name, (place.label, place.score, rule))


def _patterns(lexicons: str) -> tuple[str, str]:
    """Return the expressions of a compound with a people's name, and of two states in a pair."""
    states = [place.name for place in countries() if place.label == "GPE"]
    state = either({form for name in (*states, *_ALSO_STATES) for form in _spellings(name)})
    compound = rf"(?<![\w-])[^\W\d_]+o-{either(demonyms(lexicons))}(?![\w-])"
    return compound, rf"(?<![\w-])({state})[-–]({state})(?![\w-])"


def _spellings(name: str) -> set[str]:
    bare = name.replace("É", "E")
    return {form.replace("’", sign) for form in (name, bare) for sign in "’'"}
