"""Organisations told by their head noun, and acronyms."""

import re
from collections import defaultdict

from spacy.tokens import Doc

from curator.spacy_models.french.acronyms import bind_acronyms
from curator.spacy_models.french.candidates import propose, proposed, text_of
from curator.spacy_models.french.lexicon import demonyms, either, is_word, read_lexicon
from curator.spacy_models.french.phrases import fold
from curator.spacy_models.french.scan import whole_words

_S = r"(?:[ \u00a0\u202f]{1,3})"
_CAP = r"[A-ZÀ-Þ][\w’'-]*"
# Bounded, so that a text of capitals alone takes no longer than another.
_CAPS = rf"{_CAP}(?:{_S}{_CAP}){{0,5}}"
_OF = rf"(?:de{_S}la{_S}|de{_S}l['’]|du{_S}|des{_S}|de{_S}|d['’])"
_TO = rf"(?:aux?{_S}|à{_S}la{_S}|à{_S}l['’]|pour{_S}(?:l[ae]s?{_S}|l['’])?|contre{_S}(?:l[ae]{_S}|l['’])?|sans{_S})"
_AND = rf"(?:(?:{_S}et{_S}|,{_S})(?:{_OF}|l['’]|l[ae]s?{_S})?)"
_END = r"(?![\w-])"
_PARTICLE = r"(?:de|del|da|do|al|el|of|for|the|and|et|dia|di|du|des|la)"
# A name of any tongue, with its small words and a number.
_ODD = rf"(?:(?:al|el)-)?{_CAP}(?:{_S}(?:{_PARTICLE}{_S})?{_CAP}){{0,4}}"

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
        words: dict[str, list[str]] = defaultdict(list)
        for entry in read_lexicon(lexicons, "organisation_words"):
            words[entry["label"]].append(entry["pattern"])
        self._first = {fold(entry["text"]) for entry in read_lexicon(lexicons, "first_names")}
        self._no_acronyms = frozenset(words.pop("NO_ACRONYM", ()))
        some = {label: f"(?:{'|'.join(patterns)})" for label, patterns in words.items()}
        people = f"(?i:{either(demonyms(lexicons))}){_END}"
        self._rules = [
            (re.compile(pattern), score, rule)
            for pattern, score, rule in (*_offices(some, people), *_named(some, people))
        ]

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        known = list(proposed(doc))
        for pattern, score, rule in self._rules:
            for match in whole_words(pattern, text):
                start, end = match.span("name" if "name" in pattern.groupindex else 0)
                if rule == "org:article" and (
                    any(one.overlaps(start, end) for one in known) or self._is_person(text[start:end])
                ):
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


def _offices(some: dict[str, str], people: str) -> list[tuple[str, float, str]]:
    """Return the patterns of ministries, armies and other offices of a state."""
    adjective = rf"(?:{some['ADJECTIVE']}{_END}|{people})"
    office = rf"(?i:{some['OFFICE']}){_END}"
    rank = rf"(?:{_S}(?:nationale|royale|fédérale))?"
    return [
        (rf"[Mm]inistère(?:{_S}{adjective})?{_S}{_OF}{office}(?:{_AND}{office})*", 0.93, "org:ministry"),
        (
            rf"[Mm]inistère(?:{_S}{adjective}){{0,2}}{_S}{_OF}[^\W\d_]{{4,}}(?:{_S}(?:de{_S}fer|{adjective}))?"
            rf"(?:{_S}et{_S}{_OF}[^\W\d_]{{4,}}(?:{_S}{adjective})?)?",
            0.9,
            "org:ministry",
        ),
        (
            rf"(?:[Aa]mbassade|[Cc]onsulat(?:{_S}général)?|[Ll]égation)(?:{_S}(?:{_OF}{_CAPS}|{people}))",
            0.9,
            "org:embassy",
        ),
        (
            rf"(?:(?<!hef d['’])[ÉéE]tat-major{_S}(?:des{_S}armées|général(?:{_S}des{_S}armées)?"
            rf"|interarmées|particulier|de{_S}l['’]armée)"
            rf"|[Ff]orces{_S}aérospatiales|[Hh]aut{_S}commandement|[Gg]arde{_S}côtière|Forces{_S}armées"
            rf"|Forces{_S}de{_S}défense"
            rf"|[Ss]ûreté{_S}nationale|[Pp]olice{_S}nationale|[Pp]rotection{_S}civile|[Dd]éfense{_S}civile"
            rf"|[Cc]our{_S}(?:martiale|constitutionnelle|pénale|d['’](?:appel|assises))|[Hh]aute{_S}[Cc]our"
            rf"|[Pp]arquet{_S}(?:fédéral|général|national(?:{_S}antiterroriste)?|antiterroriste|militaire)"
            rf"|[Tt]ribunal{_S}(?:militaire|spécial|suprême|constitutionnel|révolutionnaire))(?:{_S}{people})?"
            rf"(?:{_S}(?:de{_S}|d['’]|du{_S}){_CAPS})?",
            0.8,
            "org:office",
        ),
        (rf"(?:[Pp]arquet|[Tt]ribunal){_S}(?:de{_S}|d['’]){_CAPS}", 0.7, "org:office"),
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
        rf"(?:{adjective}|de{_S}(?:presse|télévision)|d['’](?:État|information)|officiel(?:le)?|publi(?:c"
        rf"|que)|privée?"
        r"|télévisée?|locale?)"
    )
    lower = (
        rf"(?:{_S}(?:{adjective}|rebelle|de{_S}presse"
        r"|[a-zà-ÿ-]+(?:iste|ique|aire|ienne?|al|ale|ive|if|é|ée|euse|eux)s?))"
    )
    band = (
        r"(?:[Gg]roupe|[Mm]ouvement|[Cc]oalition|[Mm]ilices?|[Gg]ang|[Ff]action|ONG|[Pp]arti"
        r"|[Gg]roupuscule|[Gg]uérilla|[Ss]ecte"
        r"|[Oo]rganisation|[Aa]ssociation|[Ss]yndicat|[Cc]ollectif|[Ff]ondation|[Rr]éseau(?: social)?"
        r"|[Mm]essagerie|[Aa]gence"
        r"|[Cc]haîne|[Qq]uotidien|[Hh]ebdomadaire|[Mm]agazine|[Jj]ournal|[Mm]ensuel|ASBL|[Ff]irme"
        r"|[Rr]adio|[Tt]élévision|[Bb]anque|[Ss]ite(?: d['’]information)?|[Pp]ortail)"
    )
    firm = (
        r"(?:[Cc]abinet|[Ss]ociété|[Cc]ompagnie|[Ee]ntreprise|[Cc]onstructeur|[Gg]éant|[Oo]pérateur"
        r"|[Aa]rmateur|[Mm]ission"
        r"|[Uu]nité|[Oo]pération|[Cc]artel|[Cc]ellule|[Ii]nstitut|[Pp]lateforme|[Ff]iliale|[Dd]iffuseur)"
    )
    whole = (
        r"(?:(?<!énéral de )[Bb]rigades?|[Bb]ataillon|[Rr]égiment|[Kk]atiba|[Hh]ôpital|[Ll]ycée"
        r"|[Cc]linique|[Uu]niversité|[Cc]entre hospitalier"
        r"|(?<!énéral de )[Dd]ivision|[Cc]ollège)"
    )
    opening = (
        r"(?:Radio|Télé|Canal|Studio|Agence|Groupe|Institut|Fondation|Collectif|Ansar|Jaich|Jaish|Liwa"
        r"|Harakat|Hizb|Jamaat|Kataëb"
        r"|Kataeb|Tehreek|Tehrik|Lashkar|Jund|Saraya|Brigade|Katiba|Clan|Cartel|Baz|Barrio|Casa)"
    )
    return [
        (rf"{some['HEAD']}{part}{{1,12}}", 0.82, "org:head"),
        (rf"{band}{lower}{{0,3}}{_S}[«“\"]?{_S}?(?P<name>{_ODD})", 0.91, "org:apposed"),
        (rf"{firm}{lower}{{0,2}}{_S}[«“\"]?{_S}?(?P<name>{_ODD})", 0.6, "org:apposed"),
        (rf"{whole}{_S}(?:(?:Al|al|el|El)-)?{_CAPS}", 0.86, "org:whole"),
        (rf"[Uu]niversité{_S}(?:{adjective}{_S})?(?:de{_S}|d['’]){_CAPS}", 0.8, "org:whole"),
        (rf"{opening}{_S}(?:{_PARTICLE}{_S}?)?{_CAPS}", 0.86, "org:opening"),
        (
            rf"(?:[Ll]e|[Ll]a|[Dd]u"
            rf"|[Aa]u){_S}(?P<name>{_CAP}(?:{_S}(?:{_PARTICLE}{_S})?{_CAP}){{1,3}})(?=,{_S}(?:une?{_S}"
            rf"|le{_S})?{band})",
            0.8,
            "org:apposition",
        ),
        (
            rf"(?<![\w-]){_CAP}(?:-Infos?|-Presse?|-News|-Média|\.(?:cd|net|com|info|org|fr|bf|ml"
            rf"|ci))",
            0.86,
            "org:site",
        ),
        (rf"(?<![\w-])(?:\d\d\d\d|{_CAP}){_S}?\((?P<name>{_CAPS})\){_S}?[-–—]", 0.7, "org:dateline"),
        (rf"(?:le|du){_S}(?P<name>{_CAP}(?:{_S}(?:{_PARTICLE}{_S})?{_CAP}){{1,3}})", 0.45, "org:article"),
        (rf"{medium}(?:{_S}{kind}){{1,3}}{_S}(?P<name>{_CAPS})", 0.8, "org:media"),
        (rf"(?<![\w-])(?!ONG|L[ae]|Les){_CAPS}{_S}{some['MEDIA']}{_END}", 0.8, "org:media"),
        (rf"sur{_S}(?P<name>X)(?![\w’'.-])", 0.7, "org:network"),
        (rf"©{_S}?(?P<name>{_CAPS})", 0.6, "org:credit"),
        (rf"(?:[Pp]hoto|[Cc]rédit|©)[^\n]{{0,40}}/{_S}?(?P<name>{_CAPS})", 0.7, "org:credit"),
    ]


def _shouted(text: str, start: int, end: int) -> bool:
    """Say whether the words around are in capitals too: a headline, not an acronym."""
    around = re.findall(r"[^\W\d_]{2,}", text[max(0, start - 25) : start] + " " + text[end : end + 25])
    return bool(around) and sum(word.isupper() for word in around) * 2 >= len(around)
