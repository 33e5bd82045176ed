"""Persons: names told by a title, a first name, an apposition, or an earlier full name."""

import re
from typing import NamedTuple

from spacy.tokens import Doc

from curator.spacy_models.french.candidates import propose, proposed
from curator.spacy_models.french.lexicon import demonyms, either, is_word, read_lexicon
from curator.spacy_models.french.phrases import fold

_S = r"[ \u00a0\u202f]"
_CAP = r"(?:[A-ZÀ-Þ](?:[’']?[^\W\d_]+|(?=\.))(?:-[^\W\d_]+)*\.?(?:(?<=\b[A-ZÀ-Þ]\.)|(?<!\.)))"
_PARTICLE = rf"(?:(?:de{_S}la|de{_S}los|van{_S}der|van{_S}den|von{_S}der|du|de|van|von|bin|ben|ibn|ould|ag|di|da|dos|del|der|den|le|la|el|al){_S}|d['’]|(?:al|el|ad|an|ar|as|at|ash|ach|ul)-)"
_NAME = re.compile(rf"(?<![\w@#’'./-])(?:(?:al|el|as|ad)-)?{_CAP}(?:(?:{_S}{_PARTICLE}?|{_S}?(?<=\.)){_CAP})*(?![\w-])")
_INITIALS = re.compile(rf"(?<![\w@#./-])(?:[A-ZÀ-Þ][a-zà-ÿ]{{0,2}}\.{_S}?){{1,3}}(?:-[A-Z]\.)?(?=\s*(?:$|\n|et\b|,|avec\b))")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:]|[«“\"\n–—-])[\s«“\"\u00a0\u202f]*$")
_APPOSED = re.compile(
    rf",{_S}(?:l[ea]{_S}|une?{_S}|l['’]|son{_S}|sa{_S}|leur{_S}|ex-|ancien(?:ne)?{_S})?"
    rf"(?:vice-|ex-)?(?:ministre|président|premier{_S}ministre|porte-parole|chef|directeur|directrice|analyste|expert|chercheu|"
    rf"secrétaire|ambassadeur|ambassadrice|général|colonel|envoyé|représentant|coordinat|responsable|professeur|député|sénateur"
    rf"|commandant|avocat|médecin|habitant|élu|maire|gouverneur|patron|numéro|membre|journaliste|fondat|conseiller|spécialiste"
    rf"|diplomate|infirmi|réfugié|déplacé|commerçant|enseignant|agricult|étudiant|activiste|militant|opposant|dirigeant|leader"
    rf"|président|âgée?|\d\d{_S}ans|politologue|historien|consultant|délégué|haut-commissaire|commissaire|mère|père|veuve|sœur|frère|fils|fille|épouse|chauffeur|pêcheur|berger|cultivat)",
    re.IGNORECASE,
)
_SAYS = re.compile(
    rf"{_S}(?:a|ont|avait){_S}(?:\w+{_S})?(?:déclaré|annoncé|affirmé|indiqué|estimé|dit|assuré|ajouté|souligné|appelé|rappelé|expliqué)"
    rf"|{_S}\(|,{_S}\d\d{_S}ans"
)


_DETERMINERS = frozenset("le la les un une des ce cet cette ces au aux du en et mais selon pour dans par sur".split())
_ALIAS = re.compile(r"\b(?:dite?|alias|surnommée?|surnom(?: de)?|nom de guerre)\s+[«\"“]\s?(?P<alias>[A-ZÀ-Þ][^»\"”\n]{1,30}?)\s?[»\"”]")


class _Cue(NamedTuple):
    score: float
    rule: str


class People:
    """Proposes PER from the lexicons `titles` and `first_names` and from what stands around a capitalised name."""

    def __init__(self, lexicons: str) -> None:
        titles = [entry["pattern"] for entry in read_lexicon(lexicons, "titles")]
        self._first = {fold(entry["text"]) for entry in read_lexicon(lexicons, "first_names")}
        adjective = either(demonyms(lexicons))
        title = "|".join(sorted(titles, key=lambda pattern: (-len(pattern), pattern)))
        self._title = re.compile(
            rf"(?<![\w-])(?:ex-|vice-)?(?:{title})(?:{_S}(?:{adjective}|[a-zà-ÿ-]+(?:al|el|ien|ais|ois|ique|aire|ain|if)e?))?{_S}[«“\"]?{_S}?\Z",
            re.IGNORECASE,
        )
        # A title with its field and a comma: « ministre turc de la Défense, X ».
        self._office = re.compile(
            rf"(?<![\w-])(?:ex-|vice-)?(?:{title})\b[^.,;:«»()\n]{{0,90}},?{_S}\Z", re.IGNORECASE
        )
        self._title_word = re.compile(rf"(?:{title})\Z", re.IGNORECASE)

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        others = [(one.start, one.end, one.label, one.score) for one in proposed(doc) if one.label in ("GPE", "ORG", "LOC", "DATE", "NORP")]
        surnames: dict[str, int] = {}
        for match in _NAME.finditer(text):
            start, end = self._bounds(text, match.start(), match.end())
            if start >= end:
                continue
            cue = self._cue(text, start, end, others)
            if cue is None:
                continue
            propose(doc, start, end, "PER", cue.score, cue.rule)
            self._remember(text[start:end], end, cue, surnames)
        self._again(doc, surnames)
        for match in _ALIAS.finditer(text):
            propose(doc, match.start("alias"), match.end("alias"), "PER", 0.8, "person:alias")
        for match in _INITIALS.finditer(text):
            if _is_byline(text, match.start(), match.end()):
                propose(doc, match.start(), match.end(), "PER", 0.6, "person:initials")
        return doc

    def _bounds(self, text: str, start: int, end: int) -> tuple[int, int]:
        """Return the name without title, and without a word that has its capital from the sentence start."""
        while start < end:
            first = re.match(r"[^ \u00a0\u202f]+", text[start:end])
            if first is None:
                break
            word = first.group()
            rest = start + first.end()
            while rest < end and text[rest] in " \u00a0\u202f":
                rest += 1
            opens = bool(_SENTENCE_START.search(text, max(0, start - 6), start)) or start == 0
            plain = fold(word.rstrip("."))
            elided = re.match(r"(?:[LDNSJMC]|Qu)['’]", word)
            if self._title_word.match(word) and plain not in self._first:
                start = rest
            elif elided:
                start += elided.end()
            elif word.lower() in _DETERMINERS and (rest >= end or is_word(_first_word(text[rest:end]))):
                start = rest
            elif opens and plain not in self._first and is_word(word.lower()) and (rest >= end or not word.isupper()):
                start = rest
            else:
                break
        return start, end

    def _cue(self, text: str, start: int, end: int, others: list[tuple[int, int, str, float]]) -> _Cue | None:
        name = text[start:end]
        words = re.split(r"[ \u00a0\u202f]", name)
        titled = bool(self._title.search(text, max(0, start - 70), start))
        covering = [one for one in others if one[0] < end and start < one[1]]
        if any(one[0] <= start and one[1] >= end for one in covering) and not titled:
            return None
        if any(one[2] == "ORG" and one[1] - one[0] > 6 and one[3] > 0.7 for one in covering):
            return None
        first = fold(words[0].rstrip(".")) in self._first or fold(words[0].split("-")[0]) in self._first
        if titled:
            if len(words) == 1 and covering and any(one[2] in ("GPE", "LOC") and one[3] > 0.88 for one in covering):
                return None
            if name.isupper() and len(name) < 5:
                return None
            return _Cue(0.92, "person:title")
        if len(words) == 1:
            if first and not is_word(name.lower()) and not covering:
                return _Cue(0.55, "person:first-name")
            return None
        if name.isupper() and not first and not re.match(r"\s?:", text[end : end + 2]):
            return None
        if first and len(words) <= 5:
            return _Cue(0.9, "person:first-name")
        known = sum(is_word(word.lower()) for word in words if len(word) > 2)
        if known == len(words) or len(words) > 5 or words[0].isupper() and len(words[0]) > 2:
            return None
        if _APPOSED.match(text, end):
            return _Cue(0.85, "person:apposition")
        if self._office.search(text, max(0, start - 130), start):
            return _Cue(0.85, "person:office")
        if _SAYS.match(text, end):
            return _Cue(0.75, "person:speaks")
        if any(one[2] == "GPE" and one[3] > 0.8 for one in covering):
            return None
        return _Cue(0.5 if not known else 0.4, "person:capitals")

    def _remember(self, name: str, end: int, cue: _Cue, surnames: dict[str, int]) -> None:
        words = re.split(r"[ \u00a0\u202f]", name)
        if cue.score < 0.5:
            return
        surnames.setdefault(name, end)
        particles = {"de", "van", "von", "bin", "ben", "ould", "ag", "di", "da", "al", "el", "le", "la", "der", "den", "du"}
        for at in range(1, len(words)):
            if words[at].lower() in particles:
                continue
            part = " ".join(words[at:])
            if len(part) > 2 and (at == len(words) - 1 or len(words) - at <= 2):
                surnames.setdefault(part, end)
            if at == len(words) - 1 and at >= 2 and words[at - 1].lower() in particles:
                surnames.setdefault(" ".join(words[at - 1 :]), end)

    def _again(self, doc: Doc, surnames: dict[str, int]) -> None:
        """Propose later mentions of names seen in full."""
        for name, seen in surnames.items():
            if is_word(name.lower()) and len(name) < 4:
                continue
            for match in re.finditer(rf"(?<![\w@#-]){re.escape(name)}(?![\w-])", doc.text):
                if match.start() >= seen:
                    propose(doc, match.start(), match.end(), "PER", 0.88, "person:again")


def _first_word(text: str) -> str:
    return re.split(r"[ \u00a0\u202f]", text, maxsplit=1)[0].lower()


def _is_byline(text: str, start: int, end: int) -> bool:
    """Say whether initials stand alone in their line, or with an agency, as a byline does."""
    line = text[text.rfind("\n", 0, start) + 1 : len(text) if text.find("\n", end) < 0 else text.find("\n", end)]
    return len(line.strip()) <= 45
