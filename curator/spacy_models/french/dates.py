"""Dates: absolute, relative, ranges, parts of days and years."""

from babel.dates import get_day_names, get_month_names
from spacy.tokens import Doc

from curator.spacy_models.compiled import compiled
from curator.spacy_models.french.rule_spans import propose, text_of
from curator.spacy_models.french.scan import caseless, lowered, whole_words

_SPACE = r"(?:[ \u00a0\u202f]{1,3})"


def _either(*words: str) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_DAY_NAME = _either(*get_day_names("wide", locale="fr").values())
_MONTH = _either(
    *get_month_names("wide", locale="fr").values(),
    *(
        "aout",
        "fevrier",
        "decembre",
        r"janv?\b\.?",
        r"févr?\b\.?",
        r"sept\.",
        r"oct\b\.?",
        r"nov\b\.?",
        r"déc\b\.?",
        r"juil\b\.?",
        r"avr\b\.?",
    ),
)
_YEAR = r"(?:1[0-9]|20)\d\d"
_DAY = r"(?:1er|1ᵉʳ|[12]\d|3[01]|0?[1-9])"
_PART = r"(?:matin|midi|après-midi|soir|nuit|soirée|matinée)"
_LAST = r"(?:dernier|dernière|derniers|dernières|prochain|prochaine|prochains|prochaines|passée?|suivante?|précédente?)"
_NUMBER = (
    r"(?:(?<!\d)\d+|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
    r"|vingt|trente|quarante"
    r"|cinquante|soixante|cent|quelques|plusieurs|(?:une )?(?:dizaine|quinzaine|vingtaine|trentaine) (?:de |d['’]))"
)
_NUMBER = rf"{_NUMBER}(?:[- ](?:et[- ])?{_NUMBER})?"
_UNIT = r"(?:jours?|semaines?|mois|ans?|années?|décennies?|siècles?|heures?|minutes?)"
_PERIOD = r"(?:jour|journée|semaine|week-end|mois|année|trimestre|semestre|décennie|siècle|été|hiver|automne|printemps)"
_CLOCK = rf"\d{{1,2}}{_SPACE}?(?:h|heures){_SPACE}?(?:\d\d)?|\d{{1,2}}:\d\d(?::\d\d)?"
_ZONE = (
    r"(?:GMT(?:[+-]\d+)?|UTC(?:[+-]\d+)?|TU|CES?T|E[EAS]T|EDT|EEST|MSK|PST|PDT|WAT|CAT|SAST|IST|JST|KST|HST|AST|AEST"
    r"|\(?(?:en )?heures? (?:de [A-ZÀ-Þ]\w+|locales?|françaises?)\)?|\((?:GMT|UTC|TU"
    r"|\d\dh(?:\d\d)? (?:GMT|TU|UTC))\))"
)
_DAWN = (
    r"(?:(?:à|avant|dès|après) l['’]aube|au (?:petit matin|soir|matin|petit jour|lever du jour|crépuscule)"
    r"|avant le lever du jour|à la mi-journée|à la tombée de la nuit|en (?:matinée|soirée|journée)"
    r"|dans la (?:matinée|soirée|nuit|journée)"
    r"|à (?:midi|minuit)|vers (?:midi|minuit))"
)
_TIME = rf"(?:(?:{_CLOCK})(?:{_SPACE}{_ZONE})?)"
_HOUR = rf"{_TIME}(?:{_SPACE}du (?:matin|soir)|{_SPACE}de l['’]après-midi)?"
_WITH_TIME = (
    rf"(?:(?:{_SPACE}|,{_SPACE}|{_SPACE}[-–]{_SPACE}|,?{_SPACE}(?:à|vers|dès|peu avant|peu après"
    rf"|aux alentours de){_SPACE}){_HOUR}"
    rf"|,?{_SPACE}{_DAWN})?"
)
_BEGIN = r"(?:début|fin|mi|milieu|courant)"

_DAY_MONTH = rf"{_DAY}{_SPACE}{_MONTH}(?:{_SPACE}(?:{_YEAR}|de la même année|{_LAST}))?"
_AND_DAY = rf"(?:,{_SPACE}{_DAY}){{0,9}}{_SPACE}(?:et|au|-|–){_SPACE}(?:le{_SPACE})?"
_DAYS = rf"(?:{_DAY}(?:{_SPACE}{_MONTH})?{_AND_DAY}|{_DAY}[-–])?{_DAY_MONTH}"
_AFTER_DAY = (
    rf"(?:{_SPACE}{_LAST}(?:{_SPACE}(?:au{_SPACE})?{_PART}\b)?"
    rf"|{_SPACE}en (?:début|fin|milieu) (?:de |d['’]){_PART}\b|{_SPACE}(?:au{_SPACE})?{_PART}\b)?"
)

# After these a number that looks like a year is a count.
_COUNTED = (
    r"(?:soldats|hommes|femmes|personnes|militaires|policiers|morts|km|kilomètres|mètres|euros|dollars"
    r"|combattants|civils"
    r"|blessés|habitants|familles|réfugiés|déplacés|tonnes|victimes|enfants|jours|prisonniers)"
)

# Each pattern with its score; a named group `date` is the span where the pattern looks further.
_PATTERNS: tuple[tuple[str, float, str], ...] = (
    (rf"(?:{_DAY_NAME},?{_SPACE})?{_DAYS}{_WITH_TIME}", 0.95, "date:day-month"),
    (rf"(?:{_DAY_NAME}{_SPACE})?\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d\d){_WITH_TIME}", 0.95, "date:numeric"),
    (rf"{_YEAR}-(?:0[1-9]|1[0-2])(?:-[0-3]\d(?:T[\d:.]+Z?)?)?{_WITH_TIME}", 0.95, "date:iso"),
    (rf"(?:{_BEGIN}[ -])?(?:à la )?{_MONTH}{_SPACE}(?:{_YEAR}|de la même année|{_LAST})", 0.95, "date:month-year"),
    (rf"(?:au{_SPACE})?(?P<date>(?:{_BEGIN} du )?mois (?:de |d['’]){_MONTH}(?:{_SPACE}{_YEAR})?)", 0.75, "date:month"),
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
    (
        r"(?:la |à )(?P<date>nuit tombée|tombée de la nuit|(?<=la )(?<!toute la )nuit)"
        r"(?! (?:de |du |d['’]|où|des |tous)|-)",
        0.62,
        "date:night",
    ),
    (
        r"(?:le |ce |du |au |dès le |cette |la )(?P<date>même (?:jour|nuit|semaine|année|mois|soir|matin"
        r"|journée|époque))",
        0.8,
        "date:same",
    ),
    (rf"(?<![àÀ] )(?:ce|cet|cette) (?:{_PERIOD}|{_PART})(?:-là|-ci)?", 0.9, "date:this"),
    (rf"(?:ces|les) {_NUMBER}?{_SPACE}?{_LAST}s? (?:jours|semaines|mois|années|heures)", 0.6, "date:last"),
    (
        rf"(?:prévue?s?|reporté\w{{0,3}}|doi(?:t|vent)|attendue?s?|fixé\w{{0,3}}|ici|retour|reprend\w{{0,9}}"
        rf"|ouvr\w{{1,9}}|aura|auront|sera|seront|tiendra|tiendront|débutera|partira|arrivera|quittera|commencera|prendra"
        rf"|reprendra) "
        rf"(?P<date>dans {_NUMBER}{_SPACE}(?:jours?|semaines?|mois|ans?))",
        0.7,
        "date:in",
    ),
    (rf"(?:de |entre )?(?P<date>{_MONTH}[-–]{_MONTH}(?:{_SPACE}{_YEAR})?)", 0.9, "date:months"),
    (
        rf"(?P<date>{_YEAR}[-–/](?:{_YEAR}|\d\d))(?![\d.,]*\d| {_COUNTED})",
        0.8,
        "date:years",
    ),
    (
        r"(?:la |le |l['’]|à |de |du |depuis |avant |après |pour |jour de |jours de |veille de "
        r"|fêtes? (?:de |d['’])|mois de |d['’]|pendant )"
        r"(?:la |le |l['’])?(?P<date>ramadan|Ramadan|Aïd(?: el-Fitr| el-Kébir| al-Adha| al-Fitr"
        r"| el-Adha)?|Noël|Pâques|Toussaint"
        r"|Pentecôte|Ascension|Assomption|Achoura|Norouz|Newroz|Nowruz|Yom Kippour|Kippour|Hanoukka"
        r"|Pessah|Rosh Hashana|Nouvel An"
        rf"|Nouvel an|Saint-Sylvestre|Épiphanie|Thanksgiving|Halloween|Diwali|Mouloud|Têt"
        rf"|Carême)(?:{_SPACE}{_YEAR})?",
        0.8,
        "date:feast",
    ),
    (
        rf"(?:le |du |au |dès le |depuis le )(?P<date>{_DAY}(?:{_SPACE}(?:et|au){_SPACE}{_DAY})?)(?=,"
        rf"| (?:à|au|dernier)\b)",
        0.6,
        "date:day",
    ),
    (rf"{_PART} même|(?:ce|cette) {_DAY_NAME}(?:{_SPACE}(?:{_DAY_MONTH}|{_PART}))?", 0.9, "date:this"),
    (
        rf"(?:dans )?la (?P<date>(?:nuit|soirée|matinée|journée) (?:de |du |d['’])(?:{_DAY_NAME}|hier|{_DAY_MONTH})"
        rf"(?: (?:à|au|et) (?:ce |cette )?(?:{_DAY_NAME}|{_DAY_MONTH}|aujourd['’]hui|matin))?{_AFTER_DAY})",
        0.91,
        "date:part-of-day",
    ),
    (rf"(?:en |le |au )(?P<date>{_BEGIN} de (?:la |l['’])?(?:{_PERIOD})(?: {_LAST})?)", 0.9, "date:period"),
    (
        rf"(?:{_BEGIN}) (?:de |du |de la |de l['’]|de cette |de ce )(?:{_PERIOD})(?: {_LAST})?(?! de)",
        0.85,
        "date:period",
    ),
    (rf"(?:{_NUMBER}{_SPACE})?{_LAST}s? (?:{_PERIOD}s?|jours|heures|semaines|années|mois)", 0.75, "date:last"),
    (rf"(?:{_PERIOD}|an|{_PART}|{_DAY_NAME}) {_LAST}", 0.9, "date:last"),
    (
        rf"il y a (?:(?:environ|près de|plus de|à peine"
        rf"|moins de) (?:d['’])?)?{_NUMBER}{_SPACE}{_UNIT}",
        0.8,
        "date:ago",
    ),
    (
        rf"{_NUMBER}{_SPACE}(?:jours?|semaines?|mois|ans?|années?|décennies?|siècles?"
        rf"|heures?(?= plus tôt)){_SPACE}(?:plus tôt|auparavant|plus tard|(?:après|avant)(?=[,.;»)]|$))",
        0.75,
        "date:ago",
    ),
    (
        rf"(?:{_HOUR}, )?(?:aujourd['’]hui|hier(?: matin| soir| après-midi| dans la (?:nuit|journée|soirée"
        rf"|matinée))?|avant-hier"
        rf"|après-demain|demain(?: matin| soir| après-midi| midi)?){_WITH_TIME}",
        0.9,
        "date:deictic",
    ),
    (
        r"(?:la |le |dès le |du |au )(?P<date>veille(?: au soir| même)?|lendemain(?: matin| soir| même)?"
        r"|surlendemain|avant-veille)",
        0.85,
        "date:deictic",
    ),
    (
        r"(?:dans l['’]|en fin d['’]|en début d['’]|en |au |le |du |jusqu['’]au )"
        r"(?P<date>(?:début de |fin de |milieu de )?(?:après-midi|matinée|soirée)|pleine nuit"
        r"|lever du jour|point du jour|crépuscule|milieu de la nuit)"
        r"(?! (?:de |du |d['’]))",
        0.62,
        "date:part-of-day",
    ),
    (
        r"(?:début|fin|milieu) (?:de |d['’])(?:matinée|soirée|après-midi|journée)(?! (?:de |du |d['’]))",
        0.7,
        "date:part-of-day",
    ),
    (rf"(?:tous )?les (?P<date>{_DAY_NAME}s)", 0.7, "date:day-name"),
    (rf"{_DAY}{_SPACE}sept{_SPACE}{_YEAR}{_WITH_TIME}", 0.95, "date:day-month"),
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
        rf"(?:l['’]|dès |au |en |à |avant le |d['’]ici (?:au |le ))"
        rf"(?P<date>(?:été|automne|hiver|printemps)(?: {_YEAR}| {_LAST})?)(?! et)",
        0.75,
        "date:season",
    ),
    (rf"(?:le |ce )(?P<date>(?:matin|soir)(?:{_SPACE}même)?)(?=[ ,.])", 0.6, "date:part-of-day"),
    (r"(?:(?:début|fin|milieu) des )?(?:années|décennie) (?:19|20)?\d0", 0.85, "date:decade"),
    (rf"(?:début|fin|mi|milieu)[ -](?:{_MONTH})(?:{_SPACE}(?:{_YEAR}|{_LAST}))?", 0.92, "date:month-year"),
    (
        rf"(?:premier|deuxième|second|troisième|quatrième|dernier)s? (?:trimestre|semestre|mois)(?: (?:de )?{_YEAR})",
        0.85,
        "date:quarter",
    ),
    (r"[XVI]{1,5}e siècle", 0.85, "date:century"),
)


class Dates:
    """Proposes dates, the whole expression without its preposition or article."""

    def __init__(self) -> None:
        with compiled("dates") as kept:
            self._rules = [
                (kept.expression(rf"(?:{caseless(pattern)})(?!\w)"), score, rule) for pattern, score, rule in _PATTERNS
            ]

    def __call__(self, doc: Doc) -> Doc:
        text = lowered(text_of(doc))
        for pattern, score, rule in self._rules:
            group = "date" if "date" in pattern.groupindex else 0
            for match in whole_words(pattern, text):
                start, end = match.span(group)
                if start >= 0:
                    propose(doc, start, end, "DATE", score, rule)
        return doc
