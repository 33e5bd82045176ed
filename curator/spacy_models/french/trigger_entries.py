"""One entry of the triggers: what a word and its surroundings must be like."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curator.spacy_models.compiled import Compiled

_REACH = 80
_AROUND = 300
_SENTENCE = 2_000
"""How far a sentence goes at most in either direction: a text without a stop is none."""
_STOP = re.compile(r"[.!?;…]\s|\n")
_DETERMINER = (
    r"(?:\b(?:les?|la|une?|des|du|aux?|ce|cet|cette|ces|son|sa|ses|leurs?|mon|ma|mes|notre|nos|votre|vos|plusieurs|quelques"
    r"|aucune?|chaque|quelle?s?|premi[eè]re?s?|(?<!de )(?<!à )nouveau|nouve(?:aux|lle|lles)|dernière?s?|derniers?"
    r"|sans|sous|par|toute?|sur)\s+)\Z"
)
_PREPOSITION = r"(?:\b(?:de|en|à|pour|avec|contre|comme|ni|entre|après|avant|dès)\s+|\b[ld]['’]|(?:\A|[\n:–—•])\s*)\Z"
# Behind these, le, la, les and leur are pronouns of the verb that follows; "ce dernier" stands for a name.
_PRONOUN = re.compile(
    r"\b(?:(?:ne|n['’]y|qui|ils?|elles?|on|nous|vous|je|tu|personne)\s+(?:(?:les?|la|leur|lui)\s+|l['’])"
    r"|ce(?:s derniers| dernier)\s+)\Z",
    re.IGNORECASE,
)
# As opposed to "l'a accusé": a participle directly behind the article is a noun.
_ELIDED = re.compile(r"\b[ld]['’]\Z", re.IGNORECASE)
_PARTICIPLE = ("é", "ée", "és", "ées")
_CONTEXTS = {
    "finite": re.compile(f"{_DETERMINER}|{_PREPOSITION}", re.IGNORECASE),
    "verb": re.compile(_DETERMINER, re.IGNORECASE),
    "infinitive": re.compile(r"\b(?:une?|des|du|aux?|ce|cet|cette|ces|sur|son|mon|notre)\s+\Z", re.IGNORECASE),
    "noun": re.compile(
        rf"{_DETERMINER}|(?:\b[ld]['’]|\b(?:de|en|et|à|ou|après|avant|pour|contre|deux|trois|\d+|[a-z]+s)\s+)\Z",
        re.IGNORECASE,
    ),
}


class Sentences:
    """A text whose sentences are only looked for when a trigger asks for one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._stops: list[int] | None = None

    def sentence(self, place: int) -> tuple[int, int]:
        if self._stops is None:
            self._stops = [0, *(match.end() for match in _STOP.finditer(self.text)), len(self.text)]
        after = bisect_right(self._stops, place)
        return self._stops[after - 1], self._stops[min(after, len(self._stops) - 1)]


@dataclass(frozen=True, slots=True)
class Trigger:
    label: str
    score: float
    rule: str
    role: str
    form: re.Pattern[str] | None
    then: re.Pattern[str] | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    near: re.Pattern[str] | None
    unless_near: re.Pattern[str] | None
    around: re.Pattern[str] | None
    unless_around: re.Pattern[str] | None

    @classmethod
    def of(cls, entry: Mapping[str, Any], kept: Compiled) -> "Trigger":
        """Return the trigger of an entry of the lexicon. Raises re.error where an expression is none."""
        return cls(
            entry["label"],
            float(entry.get("score", 0.8)),
            entry.get("rule", "trigger"),
            entry.get("as", ""),
            _starting(entry.get("form"), kept),
            _starting(entry.get("then"), kept),
            _ending(entry.get("before"), kept),
            _starting(entry.get("after"), kept),
            _ending(entry.get("unless_before"), kept),
            _starting(entry.get("unless_after"), kept),
            _starting(entry.get("near"), kept),
            _starting(entry.get("unless_near"), kept),
            _starting(entry.get("around"), kept),
            _starting(entry.get("unless_around"), kept),
        )

    def extent(self, within: Sentences, start: int, end: int) -> int | None:
        """Return where the trigger that starts with this word ends; none if this is no such trigger."""
        text = within.text
        if self.form and not self.form.fullmatch(text, start, end):
            return None
        left = max(0, start - _REACH)
        if self.role and not self._has_role(text, left, start, end):
            return None
        if self.then:
            rest = self.then.match(text, end, end + _REACH)
            if not rest:
                return None
            end = rest.end()
        if self.before and not self.before.search(text, left, start):
            return None
        if self.after and not self.after.match(text, end, end + _REACH):
            return None
        if self.unless_before and self.unless_before.search(text, left, start):
            return None
        if self.unless_after and self.unless_after.match(text, end, end + _REACH):
            return None
        return end if self._is_near(within, start) else None

    def _is_near(self, within: Sentences, start: int) -> bool:
        first, last = max(0, start - _AROUND), start + _AROUND
        if self.around and not self.around.search(within.text, first, last):
            return False
        if self.unless_around and self.unless_around.search(within.text, first, last):
            return False
        if not self.near and not self.unless_near:
            return True
        first, last = within.sentence(start)
        first, last = max(first, start - _SENTENCE), min(last, start + _SENTENCE)
        if self.near and not self.near.search(within.text, first, last):
            return False
        return not (self.unless_near and self.unless_near.search(within.text, first, last))

    def _has_role(self, text: str, left: int, start: int, end: int) -> bool:
        if self.role == "noun":
            return bool(_CONTEXTS["noun"].search(text, left, start))
        if _PRONOUN.search(text, left, start):
            return True
        if text[start:end].lower().endswith(_PARTICIPLE) and _ELIDED.search(text, left, start):
            return False
        return not _CONTEXTS[self.role].search(text, left, start)


def _ending(pattern: str | None, kept: Compiled) -> re.Pattern[str] | None:
    return kept.expression(rf"(?:{pattern})\Z", re.IGNORECASE) if pattern else None


def _starting(pattern: str | None, kept: Compiled) -> re.Pattern[str] | None:
    return kept.expression(pattern, re.IGNORECASE) if pattern else None
