"""Places that no list knows, known by the words before them."""

import re

from spacy.tokens import Doc

from curator.spacy_models.french.lexicon import is_word
from curator.spacy_models.french.mentions import mentions
from curator.spacy_models.french.rule_spans import propose, proposed, text_of

_S = r"[ \u00a0\u202f]"
# Bounded, for after an apostrophe each part of it may begin a name again.
_CAP = r"[A-ZÀ-Þ][^\W\d_]+(?:[-’'][^\W\d_]+){0,8}"
_PART = rf"(?:{_S}(?:(?:el|al|es|as|ed|la|le|les|sur|en){_S}|(?:el|al|es|as|ed|ar|ad|an)-)?{_CAP})"
_OF = rf"(?:{_S}(?:de{_S}la|de{_S}l['’]|du|des|de|d['’]|aux|au|à{_S}la))"
_NAME = rf"(?:(?:al|el|Al|El|es|as|ad|ar)-)?{_CAP}{_PART}{{0,2}}"
# A name that other words join on to would be cut short.
_SHORT = rf"(?:(?:al|el|Al|El|es|as|ad|ar)-)?{_CAP}{_PART}{{0,2}}(?:{_S}\d{{1,2}}(?!{_S}?\w|[\d,.]))?"

# The generic noun belongs to the name.
_NATURE = re.compile(
    r"(?<![\w-])(?:[Ll]acs?|[Mm]onts?|[ÎîIi](?:les?|lots?)|[Dd]étroit|[Mm]er|[Gg]olfe|[Ff]leuve"
    r"|[Rr]ivière|[RrRr][íi]o|[Vv]allée"
    r"|[Oo]ued|[Ww]adi|[Dd]jebel|[Jj]ebel|[Pp]laine|[Mm]ontagnes?|[Mm]assif|[Dd]ésert|[Cc]ol|[Cc]ap|[Ff]orêt"
    r"|[Pp]lateau|[Oo]asis|[Pp]éninsule|[Pp]resqu['’]île|[Aa]rchipel|[Rr]écifs?|[Aa]toll|[Bb]aie|[Dd]elta"
    r"|[Cc]olline|[Cc]orridor"
    r"|[Cc]ouloir|[Pp]asse|[Gg]orges?|[Ll]agune|[Ee]stuaire|[Ii]sthme|[Vv]olcan|[Ss]teppe|[Mm]arais|[Cc]hutes|canal"
    rf"|[Pp]arc{_S}national|[Hh]auts{_S}plateaux|[Bb]assin|[Cc]ordillère|[Ss]ierra|[Tt]rouée|[Ll]igne)"
    rf"(?:{_OF}{_S}?|{_S}){_NAME}"
)
_KIND = (
    rf"(?:{_S}(?:international|militaire|civile?|central|nucléaire|aérien(?:ne)?|navale|frontali(?:er|ère)"
    rf"|routi(?:er|ère)"
    r"|universitaire|régional|principal|historique|ferroviaire|stratégique|nationale?|thermique|hydroélectrique))?"
)
_SITE = re.compile(
    r"(?<![\w-])(?:[Aa]éroport|[Aa]érodrome|[Pp]ont|[Tt]unnel|[Rr]ue|[Cc]hemin|[Aa]llée|[Ii]mpasse"
    r"|[Qq]uai|[Cc]haussée|[Cc]afé|[Bb]ase|[Aa]venue|[Bb]oulevard|[Rr]ond-point|[Ss]quare"
    r"|[Ee]splanade|[Rr]oute|[Aa]utoroute|[Jj]ardins?|[Pp]arc|[Ss]tade|[Hh]ôtel|[Ff]ort|[Cc]itadelle"
    r"|[Pp]alais|[Mm]onument"
    r"|[Mm]osquée|[Cc]athédrale|[ÉéEe]glise|[Mm]onastère|[Gg]are|[Pp]orte|[Cc]entrale|[Uu]sine|[Cc]aserne"
    r"|[Bb]arrage|Base|Camp|Quartier)"
    rf"{_KIND}(?:{_OF}{_S}?|{_S})(?P<name>{_SHORT})"
)
_SQUARE = re.compile(rf"(?<![\w-])[Pp]lace{_OF}?{_S}?(?P<name>{_NAME})")
_ROAD = re.compile(rf"(?<![\w-])(?:autoroute|route{_S}nationale|route){_S}(?P<name>[A-Z]{{1,2}}-?\d{{1,3}})(?!\w)")
_HERE = r"(?:[a-zà-ÿ]+(?:al|el|ien|ais|ois|ique|aire|ain|if|eux|ier)(?:ne|le|e|s|es)?|dite?|nommée?|sud|nord|est|ouest)"
_QUARTER = re.compile(
    rf"(?<![\w-])(?:quartiers?|faubourgs?|banlieue|camps?|bidonville|marché|prison|cimetière|rives"
    rf"|zone)(?:{_S}{_HERE})?"
    rf"(?:{_S}(?:de{_S}réfugiés|de{_S}déplacés|industrielle))?(?:{_OF}{_S}?|{_S})(?P<name>{_NAME})"
)
_SETTLED = re.compile(
    r"(?<![\w-])(?:[Vv]illes?|[Vv]illages?|localités?|provinces?|régions?|districts?|gouvernorats?"
    r"|départements?|cantons?"
    r"|communes?|bourgs?|bourgades?|port|enclave|bastions?|fiefs?|capitale|chef-lieu"
    r"|(?:sous-)?préfectures?|comtés?|oblasts?"
    r"|cités?|hameaux?|municipalités?|cercle|wilaya|territoires?|chefferie|émirat|royaume|agglomération|postes?"
    r"|poste-frontière|points?{_S}de{_S}passage|carrefour|axe|front|bataille|chute|prise|reprise"
    r"|circonscription|métropole"
    r"|habitants|hauteurs|alentours|rues|ciel|secteurs?|paroisse|diocèse|colonie|collectivité"
    r"|commissariat|hôpital|piste"
    r"|maire|gouverneur|préfet|gouverneure|mairie|collines|école|population|déplacés|réfugiés|familles|gens|commune)"
    rf"(?:{_S}{_HERE})?(?:{_OF}{_S}?|{_S})(?P<name>{_NAME})".replace("{_S}", _S)
)
_NEAR = re.compile(
    r"(?<![\w-])(?:(?:(?:près|proche|autour|abords|nord(?:-est|-ouest)?|sud(?:-est|-ouest)?|est|ouest"
    r"|large|banlieue|sortie"
    r"|proximité|environs|périphérie|route|direction|entrée|portes|originaire|natif|centre|km|kilomètres|face|dehors)"
    rf"(?:{_S}de|{_S}d['’]))|[Vv]ers|[Dd]epuis|jusqu['’]à|à|À|A|entre|s['’]emparer{_S}d[e'’]"
    rf"|contrôle{_S}d[e'’]|en){_S}?"
    rf"(?P<name>{_NAME})"
)
_FROM = re.compile(rf"(?<![\w-])d(?:e{_S}|['’])(?P<name>{_CAP})(?={_S}à{_S}[A-ZÀ-Þ])")
_DATELINE = re.compile(
    r"^(?P<name>[A-ZÀ-Þ][A-ZÀ-Þ'’-]{3,}+(?: [A-ZÀ-Þ'’-]{2,}+){0,2})"
    r"(?=(?: \([^)\n]{2,40}\))?(?:,? (?:le )?\d{1,2} |,? \(| [-–—] ))",
    re.MULTILINE,
)
# Either Korea, or either Sudan, in an article on both.
_HALF = re.compile(
    rf"(?<![\w-])(?:[Ll]e|[Dd]u|[Aa]u){_S}(?P<name>Nord|Sud)(?![\w-])(?!{_S}(?:[A-ZÀ-Þ]|d[eu]{_S}|d['’]))"
)
_TAKEN = re.compile(
    r"(?<![\w-])(?:pris|prendre|repris|reprendre|quitté|conquis|encercl\w{1,4}|assiég\w{1,4}"
    r"|bombard\w{1,4}|pilonn\w{1,4}|évacu\w{1,4}"
    rf"|attaqu\w{{1,4}}|rejoint|atteint|visé|investi|occup\w{{1,4}}){_S}(?P<name>{_NAME})"
)
# What has banks and is crossed is a river, whatever its name.
_WATER = re.compile(
    rf"(?<![\w-])(?:(?:(?<!à )bords?|rives?|berges?|eaux|crues?|embouchure|confluent|méandres)"
    rf"(?:{_S}(?:gauche|droite|nord|sud|est|ouest|orientale|occidentale))?{_S}(?:du{_S}|de{_S}la{_S}|de{_S}l['’])"
    rf"|(?:travers|franchi)\w{{0,5}}{_S}(?:l[ae]{_S}|l['’]))(?P<name>{_CAP})(?!{_S}[A-ZÀ-Þ])"
)
_NEXT = re.compile(
    rf"(?:,{_S}(?:à{_S}|de{_S}|d['’])|(?:{_S}et|{_S}ou|{_S}puis){_S}(?:à{_S}|de{_S}|d['’]|du{_S}|en{_S}|vers{_S})?"
    rf"|,{_S}(?={_CAP}(?:,|{_S}et{_S})))(?P<name>{_NAME})"
)
_OF_END = re.compile(rf"(?:{_S}(?:de|du|des|de{_S}la){_S}|{_S}(?:de{_S}l|d)['’])\Z")
_LONGEST_LIST = 6

_RULES = (
    (_QUARTER, "LOC", 0.56, "place:quarter"),
    (_WATER, "LOC", 0.6, "place:water"),
    (_ROAD, "LOC", 0.7, "place:road"),
    (_SETTLED, "GPE", 0.7, "place:settled"),
    (_NEAR, "GPE", 0.55, "place:near"),
    (_FROM, "GPE", 0.5, "place:near"),
    (_TAKEN, "GPE", 0.52, "place:taken"),
)
# A name that only its capitals tell for a person's may as well be a place's.
_GUESSED = frozenset({"person:capitals", "org:article"})


class Locatives:
    """Proposes LOC for names of nature and sites with their noun, and GPE for an unknown name where a place stands.

    What stands beside such a place in a list is one too, and so is the same name elsewhere in the text.
    """

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        governed = {span.start for span in proposed(doc, "GPE", "NORP") if span.score > 0.8}
        for match in _NATURE.finditer(text):
            propose(doc, match.start(), match.end(), "LOC", 0.75, "place:nature")
        for pattern, rule in ((_SITE, "place:site"), (_SQUARE, "place:square")):
            for match in pattern.finditer(text):
                # « la place de la France » is no square, « la route de Paris » no name.
                owned = match.start("name") in governed and _OF_END.search(text, match.start(), match.start("name"))
                if not owned or match.group().startswith(("pont", "aéroport")):
                    propose(doc, match.start(), match.end(), "LOC", 0.72, rule)
        for match in _DATELINE.finditer(text):
            if not any(is_word(word.lower()) for word in re.findall(r"\w+", match.group("name"))):
                propose(doc, match.start(), match.end(), "GPE", 0.6, "place:dateline")
        if "Corée" in text:
            for match in _HALF.finditer(text):
                propose(doc, match.start("name"), match.end("name"), "GPE", 0.7, "place:half")
        self._unknown(doc, text)
        return doc

    def _unknown(self, doc: Doc, text: str) -> None:
        named = {text[span.start : span.end] for span in proposed(doc, "PER") if span.rule not in _GUESSED}
        words = {word for name in named for word in name.split()}
        known = {span.start: span for span in proposed(doc, "GPE", "LOC", "ORG", "NORP") if span.score > 0.6}
        places: dict[str, tuple[str, int]] = {}
        for pattern, label, score, rule in _RULES:
            for match in pattern.finditer(text):
                start, end = match.span("name")
                for _ in range(_LONGEST_LIST):
                    name = text[start:end]
                    span = known.get(start)
                    if span is not None and span.end >= end:
                        if span.label not in ("GPE", "LOC"):
                            break
                    elif (
                        name in words
                        or name in named
                        or (is_word(name.lower()) and not _is_surely_place(match, start))
                        or (name.isupper() and rule != "place:road")
                    ):
                        break
                    else:
                        propose(doc, start, end, label, score, rule)
                        places.setdefault(name, (label, start))
                    following = _NEXT.match(text, end)
                    if following is None or rule == "place:road":
                        break
                    start, end = following.span("name")
        for name, starts in mentions(text, places).items():
            label, first = places[name]
            for start in starts:
                if start != first:
                    propose(doc, start, start + len(name), label, 0.52, "place:again")


def _is_surely_place(match: re.Match[str], start: int) -> bool:
    """Say whether a place stands here even where its name is a French word: after `à`, or a town's noun."""
    before = match.string[match.start() : start]
    return start == match.start("name") and (before in ("à ", "à\u00a0") or before.startswith(_TOWNS))


_TOWNS = ("ville ", "village ", "commune ", "maire ", "localité ")
