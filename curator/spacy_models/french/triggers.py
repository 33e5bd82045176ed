"""Event triggers: by lemma, by fixed phrase, and by what stands around them."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast
from unicodedata import normalize

from spacy.tokens import Doc

from curator.domain.errors import CuratorError
from curator.spacy_models.french.conjugation import first_group, unaccented
from curator.spacy_models.french.lexicon import finite, is_word, lemmas, read_lexicon
from curator.spacy_models.french.quotes import speech
from curator.spacy_models.french.rule_spans import Places, propose, text_of
from curator.spacy_models.french.scan import caseless, lowered

_REACH = 80
_AROUND = 300
_SENTENCE = 2_000
"""How far a sentence goes at most in either direction: a text without a stop is none."""
_NOTHING = "NONE"
_LET = "LET"
_STOP = re.compile(r"[.!?;…]\s|\n")
_INFINITIVE = ("er", "ir", "re")
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


class _Text:
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
class _Trigger:
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

    def extent(self, within: _Text, start: int, end: int) -> int | None:
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

    def _is_near(self, within: _Text, start: int) -> bool:
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


class Triggers:
    """Proposes events from the lexicon `triggers`, in which the first entry that fits a word is taken.

    An entry lists `lemmas` and irregular `forms`, of which `form` narrows the choice and which `then` continues beyond
    the word; or it is a `pattern` over the text, of which the group `trigger`, if any, is the span. Regular expressions
    narrow it: `before` and `after` must match there, `unless_before` and `unless_after` must not; `near` and
    `unless_near` look at the whole sentence, `around` and `unless_around` further; `as` asks for a verb or a noun.
    The label NONE keeps all other triggers away. An entry with the label LET gives a regular expression a `name`, to be
    written `<name>` in later ones.
    """

    def __init__(self, lexicons: str) -> None:
        self._names: dict[str, str] = {}
        self._words: dict[str, list[_Trigger]] = {}
        self._phrases: list[tuple[re.Pattern[str], _Trigger]] = []
        self._plain: list[tuple[str, _Trigger]] = []
        self._blocks: list[re.Pattern[str]] = []
        for entry in read_lexicon(lexicons, "triggers"):
            try:
                self._add(entry)
            except re.error as error:
                raise CuratorError(f"trigger is no regular expression: {error}", str(entry), "mend the entry") from None
        self._conjugated: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        for infinitive in [word for word in self._words if word.endswith("er")]:
            for form in first_group(infinitive):
                self._conjugated.setdefault(form, infinitive)
                self._bare.setdefault(unaccented(form), form)
        for word in self._words:
            for form in (word, word + "s"):
                self._bare.setdefault(unaccented(form), form)
        # All phrases in one expression: most letters of a text begin no word, and are then passed by once, not often.
        ways = "|".join(rf"(?P<p{number}>(?:{phrase})(?![\w-]))" for number, (phrase, _) in enumerate(self._plain))
        self._any = re.compile(caseless(rf"(?<![\w-])(?=\w)(?={ways})")) if ways else None
        self._by_orth: dict[int, tuple[_Trigger, ...]] = {}

    def _add(self, entry: dict[str, Any]) -> None:
        entry = {key: self._named(value) for key, value in entry.items()}
        if entry["label"] == _LET:
            self._names[f"<{entry['name']}>"] = f"(?:{entry['is']})"
            return
        trigger = _Trigger(
            entry["label"],
            float(entry.get("score", 0.8)),
            entry.get("rule", "trigger"),
            entry.get("as", ""),
            _starting(entry.get("form")),
            _starting(entry.get("then")),
            _ending(entry.get("before")),
            _starting(entry.get("after")),
            _ending(entry.get("unless_before")),
            _starting(entry.get("unless_after")),
            _starting(entry.get("near")),
            _starting(entry.get("unless_near")),
            _starting(entry.get("around")),
            _starting(entry.get("unless_around")),
        )
        if "pattern" in entry:
            pattern = _phrase(rf"(?<![\w-])(?:{entry['pattern']})(?![\w-])")
            if trigger.label == _NOTHING:
                self._blocks.append(pattern)
            elif "trigger" in pattern.groupindex:
                self._phrases.append((pattern, trigger))
            else:
                self._plain.append((entry["pattern"], trigger))
        for word in (*entry.get("lemmas", ()), *entry.get("forms", ())):
            self._words.setdefault(word, []).append(trigger)

    def _named(self, value: Any) -> Any:
        if isinstance(value, str) and "<" in value:
            for name, pattern in self._names.items():
                value = value.replace(name, pattern)
        return value

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        within = _Text(text)
        lower = lowered(text)
        blocked = Places(len(text))
        for pattern in self._blocks:
            for match in pattern.finditer(lower):
                blocked.add(*match.span())
        # Most words are no trigger: asking for their numbers makes no token of them.
        for at, orth in enumerate(_orths(doc)):
            triggers = self._by_orth.get(orth)
            if triggers is None:
                triggers = self._cached_triggers(orth, doc[at].text)
            if not triggers:
                continue
            start, end = doc[at].idx, doc[at].idx + len(doc[at])
            if blocked.any(start, start + 1):
                continue
            for trigger in triggers:
                extent = trigger.extent(within, start, end)
                if extent is not None:
                    if trigger.label != _NOTHING:
                        propose(doc, start, extent, trigger.label, trigger.score, trigger.rule, "events")
                    else:
                        blocked.add(start, end)
                    break
        for start, end, trigger in self._phrase_matches(text, lower):
            if trigger.extent(within, start, end) and not blocked.any(start, start + 1):
                propose(doc, start, end, trigger.label, trigger.score, trigger.rule, "events")
        for start, end in speech(text):
            if not blocked.any(start, start + 1):
                propose(doc, start, end, "STATEMENT", 0.5, "quote:statement", "events")
        return doc

    def _phrase_matches(self, text: str, lower: str) -> Iterable[tuple[int, int, _Trigger]]:
        """Yield the phrases of a text: where one begins and ends, and the trigger that it may be."""
        for pattern, trigger in self._phrases:
            for match in pattern.finditer(text if pattern.flags & re.IGNORECASE else lower):
                yield *match.span("trigger" if match["trigger"] else 0), trigger
        for match in self._any.finditer(lower) if self._any else ():
            group = str(match.lastgroup)
            yield *match.span(group), self._plain[int(group[1:])][1]

    def _cached_triggers(self, orth: int, word: str) -> tuple[_Trigger, ...]:
        """Return the entries for a word by its hash, kept, for words come back."""
        triggers = self._triggers_of(word.lower())
        if len(self._by_orth) < 200_000:
            self._by_orth[orth] = triggers
        return triggers

    def _triggers_of(self, word: str) -> tuple[_Trigger, ...]:
        """Return the entries for a word form, those for the form itself first."""
        whole = normalize("NFC", word)
        triggers = tuple(self._lookup(whole))
        if not triggers and not is_word(whole) and (meant := self._bare.get(unaccented(whole))):
            triggers = tuple(self._lookup(meant))
        return tuple(sorted(triggers, key=lambda trigger: trigger.then is None))

    def _lookup(self, word: str) -> Iterable[_Trigger]:
        if not word[0].isalpha():
            return
        own = self._words.get(word, ())
        if word.endswith(_INFINITIVE):
            own = [replace(trigger, role="infinitive") if trigger.role == "verb" else trigger for trigger in own]
        yield from own
        known = lemmas(word)
        conjugated = self._conjugated.get(word)
        if conjugated in known and word not in self._words and word.endswith(("e", "ent")):
            # The dictionary also takes some of these for nouns (envoie, from envoi).
            known = known & {conjugated}
        elif conjugated and not is_word(word):
            known = known | {conjugated}
        for lemma in sorted(known - {word}):
            yield from self._words.get(lemma, ())
        infinitive = finite(word)
        if infinitive and infinitive not in known:
            for trigger in self._words.get(infinitive, ()):
                if trigger.role == "verb":
                    yield replace(trigger, role="finite")
                elif trigger.label == _NOTHING:
                    yield trigger


def _phrase(pattern: str) -> re.Pattern[str]:
    """Return an expression for lowered text, or for any where it asks for capitals itself."""
    return re.compile(pattern, re.IGNORECASE) if "(?-i" in pattern else re.compile(caseless(pattern))


def _orths(doc: Doc) -> list[int]:
    return cast(list[int], doc.to_array("ORTH").tolist())


def _ending(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(rf"(?:{pattern})\Z", re.IGNORECASE) if pattern else None


def _starting(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern, re.IGNORECASE) if pattern else None
