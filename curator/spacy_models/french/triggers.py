"""Event triggers: by lemma, by fixed phrase, and by what stands around them."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast
from unicodedata import normalize

from spacy.tokens import Doc

from curator.domain.errors import CuratorError
from curator.spacy_models.compiled import Compiled, compiled
from curator.spacy_models.french.conjugation import first_group, unaccented
from curator.spacy_models.french.lexicon import finite, is_word, lemmas, read_lexicon
from curator.spacy_models.french.quotes import speech
from curator.spacy_models.french.rule_spans import Places, propose, text_of
from curator.spacy_models.french.scan import caseless, lowered
from curator.spacy_models.french.trigger_entries import Sentences, Trigger

_NOTHING = "NONE"
_LET = "LET"
_INFINITIVE = ("er", "ir", "re")


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
        self._words: dict[str, list[Trigger]] = {}
        self._phrases: list[tuple[re.Pattern[str], Trigger]] = []
        self._plain: list[tuple[str, Trigger]] = []
        self._blocks: list[re.Pattern[str]] = []
        with compiled("triggers", lexicons) as kept:
            for entry in kept.value("entries", lambda: list(read_lexicon(lexicons, "triggers"))):
                try:
                    self._add(entry, kept)
                except re.error as error:
                    what = f"trigger is no regular expression: {error}"
                    raise CuratorError(what, str(entry), "mend the entry") from None
            self._conjugated, self._bare = kept.value("forms", lambda: _forms(self._words))
            # All phrases in one expression: most letters of a text begin no word, and are passed by once, not often.
            ways = "|".join(rf"(?P<p{number}>(?:{phrase})(?![\w-]))" for number, (phrase, _) in enumerate(self._plain))
            self._any = kept.expression(caseless(rf"(?<![\w-])(?=\w)(?={ways})")) if ways else None
        self._by_orth: dict[int, tuple[Trigger, ...]] = {}

    def _add(self, entry: dict[str, Any], kept: Compiled) -> None:
        entry = {key: self._named(value) for key, value in entry.items()}
        if entry["label"] == _LET:
            self._names[f"<{entry['name']}>"] = f"(?:{entry['is']})"
            return
        trigger = Trigger.of(entry, kept)
        if "pattern" in entry:
            pattern = _phrase(rf"(?<![\w-])(?:{entry['pattern']})(?![\w-])", kept)
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
        within = Sentences(text)
        lower = lowered(text)
        blocked = Places(len(text))
        for pattern in self._blocks:
            for match in pattern.finditer(lower):
                blocked.add(*match.span())
        self._propose_words(doc, within, blocked)
        for start, end, trigger in self._phrase_matches(text, lower):
            if trigger.extent(within, start, end) and not blocked.any(start, start + 1):
                propose(doc, start, end, trigger.label, trigger.score, trigger.rule, "events")
        for start, end in speech(text):
            if not blocked.any(start, start + 1):
                propose(doc, start, end, "STATEMENT", 0.5, "quote:statement", "events")
        return doc

    def _propose_words(self, doc: Doc, within: Sentences, blocked: Places) -> None:
        """Propose the words that are triggers; those that an entry keeps away are blocked from then on."""
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

    def _phrase_matches(self, text: str, lower: str) -> Iterable[tuple[int, int, Trigger]]:
        """Yield the phrases of a text: where one begins and ends, and the trigger that it may be."""
        for pattern, trigger in self._phrases:
            for match in pattern.finditer(text if pattern.flags & re.IGNORECASE else lower):
                yield *match.span("trigger" if match["trigger"] else 0), trigger
        for match in self._any.finditer(lower) if self._any else ():
            group = str(match.lastgroup)
            yield *match.span(group), self._plain[int(group[1:])][1]

    def _cached_triggers(self, orth: int, word: str) -> tuple[Trigger, ...]:
        """Return the entries for a word by its hash, kept, for words come back."""
        triggers = self._triggers_of(word.lower())
        if len(self._by_orth) < 200_000:
            self._by_orth[orth] = triggers
        return triggers

    def _triggers_of(self, word: str) -> tuple[Trigger, ...]:
        """Return the entries for a word form, those for the form itself first."""
        whole = normalize("NFC", word)
        triggers = tuple(self._lookup(whole))
        if not triggers and not is_word(whole) and (meant := self._bare.get(unaccented(whole))):
            triggers = tuple(self._lookup(meant))
        return tuple(sorted(triggers, key=lambda trigger: trigger.then is None))

    def _lookup(self, word: str) -> Iterable[Trigger]:
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


def _forms(words: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the infinitives of conjugated forms, and the accented forms of those without accents."""
    conjugated: dict[str, str] = {}
    bare: dict[str, str] = {}
    for infinitive in [word for word in words if word.endswith("er")]:
        for form in sorted(first_group(infinitive)):
            conjugated.setdefault(form, infinitive)
            bare.setdefault(unaccented(form), form)
    for word in words:
        for form in (word, word + "s"):
            bare.setdefault(unaccented(form), form)
    return conjugated, bare


def _phrase(pattern: str, kept: Compiled) -> re.Pattern[str]:
    """Return an expression for lowered text, or for any where it asks for capitals itself."""
    return kept.expression(pattern, re.IGNORECASE) if "(?-i" in pattern else kept.expression(caseless(pattern))


def _orths(doc: Doc) -> list[int]:
    return cast(list[int], doc.to_array("ORTH").tolist())
