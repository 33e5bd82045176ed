"""Dates: absolute, relative, ranges, parts of days and years."""

import re

from babel.dates import get_day_names, get_month_names
from spacy.tokens import Doc

from curator.spacy_models.french.candidates import propose

_SPACE = r"(?:[ \u00a0\u202f]{1,3})"


def _either(*words: str) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_DAY_NAME = _either(*get_day_names("wide", locale="fr").values())
_MONTH = _either(
    *get_month_names("wide", locale="fr").values(),
    *("aout", "fevrier", "decembre", r"janv\.", r"févr\.", r"sept\.", r"oct\.", r"nov\.", r"déc\."),
)
_YEAR = r"(?:1[0-9]|20)\d\d"
_DAY = r"(?:1er|1ᵉʳ|[12]\d|3[01]|0?[1-9])"
_PART = r"(?:matin|midi|après-midi|soir|nuit|soirée|matinée)"
_LAST = r"(?:dernier|dernière|derniers|dernières|prochain|prochaine|prochains|prochaines|passée?|suivante?|précédente?)"
_NUMBER = (
    r"(?:\d+|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|cent"
    r"|quelques|plusieurs)"
)
_UNIT = r"(?:jours?|semaines?|mois|ans?|années?|décennies?|siècles?|heures?|minutes?)"
_PERIOD = r"(?:jour|journée|semaine|week-end|mois|année|trimestre|semestre|décennie|siècle|été|hiver|automne|printemps)"
_CLOCK = rf"\d{{1,2}}{_SPACE}?(?:h|heures){_SPACE}?(?:\d\d)?|\d{{1,2}}:\d\d(?::\d\d)?"
_ZONE = r"(?:GMT|UTC|TU|CET|CEST|heure(?: de [A-ZÀ-Þ]\w+| locale)?)"
_TIME = rf"(?:(?:{_CLOCK})(?:{_SPACE}{_ZONE})?)"
_WITH_TIME = rf"(?:(?:{_SPACE}|,{_SPACE}|{_SPACE}[-–]{_SPACE}|{_SPACE}à{_SPACE}){_TIME})?"
_BEGIN = r"(?:début|fin|mi|milieu|courant)"

_DAY_MONTH = rf"{_DAY}{_SPACE}{_MONTH}(?:{_SPACE}(?:{_YEAR}|de la même année|{_LAST}))?"
_AND_DAY = rf"(?:,{_SPACE}{_DAY})*{_SPACE}(?:et|au|-|–){_SPACE}(?:le{_SPACE})?"
_DAYS = rf"(?:{_DAY}(?:{_SPACE}{_MONTH})?{_AND_DAY}|{_DAY}[-–])?{_DAY_MONTH}"
_AFTER_DAY = (
    rf"(?:{_SPACE}{_LAST}|{_SPACE}en (?:début|fin|milieu) (?:de |d['’]){_PART}\b|{_SPACE}(?:au{_SPACE})?{_PART}\b)?"
)

# After these a number that looks like a year is a count.
_COUNTED = (
    r"(?:soldats|hommes|femmes|personnes|militaires|policiers|morts|km|kilomètres|mètres|euros|dollars|combattants|civils"
    r"|blessés|habitants|familles|réfugiés|déplacés|tonnes|victimes|enfants|jours|prisonniers)"
)

# Each pattern with its score; a named group `date` is the span where the pattern looks further.
_PATTERNS: tuple[tuple[str, float, str], ...] = (
    (rf"(?:{_DAY_NAME},?{_SPACE})?{_DAYS}{_WITH_TIME}", 0.95, "date:day-month"),
    (rf"(?:{_DAY_NAME}{_SPACE})?\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d\d){_WITH_TIME}", 0.95, "date:numeric"),
    (rf"{_YEAR}-(?:0[1-9]|1[0-2])(?:-[0-3]\d(?:T[\d:.]+Z?)?)?{_WITH_TIME}", 0.95, "date:iso"),
    (rf"(?:{_BEGIN}[ -])?(?:à la )?{_MONTH}{_SPACE}(?:{_YEAR}|de la même année|{_LAST})", 0.95, "date:month-year"),
    (rf"(?:au{_SPACE})?(?P<date>mois (?:de |d['’]){_MONTH}(?:{_SPACE}{_YEAR})?)", 0.75, "date:month"),
    (rf"(?:{_BEGIN}[ -])?{_MONTH}", 0.85, "date:month"),
    (rf"{_DAY_NAME}{_AFTER_DAY}{_WITH_TIME}", 0.95, "date:day-name"),
    (
        r"(?:nuit|soirée|matinée|journée|après-midi) (?:de |du |d['’])"
        rf"(?:{_DAY_NAME}(?:{_SPACE}{_DAYS})?|{_DAY}{_SPACE}au{_SPACE}{_DAY_MONTH}|{_DAYS})"
        rf"(?: (?:à|au) (?:{_DAY_NAME}(?:{_SPACE}{_DAY_MONTH})?|{_DAY_MONTH}))?",
        0.9,
        "date:part-of-day",
    ),
    (r"(?:dans|durant|pendant|au cours de) la (?P<date>nuit|matinée|soirée|journée)\b", 0.8, "date:part-of-day"),
    (rf"(?:ce|cet|cette) (?:{_PERIOD}|{_PART})", 0.9, "date:this"),
    (rf"(?:en |le |au )(?P<date>{_BEGIN} de (?:la |l['’])?(?:{_PERIOD})(?: {_LAST})?)", 0.9, "date:period"),
    (
        rf"(?:{_BEGIN}) (?:de |du |de la |de l['’]|de cette |de ce )(?:{_PERIOD})(?: {_LAST})?(?! de)",
        0.85,
        "date:period",
    ),
    (rf"(?:{_NUMBER}{_SPACE})?{_LAST}s? (?:{_PERIOD}s?|jours|heures|semaines|années|mois)", 0.75, "date:last"),
    (rf"(?:{_PERIOD}|an|{_PART}|{_DAY_NAME}) {_LAST}", 0.9, "date:last"),
    (rf"il y a (?:(?:environ|près de|plus de|à peine|moins de) (?:d['’])?)?{_NUMBER}{_SPACE}{_UNIT}", 0.8, "date:ago"),
    (
        rf"{_NUMBER}{_SPACE}{_UNIT}{_SPACE}(?:plus tôt|auparavant|plus tard|(?:après|avant)(?=[,.;»)]|$))",
        0.75,
        "date:ago",
    ),
    (
        r"aujourd['’]hui|hier(?: matin| soir| après-midi)?|avant-hier|après-demain|demain(?: matin| soir)?",
        0.9,
        "date:deictic",
    ),
    (
        r"(?:la |le |dès le |du |au )(?P<date>veille(?: au soir)?|lendemain(?: matin)?|surlendemain|avant-veille)",
        0.85,
        "date:deictic",
    ),
    (r"(?:l['’]|le |un |au )(?P<date>aube|petit matin)", 0.75, "date:part-of-day"),
    (rf"(?:©|copyright|\(c\))[^\n]{{0,40}}?(?P<date>{_YEAR})", 0.85, "date:copyright"),
    (
        r"(?:en |depuis |dès |l['’]année |l['’]an |avant |après |jusqu['’]en |fin |début |entre |et |de |à |pour )"
        rf"(?P<date>{_YEAR})(?![\d.,]*\d| {_COUNTED})",
        0.85,
        "date:year",
    ),
    (rf"(?:l['’])(?P<date>(?:année|an) {_YEAR})", 0.9, "date:year"),
    (rf"\((?P<date>{_YEAR}(?:[-–]{_YEAR})?)\)", 0.85, "date:year"),
    (rf"(?:fin|début|mi)[ -]{_YEAR}", 0.9, "date:year"),
    (
        rf"(?:l['’]|dès |au |en |à )(?P<date>(?:été|automne|hiver|printemps)(?: {_YEAR}| {_LAST})?)(?! et)",
        0.75,
        "date:season",
    ),
    (rf"(?:le |ce )(?P<date>(?:matin|soir)(?:{_SPACE}même)?)(?=[ ,.])", 0.6, "date:part-of-day"),
    (r"(?:années|décennie) (?:19|20)?\d0", 0.85, "date:decade"),
    (r"[XVI]{1,5}e siècle", 0.85, "date:century"),
)


class Dates:
    """Proposes dates, the whole expression without its preposition or article."""

    def __init__(self) -> None:
        self._rules = [
            (re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)", re.IGNORECASE), score, rule)
            for pattern, score, rule in _PATTERNS
        ]

    def __call__(self, doc: Doc) -> Doc:
        for pattern, score, rule in self._rules:
            for match in pattern.finditer(doc.text):
                group = "date" if match.groupdict().get("date") else 0
                start, end = match.span(group)
                propose(doc, start, end, "DATE", score, rule)
        return doc
