"""Lines of a page that are not the article: navigation, share buttons, English captions."""

import re

from spacy.tokens import Doc

from curator.spacy_models.french.candidates import silence

_LINE = re.compile(r"[^\n\u2028\u2029]+")
_NAVIGATION = re.compile(
    r"""^[\s•·\-–—>»|]*(?:
        (?:à\ )?lire\ (?:aussi|également|plus|la\ suite|encore)\b | voir\ (?:aussi|également)\b | à\ voir\b
      | partage[rz]\b | imprimer\b | envoyer\ par\b | accueil\b | menu\b | recherche[r]?\s*$ | newsletters?\b
      | (?:s[’'])?abonne(?:z-vous|r|ment)?\b | (?:se\ )?connecte[rz]\b | inscri(?:vez-vous|ption)\b | suivez-nous\b
      | (?:facebook|twitter|whatsapp|linkedin|e-?mail|telegram|copier\ le\ lien)\b(?:[\s|,/•·-]+\w+){0,6}\s*$
      | commente(?:r|z)\b | réagir\b | \d*\s*commentaires?\s*$ | publicité\b | sur\ le\ même\ (?:sujet|thème)\b
      | articles?\ (?:liés?|similaires?|connexes?|suivants?|précédents?)\b | mots[- ]clés\b | tags?\s*: | à\ la\ une\b
      | (?:plus\ d[’'])?articles?\ (?:les\ )?plus\ lus\b | cliquez\b | télécharge[rz]\b | cookies?\b | écouter\b
      | retrouvez\ (?:tou[st]|toutes|nos|l)\b | read\ (?:more|also)\b | share\b | follow\ us\b | subscribe\b | related\b | advertisement\b | see\ also\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_RUBRIC = re.compile(
    r"^\W*(?:accueil|international|monde|actualités?|infos?|politique|afrique|europe|asie|amériques?|moyen-orient|région"
    r"|proche-orient|société|économie|planète)(?:\s+[/>›»|]\s+[^/>›»|]{3,30}){1,4}\s*$",
    re.IGNORECASE,
)
_SHARE = frozenset(
    "facebook twitter whatsapp linkedin messenger telegram instagram pinterest mail email partager partagez tweeter "
    "commenter commentaires envoyer imprimer copier lien écouter réactions réagir enregistrer favoris suivre".split()
)
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset(
    "the of and to in for on with at by from is are was were has have had been be an as after during before near into "
    "over who which that this his her their its they he she it not but or will would said says people during outside "
    "file photo picture taken seen shows wearing walk walks stand stands sit gather hold holds between against amid "
    "against through while under around members soldiers fighters speaks arrives attend attends meeting talks past man men woman women building people january february april june july august september "
    "october november december".split()
)
_FRENCH = frozenset(
    "le la les une des du de et à en dans pour par sur avec est sont été qui que ne pas au aux ce cette ces sa "
    "ses leur leurs il elle ils elles se ou mais où dont ont selon lors après avant entre contre plus depuis".split()
)
_SENTENCE = re.compile(r"[^.!?]+[.!?]*(?=\s|$)|[.!?]+")


class Boilerplate:
    """Silences navigation lines whole, and English text sentence by sentence where a line mixes languages."""

    def __call__(self, doc: Doc) -> Doc:
        for line in _LINE.finditer(doc.text):
            text = line.group()
            if _NAVIGATION.match(text) or _RUBRIC.match(text) or _is_share_bar(text) or _is_english(text, 4):
                silence(doc, line.start(), line.end())
                continue
            for sentence in _SENTENCE.finditer(text):
                if _is_english(sentence.group(), 6):
                    silence(doc, line.start() + sentence.start(), line.start() + sentence.end())
        return doc


def _is_share_bar(text: str) -> bool:
    """Say whether a short line is mostly the names of buttons."""
    words = [word.lower() for word in _WORD.findall(text)]
    return 0 < len(words) <= 14 and sum(word in _SHARE for word in words) * 2 >= len(words)


def _is_english(text: str, least: int) -> bool:
    """Say whether a stretch of at least some words has clearly more English function words than French ones."""
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < least:
        return False
    english = sum(word in _ENGLISH for word in words)
    french = sum(word in _FRENCH for word in words)
    return english >= 2 and english > 2 * french and english * 8 >= len(words)
