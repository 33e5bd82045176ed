"""Places that no list knows, told by the words before them."""

import re

from spacy.tokens import Doc

from curator.spacy_models.french.candidates import propose, proposed
from curator.spacy_models.french.lexicon import is_word

_S = r"[ \u00a0\u202f]"
_CAP = r"[A-ZÀ-Þ][^\W\d_]+(?:[-’'][^\W\d_]+)*"
_PART = rf"(?:{_S}(?:(?:el|al|es|ed|de|du|des|la|le|les|sur|en){_S})?{_CAP})"
_OF = rf"(?:{_S}(?:de{_S}la|de{_S}l['’]|du|des|de|d['’]))"
_NAME = rf"(?:(?:al|el|Al|El|es|as)-)?{_CAP}{_PART}{{0,2}}"

# The generic noun belongs to the name.
_NATURE = re.compile(
    r"(?<![\w-])(?:[Ll]ac|[Mm]onts?|[ÎîIi]les?|[Dd]étroit|[Mm]er|[Gg]olfe|[Ff]leuve|[Rr]ivière|[Rr]ío|[Vv]allée"
    r"|[Pp]laine|[Mm]ontagnes?"
    r"|[Dd]ésert|[Cc]ol|[Cc]ap|[Ff]orêt|[Pp]lateau|[Oo]asis|[Pp]éninsule|[Aa]rchipel|[Rr]écif|[Bb]aie|[Pp]lace|[Cc]anal|[Dd]elta"
    rf"|[Cc]olline|[Mm]assif|[Cc]orridor)(?:{_OF}{_S}?|{_S}){_NAME}"
)
_QUARTER = re.compile(
    rf"(?<![\w-])(?:quartiers?|faubourg|banlieue|camp|aéroport|pont|base)(?:{_OF}{_S}?|{_S})(?P<name>{_NAME})"
)
_SETTLED = re.compile(
    r"(?<![\w-])(?:villes?|villages?|localité|province|région|district|gouvernorat|département|canton|commune|bourg|bourgade"
    r"|port|enclave|bastion|fief|capitale|préfecture|comté|oblast|cité|hameau|municipalité|préfecture)"
    rf"(?:{_S}[a-zà-ÿ-]+)?(?:{_OF}{_S}?|{_S})(?P<name>{_NAME})"
)
_NEAR = re.compile(
    r"(?<![\w-])(?:(?:(?:près|proche|autour|abords|nord|sud|est|ouest|large|banlieue|sortie|proximité|environs|périphérie"
    rf"|route|direction)(?:{_S}de|{_S}d['’]))|vers|depuis|jusqu['’]à|à|À|entre){_S}?(?P<name>{_NAME})"
)


class Locatives:
    """Proposes LOC for names of nature with their noun, and GPE for an unknown name where only a place can stand."""

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        for match in _NATURE.finditer(text):
            propose(doc, match.start(), match.end(), "LOC", 0.75, "place:nature")
        named = {text[one.start : one.end] for one in proposed(doc, "PER")}
        words = {word for name in named for word in name.split()}
        for pattern, label, score, rule in (
            (_QUARTER, "LOC", 0.5, "place:quarter"),
            (_SETTLED, "GPE", 0.7, "place:settled"),
            (_NEAR, "GPE", 0.55, "place:near"),
        ):
            for match in pattern.finditer(text):
                name = match.group("name")
                if name in words or name in named or is_word(name.lower()) or name.isupper():
                    continue
                propose(doc, match.start("name"), match.end("name"), label, score, rule)
        return doc
