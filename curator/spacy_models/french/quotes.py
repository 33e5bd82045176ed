"""Verbs that stand where a verb of speech stands: behind a quotation, or turned around inside one."""

import re
from collections.abc import Iterator

from curator.spacy_models.french.lexicon import finite, is_word, lemmas

_CLOSED = r"(?:[»\"”]\s?,|,\s?[»\"”]|[?!…]\s?[»\"”]\s?,?)\s+"
_ADVERB = (
    r"(?:(?:\w+ment|aussi|aussitôt|ensuite|encore|alors|toutefois|cependant|déjà|également|même|hier|par ailleurs)\s+)?"
)
_SUBJECT = (
    r"(?:une?|les?|la|l['’]|des|son|sa|ses|leurs?|ce|cet|cette|ces|deux|trois|plusieurs|certains|M\.|Mme|Me|Mgr|Dr"
    r"|l['’]un|pour sa part|de son côté|(?-i:[A-ZÀ-Þ]))"
)
# A bare participle qualifies what is quoted.
_WORD = r"(?P<verb>[a-zà-ÿœ]+(?<![éiu])(?<!ée|és|ie|is|ue|us)(?<!ées))"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_CLOSED}(?:se\s+|s['’]|nous\s+|me\s+)?{_WORD}\s+{_ADVERB}{_SUBJECT}",
        rf"{_CLOSED}(?:s['’]est|se\s+sont|ont|a|avait|avaient)\s+{_ADVERB}(?P<verb>[a-zà-ÿœ]+(?:é|ée|és|ées|i|it|u))\s+{_SUBJECT}",
        rf"[,»\"”]\s+(?:se\s+|s['’])?{_WORD}(?:-t)?-(?:ils?|elles?|on)\b",
        rf"[,»\"”!?…]\s+(?:n['’]|s['’]|leur\s|lui\s|nous\s|m['’])?(?:a-t|avait|est|ont|sont)-(?:ils?|elles?|on)\s+{_ADVERB}(?P<verb>[a-zà-ÿœ]+(?:é|ée|és|ées|i|it|u))\b",
    )
)
# What follows a quotation without reporting it.
_SILENT_WORDS = """
    a aurait avait avaient ont est était étaient sont sera seront serait fut fit font fait faisait doit doivent
    devait peut peuvent pouvait veut veulent faut faudrait va vont vient viennent reste restent semble semblait
    paraît suffit entre contre outre lors puisque vers dont avec sans sous mais donc car été eu pu dû voulu fallu
    mis pris tout toute puis hormis parmi malgré présente figure existe commence appelle apporte permet prend met
    porte remercie
"""
_SILENT = frozenset(_SILENT_WORDS.split())


def speech(text: str) -> Iterator[tuple[int, int]]:
    """Yield the extent of each verb that reports a quotation by where it stands."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if _reports(match["verb"]):
                yield match.span("verb")


def _reports(word: str) -> bool:
    if word in _SILENT or not word.islower() or len(word) < 3:
        return False
    if any(len(lemma) > 4 and lemma != word and lemma.endswith(("er", "ir", "re")) for lemma in lemmas(word)):
        return True
    infinitive = finite(word)
    return infinitive is not None and is_word(infinitive)
