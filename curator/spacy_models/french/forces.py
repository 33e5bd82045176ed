"""Forces and weapons: count, head noun, adjectives and model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from curator.spacy_models.compiled import compiled
from curator.spacy_models.french.lexicon import demonyms, either, inflections, read_lexicon
from curator.spacy_models.french.rule_spans import propose, text_of
from curator.spacy_models.french.scan import any_of, caseless, lowered, matches_at, word_starts

_SPACE = r"(?:[ \u00a0\u202f]{1,3})"
_DIGITS = r"\d{1,3}(?:[ \u00a0\u202f.]\d{3})+|\d+(?:,\d+)?"
_UNIT_WORD = (
    r"(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante"
    r"|cinquante|soixante|soixante-dix|quatre-vingts?|quatre-vingt-dix|cents?|mille)"
)
_WORDS = rf"(?:{_UNIT_WORD}|une?(?={_SPACE}million))(?:(?:-|{_SPACE}|-et-|{_SPACE}et{_SPACE})(?:{_UNIT_WORD}|une?))*"
_GROUP = (
    r"(?:petit nombre|dizaines?|douzaines?|quinzaine|vingtaine|trentaine|quarantaine|cinquantaine|soixantaine"
    r"|centaines?|milliers?|poignée|groupe)"
)
_AROUND = (
    r"(?:(?:au total|près|plus|moins|pas moins|environ|quelque|au moins|au plus|jusqu['’]à|autour|à peine|presque"
    r"|un peu plus|un peu moins)(?: de| d['’])?)"
)
_MEMBERS = rf"(?:membres{_SPACE}des?{_SPACE})?"
_COUNT = (
    rf"(?:(?:{_AROUND}{_SPACE}?)?(?:{_DIGITS}|{_WORDS})(?:{_SPACE}(?:milliers|tonnes|caisses|millions?){_SPACE}(?:de{_SPACE}|d['’])"
    rf"|{_SPACE}(?:de|d['’]entre){_SPACE}(?:ses|leurs|nos|ces|mes|vos))?"
    rf"|(?:{_AROUND}{_SPACE}?(?:une{_SPACE})?|(?:plusieurs|quelques){_SPACE})?{_GROUP}{_SPACE}(?:de{_SPACE}|d['’]){_MEMBERS}"
    r"|plusieurs|quelques)"
)
_MANY = re.compile(r"\d{3}|cent|mill", re.IGNORECASE)
_ORDER = rf"(?:(?:derni(?:er|ère)|premi(?:er|ère)|autre)s?|nouve(?:aux|lles)){_SPACE}"
_COUNT_BEFORE = re.compile(
    rf"(?<![\w,.-])(?:{_COUNT}{_SPACE}?(?:{_ORDER})?|derni(?:er|ère)s?{_SPACE})\Z", re.IGNORECASE
)
_COMPOUND = r"(?:[a-zéèïô]+o-)?"
_MODEL = r"(?:[A-ZÀ-Þ][\w-]*\d[\w-]*|[A-ZÀ-Þ][a-zà-ÿ]+(?:-[\wÀ-ÿ]+)*|[A-Z]{2,}[\w-]*)"
_SERIES = rf"(?:{_SPACE}\d{{1,4}}(?=[,.;»)\n]|{_SPACE}et\b|\Z))?"
_MODELS = rf"(?:{_SPACE}(?:de{_SPACE}type{_SPACE})?{_MODEL}(?:{_SPACE}(?:[A-Z]\.{_SPACE})?{_MODEL}){{0,8}}{_SERIES})?"
_QUOTED = rf"(?:{_SPACE}[«“\"]{_SPACE}?{_MODEL}(?:{_SPACE}{_MODEL}){{0,8}}{_SPACE}?[»”\"])?"
_CALIBRE = rf"(?:{_SPACE}de{_SPACE}\d+(?:,\d+)?{_SPACE}?(?:mm|millimètres))?"


@dataclass(frozen=True, slots=True)
class _Rule:
    head: re.Pattern[str]
    label: str
    needs: str
    score: float
    name: str


class Forces:
    """Proposes FORCE and WEAPON from the lexicons `forces`, `weapons`, `modifiers` and `demonyms`.

    An entry's `pattern` is a regular expression of the head noun. It `needs` a `count` before it, an `adjective` after
    it, `either` or `both` of them, a count of `many`, or nothing. A weapon may bear a calibre and a model.
    """

    def __init__(self, lexicons: str) -> None:
        with compiled("forces", lexicons) as kept:
            self._rules = [
                _Rule(kept.expression(pattern), label, needs, score, name)
                for pattern, label, needs, score, name in kept.value("rules", lambda: list(_rules(lexicons)))
            ]
            # One look for all heads, and then each at the few places where any of them is.
            self._heads = {
                cased: kept.expression(
                    any_of(rule.head.pattern for rule in self._rules if (rule.label == "WEAPON") is cased)
                )
                for cased in (True, False)
            }
            tails = kept.value("tails", lambda: _tails(lexicons))
            self._tails = {label: kept.expression(pattern) for label, pattern in tails.items()}

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        lower = lowered(text)
        begins = {True: word_starts(self._heads[True], text), False: word_starts(self._heads[False], lower)}
        for rule in self._rules:
            cased = rule.label == "WEAPON"
            for head in matches_at(rule.head, text if cased else lower, begins[cased]):
                start = _count_before(text, head.start())
                tail = self._tails.get(rule.label, self._tails["FORCE"]).match(text, head.end())
                end = tail.end() if tail else head.end()
                if _meets_needs(rule.needs, text[start : head.start()], qualified=end > head.end()):
                    propose(doc, start, end, rule.label, rule.score, rule.name)
        return doc


def _rules(lexicons: str) -> Iterator[tuple[str, str, str, float, str]]:
    """Yield pattern, label, needs, score and name of each rule."""
    for name in ("forces", "weapons"):
        for entry in read_lexicon(lexicons, name):
            yield (
                rf"(?:{_cased(entry['label'], entry['pattern'])})(?![\w-])",
                entry["label"],
                entry.get("needs", ""),
                float(entry.get("score", 0.8)),
                entry.get("rule", f"lexicon:{name}"),
            )


def _tails(lexicons: str) -> dict[str, str]:
    """Return what follows a head noun, by label."""
    # Bounded, as nouns go on; else a row of them would be gone through from each of its words.
    adjectives = rf"(?:{_SPACE}(?:et{_SPACE})?(?i:{_adjectives(lexicons)})){{0,12}}"
    kind = (
        rf"(?:{_SPACE}(?:des{_SPACE}(?:forces|opérations|troupes){_SPACE}spéciales|de{_SPACE}la{_SPACE}paix|d['’]élite"
        rf"|de{_SPACE}maintien{_SPACE}de{_SPACE}la{_SPACE}paix|au{_SPACE}sol|du{_SPACE}génie|en{_SPACE}uniforme))?"
    )
    return {
        "FORCE": adjectives + kind + adjectives,
        "WEAPON": adjectives + _CALIBRE + adjectives + _MODELS + adjectives + _QUOTED,
    }


def _meets_needs(needs: str, count: str, qualified: bool) -> bool:
    """Say whether a head noun has what its entry needs around it."""
    if needs == "many":
        return bool(_MANY.search(count))
    if needs == "both":
        return bool(count) and qualified
    return {"": True, "count": bool(count), "adjective": qualified, "either": bool(count) or qualified}[needs]


def _count_before(text: str, at: int) -> int:
    """Return where the count that ends just before `at` starts, or `at` where there is none."""
    count = _COUNT_BEFORE.search(text, max(0, at - 60), at)
    return count.start() if count else at


def _cased(label: str, pattern: str) -> str:
    # Headlines shout forces; a weapon's model is told by its capitals.
    return caseless(pattern) if label != "WEAPON" else pattern


def _adjectives(lexicons: str) -> str:
    """Return a regular expression of the adjectives that belong to a force or a weapon, demonyms included."""
    modifiers: set[str] = set()
    for entry in read_lexicon(lexicons, "modifiers"):
        modifiers |= inflections(entry["masculine"], entry.get("feminine"))
    return rf"(?:{_COMPOUND}{either(demonyms(lexicons))}|{either(modifiers)})(?![\w-])"
