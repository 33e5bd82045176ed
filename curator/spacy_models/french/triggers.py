"""Event triggers: by lemma, by fixed phrase, and by what stands around them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from spacy.tokens import Doc

from curator.domain.errors import CuratorError
from curator.spacy_models.french.candidates import propose
from curator.spacy_models.french.lexicon import finite, lemmas, read_lexicon

_REACH = 60
_NOTHING = "NONE"
_DETERMINER = (
    r"(?:\b(?:les?|la|une?|des|du|aux?|ce|cet|cette|ces|son|sa|ses|leurs?|mon|ma|mes|notre|nos|votre|vos|plusieurs|quelques"
    r"|aucune?|chaque|quelle?s?|premi[eè]re?s?|nouve(?:au|aux|lle|lles)|dernière?s?|derniers?|sans|sous|par|toute?|sur)\s+)\Z"
)
_PREPOSITION = r"(?:\b(?:de|en|à|pour|avec|contre|comme|ni|entre|après|avant|dès)\s+|\b[ld]['’])\Z"
_CONTEXTS = {
    "finite": re.compile(f"{_DETERMINER}|{_PREPOSITION}", re.IGNORECASE),
    "verb": re.compile(_DETERMINER, re.IGNORECASE),
    "noun": re.compile(
        rf"{_DETERMINER}|(?:\b[ld]['’]|\b(?:de|en|et|à|ou|après|avant|pour|contre|deux|trois|\d+|[a-z]+s)\s+)\Z",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class _Trigger:
    label: str
    score: float
    rule: str
    role: str
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None

    def fits(self, text: str, start: int, end: int) -> bool:
        left = max(0, start - _REACH)
        if self.role in ("verb", "finite") and _CONTEXTS[self.role].search(text, left, start):
            return False
        if self.role == "noun" and not _CONTEXTS["noun"].search(text, left, start):
            return False
        if self.before and not self.before.search(text, left, start):
            return False
        if self.after and not self.after.match(text, end, end + _REACH):
            return False
        if self.unless_before and self.unless_before.search(text, left, start):
            return False
        return not (self.unless_after and self.unless_after.match(text, end, end + _REACH))


class Triggers:
    """Proposes events from the lexicon `triggers`, in which the first entry that fits a word is taken.

    An entry lists `lemmas` and irregular `forms`, or is a `pattern` over the text, of which the group `trigger`, if
    any, is the span. Regular expressions narrow it: `before` and `after` must match there, `unless_before` and
    `unless_after` must not; `as` asks for a verb or a noun. The label NONE keeps all other triggers away.
    """

    def __init__(self, lexicons: str) -> None:
        self._words: dict[str, list[_Trigger]] = {}
        self._phrases: list[tuple[re.Pattern[str], _Trigger]] = []
        self._blocks: list[re.Pattern[str]] = []
        for entry in read_lexicon(lexicons, "triggers"):
            try:
                self._add(entry)
            except re.error as error:
                raise CuratorError(f"trigger is no regular expression: {error}", str(entry), "mend the entry") from None
        self._found: dict[str, tuple[_Trigger, ...]] = {}

    def _add(self, entry: dict[str, Any]) -> None:
        trigger = _Trigger(
            entry["label"],
            float(entry.get("score", 0.8)),
            entry.get("rule", "trigger"),
            entry.get("as", ""),
            _ending(entry.get("before")),
            _starting(entry.get("after")),
            _ending(entry.get("unless_before")),
            _starting(entry.get("unless_after")),
        )
        if "pattern" in entry:
            pattern = re.compile(rf"(?<![\w-])(?:{entry['pattern']})(?![\w-])", re.IGNORECASE)
            if trigger.label == _NOTHING:
                self._blocks.append(pattern)
            else:
                self._phrases.append((pattern, trigger))
        for word in (*entry.get("lemmas", ()), *entry.get("forms", ())):
            self._words.setdefault(word, []).append(trigger)

    def __call__(self, doc: Doc) -> Doc:
        text = doc.text
        blocked = [match.span() for pattern in self._blocks for match in pattern.finditer(text)]
        for token in doc:
            start, end = token.idx, token.idx + len(token)
            if any(left <= start < right for left, right in blocked):
                continue
            for trigger in self._of(token.text.lower()):
                if trigger.fits(text, start, end):
                    if trigger.label != _NOTHING:
                        propose(doc, start, end, trigger.label, trigger.score, trigger.rule, "events")
                    break
        for pattern, trigger in self._phrases:
            for match in pattern.finditer(text):
                start, end = match.span("trigger" if "trigger" in pattern.groupindex else 0)
                if trigger.fits(text, start, end) and not any(left <= start < right for left, right in blocked):
                    propose(doc, start, end, trigger.label, trigger.score, trigger.rule, "events")
        return doc

    def _of(self, word: str) -> tuple[_Trigger, ...]:
        """Return the entries for a word form, those for the form itself first; remembered, for words come back."""
        known = self._found.get(word)
        if known is None:
            known = tuple(self._lookup(word))
            if len(self._found) < 200_000:
                self._found[word] = known
        return known

    def _lookup(self, word: str) -> Iterable[_Trigger]:
        if not word[0].isalpha():
            return
        yield from self._words.get(word, ())
        known = lemmas(word)
        for lemma in sorted(known - {word}):
            yield from self._words.get(lemma, ())
        infinitive = finite(word)
        if infinitive and infinitive not in known:
            verbs = (trigger for trigger in self._words.get(infinitive, ()) if trigger.role == "verb")
            yield from (replace(trigger, role="finite") for trigger in verbs)


def _ending(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(rf"(?:{pattern})\Z", re.IGNORECASE) if pattern else None


def _starting(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern, re.IGNORECASE) if pattern else None
