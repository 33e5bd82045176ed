"""Organisations told by their head noun, and acronyms."""

import re

from spacy.tokens import Doc

from curator.spacy_models.french.candidates import propose, proposed
from curator.spacy_models.french.lexicon import inflections, is_word, read_lexicon

_S = r"[ \u00a0\u202f]+"
_CAP = r"[A-ZÀ-Þ][\w’'-]*"
_OF = rf"(?:de{_S}la{_S}|de{_S}l['’]|du{_S}|des{_S}|de{_S}|d['’])"
_OFFICE = (
    r"(?:affaires{s}(?:étrangères|sociales|intérieures|religieuses|européennes)|défense(?:{s}nationale)?|intérieur|justice"
    r"|santé(?:{s}publique)?|économie|finances|agriculture|énergie|information|communication|éducation(?:{s}nationale)?"
    r"|transports?|pétrole|sécurité(?:{s}publique|{s}intérieure)?|culture|commerce|environnement|travail|tourisme"
    r"|armées?|immigration|trésor|réfugiés|réconciliation|renseignements?|relations{s}extérieures|migrations?)"
).replace("{s}", _S)
_LINK = rf"(?:(?:{_S}et{_S}|,{_S})(?:{_OF}|l['’]|la{_S}|le{_S}|les{_S})?)"
_OFFICES = rf"{_OF}(?i:{_OFFICE})(?:{_LINK}(?i:{_OFFICE}))*"

# Nouns that head a name when they have a capital.
_HEADS = (
    r"(?:Front|Armées?|Forces?|Mouvement|Parti|Union|Organisation|Conseil|Comité|Cour|Agence|Commission|Haut-Commissariat"
    r"|Haut-commissariat|Haut{s}Commissariat|Ligue|Fédération|Association|Fondation|Institut|Centre|Université|Observatoire"
    r"|Alliance|Assemblée|Parlement|Banque|Brigades?|Bataillon|Congrès|Croissant-Rouge|Croix-Rouge|Service|Bureau|Office"
    r"|Chambre|Tribunal|Groupe|Programme|Fonds|Société|Syndicat|Confédération|Coordination|Coalition|Mission|Académie"
    r"|Réseau|Rassemblement|Direction|Ministère|Département|Police|Gendarmerie|Garde|Marine|Milice|Régiment|École|Secrétariat"
    r"|Initiative|Collectif|Autorité|Administration|Cellule|Unité|Unités|Jeunesse|Compagnie|Corps|Radio|Journal|Hôpital"
    r"|Quotidien|Courrier|Gazette|Hebdo|Tribune|Voix|Télévision|Médecins|Ingénieurs|Avocats|Secours|Action|Solidarité"
    r"|Gardiens|Faisceau|Pôle|Convention|Convergence|Consortium|Cartel|Clan|Gang|Légion|Division|Fraternité|Résistance"
    r"|Plateforme|Plate-forme|Forum|Dispensaire|Maison|Cercle|Club|Chaîne|Lycée|Laboratoire|Banque)"
).replace("{s}", _S)
_COMMON = (
    r"(?:sécurité|défense|libération|droits?|homme|femme|femmes|enfants?|commerce|santé|coopération|développement|énergie"
    r"|guerre|salut|paix|protection|peuples?|réfugiés|soutien|unité|réconciliation|transition|justice|liberté|démocratie"
    r"|résistance|lutte|contrôle|surveillance|aviation|investissement|presse|recherche|stratégie|stratégiques|relations"
    r"|études|analyse|conflits?|migrations?|humanité|travail|travailleurs|renseignements?|police|information|communication"
    r"|nations?|unies|état|états|islam|musulmans|région|combattants?|gestion|crises?|armées?|terre|air|marine|alliance"
    r"|défenseur|appui|assistance|aide|secours|frontières?|côtes|salut|public|publique|intérieure|rapide|réaction"
    r"|stabilisation|observation|vérification|coordination|affaires|humanitaires|vigilance|jeunes|jeunesse|égalité|mines"
    r"|pêche|pêcheurs|mer|maritime|oppositions?|élections|veuves|victimes|prisonniers|familles|mères|anciens|agriculture)"
)
_ADJECTIVE = (
    r"(?:nation(?:al|ale|aux|ales)|popula(?:ire|ires)|démocratiques?|islamiques?|internation(?:al|ale|aux|ales)|mondi(?:al|ale|aux|ales)"
    r"|centr(?:al|ale|aux)|suprêmes?|fédér(?:al|ale|aux|ales)|roy(?:al|ale|aux|ales)|supérieure?s?|génér(?:al|ale|aux|ales)"
    r"|militaires?|libres?|patriotiques?|révolutionnaires?|socialistes?|communistes?|républicaine?s?|constitutionnel(?:le)?s?"
    r"|pén(?:al|ale|aux)|économiques?|monétaires?|atomiques?|humanitaires?|médic(?:al|ale|aux|ales)|unifiée?s?|unie?s?"
    r"|conjointe?s?|multination(?:al|ale|aux|ales)|mixtes?|intérimaires?|transitoire|stratégiques?|politiques?|région(?:al|ale|aux|ales)"
    r"|séoudite?s?|présidentielle?s?|spéci(?:al|ale|aux|ales)|syndic(?:al|ale|aux|ales)|universitaires?|aérienn?e?s?|navale?s?"
    r"|maritimes?|alimentaires?|civile?s?|publics?|publiques?|provisoires?|indépendante?s?|autonomes?|sociale?s?|laborales?"
    r"|antiterroristes?|volontaires?|locales?|permanente?s?|extraordinaires?|locaux|local|orient(?:al|ale)|occident(?:al|ale))"
)
_ROMAN = re.compile(r"[IVXLC]+")
_ACRONYM = re.compile(r"(?<![\w@#.’'/-])(?:[A-Z]\.){2,6}|(?<![\w@#./-])[A-Z][A-ZÀ-Þ0-9]{1,6}(?![\w/’'-])")
_BRACKET = re.compile(rf"{_S}?\((?:ex-)?([A-ZÀ-Þ][\w-]{{1,9}})(?:[/,][^)]{{1,30}})?\)")
_NOT_ACRONYMS = frozenset("GMT UTC TU CET CEST AM PM BP CV OK TV PC VIP SMS GPS PIB TVA ADN VIH SIDA FM DVD UN ET LE LA LES DE DU DES M MM AU EN A I II III SOS PDF HD WC USS HMS UAV CO CR NDLR".split())


class Organisations:
    """Proposes ministries, armies, names that a capitalised head noun opens, and acronyms.

    An acronym in brackets after an organisation is one wherever it stands; another in capitals is a weak guess.
    """

    def __init__(self, lexicons: str) -> None:
        people = {
            form
            for entry in read_lexicon(lexicons, "demonyms")
            for form in inflections(entry["masculine"], entry.get("feminine"))
        }
        demonym = "(?i:" + "|".join(re.escape(form) for form in sorted(people, key=lambda form: (-len(form), form))) + r")(?![\w-])"
        adjective = rf"(?:{_ADJECTIVE}(?![\w-])|{demonym})"
        term = rf"(?:{_CAP}|{_COMMON}(?![\w-]))"
        part = rf"(?:{_S}{adjective}|{_S}(?:{_OF}|pour{_S}(?:la{_S}|le{_S}|les{_S}|l['’])?|contre{_S}(?:la{_S}|le{_S}|l['’])?|sans{_S}|aux?{_S}|à{_S}(?:la{_S}|l['’]))(?:{adjective}{_S})?{term}|{_S}et{_S}(?:{_OF}|à{_S}l['’]|aux{_S}|la{_S}|l['’])?{term}(?={_S}|[).,»])|{_S}{_CAP})"
        self._rules = [
            (re.compile(pattern), score, rule)
            for pattern, score, rule in (
                (rf"\b[Mm]inistère(?:{_S}{adjective})?{_S}{_OFFICES}", 0.93, "org:ministry"),
                (rf"\b(?:[Dd]épartement|[Ss]ecrétariat){_S}(?:{adjective}{_S})?(?:d['’][ÉE]tat|{_OF}(?:{_CAP}|défense|justice|trésor)(?![\w-]))", 0.92, "org:ministry"),
                (rf"\b(?:[Aa]rmée|[Mm]arine|[Aa]viation|[Gg]endarmerie|[Pp]olice|[Éé]tat-major|[Pp]arlement|[Ss]énat)(?:{_S}(?:nationale|royale|fédérale))?{_S}{demonym}", 0.88, "org:army"),
                (rf"\b(?:[Aa]rmées?|[Ff]orces?){_S}de{_S}l['’]air(?:{_S}{demonym})?|\b[Aa]rmée{_S}de{_S}terre(?:{_S}{demonym})?|\b[Gg]arde{_S}(?:nationale|républicaine|présidentielle)(?:{_S}{demonym})?", 0.8, "org:army"),
                (rf"\b(?:[Bb]anque{_S}centrale|[Cc]our{_S}suprême|[Aa]ssemblée{_S}nationale|[Cc]ommandement)(?:{_S}{demonym})(?:{_S}pour{_S}(?:le{_S}|la{_S}|l['’]){_CAP})?", 0.8, "org:office"),
                (rf"\b(?:[Uu]niversité|[Ii]nstitut|[Cc]abinet|[Aa]gence|[Jj]ournal|[Qq]uotidien|[Mm]agazine|[Cc]haîne|[Hh]ôpital|ONG|[Pp]arti|[Mm]ilice|[Cc]artel|[Gg]ang){_S}(?:de{_S}|d['’])?(?P<name>{_CAP}(?:{_S}{_CAP})*)", 0.55, "org:apposed"),
                (rf"\b{_HEADS}{part}+", 0.82, "org:head"),
                (rf"\b(?:[Aa]gence|[Cc]haîne|[Rr]adio|[Jj]ournal|[Qq]uotidien)(?:{_S}(?:{adjective}|de{_S}presse|officielle?|publique|d['’]État|privée?|télévisée|locale?|d['’]information|de{_S}télévision)){{1,3}}{_S}(?P<name>{_CAP}(?:{_S}{_CAP})*)", 0.8, "org:media"),
            )
        ]

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        for pattern, score, rule in self._rules:
            for match in pattern.finditer(text):
                start, end = match.span("name" if "name" in pattern.groupindex else 0)
                propose(doc, start, end, "ORG", score, rule)
        self._acronyms(doc)
        return doc

    def _acronyms(self, doc: Doc) -> None:
        text = doc.text
        ends = {one.end for one in proposed(doc, "ORG")}
        introduced = {match.group(1) for match in _BRACKET.finditer(text) if match.start() in ends}
        for name in sorted(introduced):
            for match in re.finditer(rf"(?<![\w@#-]){re.escape(name)}(?![\w-])", text):
                propose(doc, match.start(), match.end(), "ORG", 0.92, "org:acronym")
        for match in _ACRONYM.finditer(text):
            name = match.group()
            if name in _NOT_ACRONYMS or _ROMAN.fullmatch(name) or _shouted(text, match.start(), match.end()):
                continue
            if any(char.isdigit() for char in name) or (len(name) > 4 and is_word(name.lower())):
                continue
            propose(doc, match.start(), match.end(), "ORG", 0.55, "org:capitals")


def _shouted(text: str, start: int, end: int) -> bool:
    """Say whether the words around are in capitals too: a headline, not an acronym."""
    around = re.findall(r"[^\W\d_]{2,}", text[max(0, start - 25) : start] + " " + text[end : end + 25])
    return bool(around) and sum(word.isupper() for word in around) * 2 >= len(around)
