"""Texts that come as words: where these are, and spans by the numbers of words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curator.domain.errors import InputRefused
from curator.domain.json_values import kind_of
from curator.files.spellings import Spelled, spelled

_WORDS, _SPANS, _OFFSETS = "tokenized_text", "ner", "word_offsets"


@dataclass(frozen=True, slots=True)
class Words:
    """A text and where its words are, in their order."""

    text: str
    offsets: Sequence[tuple[int, int]]

    def span(self, first: Any, last: Any, label: Any) -> dict[str, Any]:
        """Return the span of the words from one to another, this one too. Raises InputRefused for other words."""
        for number in (first, last):
            if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(self.offsets):
                what = f"a span has word {number!r}, and the text has {len(self.offsets)} words"
                raise InputRefused(what, remedy="count words from 0, the last one of a span included")
        return {"start": self.offsets[first][0], "end": self.offsets[last][1], "label": label}


def in_text(words: Any, text: str | None, blanks: Sequence[bool] | None = None) -> Words:
    """Return words in their text, each at the first place that it has after the one before.

    Without a text they are joined by one blank, or by one where `blanks` says so. Raises InputRefused for words that
    are no texts, and for those that the text does not have.
    """
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InputRefused("the words are no list of texts", remedy="write each word as a JSON string")
    if text is None:
        after = blanks if blanks is not None else [True] * (len(words) - 1) + [False]
        text = "".join(word + " " * after[number] for number, word in enumerate(words))
    offsets = []
    at = 0
    for word in words:
        start = text.find(word, at)
        if start < 0:
            raise InputRefused(f"the text has no word {word[:40]!r} where it should be", remedy="check text and words")
        at = start + len(word)
        offsets.append((start, at))
    return Words(text, offsets)


def has_words(value: Mapping[str, Any]) -> bool:
    """Say whether an object has words and spans of them, as GLiNER is trained on."""
    return _WORDS in value


def spelled_words(value: Mapping[str, Any], *, in_layers: bool = False) -> tuple[str, Spelled]:
    """Return the text of such an object, and what it says of it, the rest as `spelled` reads it.

    Raises InputRefused where that is something else.
    """
    rest = {key: item for key, item in value.items() if key not in (_WORDS, _SPANS, _OFFSETS, "relations", "text")}
    text = value.get("text")
    if not isinstance(text, str | None):
        raise InputRefused(f"text is a {kind_of(text)}", remedy="write the text as a JSON string")
    words = _placed(value, text)
    spans = [{**span, "id": number} for number, span in enumerate(_spans(value, words))]
    relations = list(_relations(value.get("relations")))
    reading = spelled(rest, in_layers=in_layers)
    reading.annotated |= value.get(_SPANS) is not None
    reading.body |= {"spans": [*spans, *reading.body.get("spans", [])], "relations": relations}
    return words.text, reading


def _placed(value: Mapping[str, Any], text: str | None) -> Words:
    offsets = value.get(_OFFSETS)
    if text is None or offsets is None:
        return in_text(value[_WORDS], text)
    if not isinstance(offsets, list) or not all(_is_place(place, text) for place in offsets):
        raise InputRefused(f"{_OFFSETS!r} are no places in the text", remedy="leave them out")
    return Words(text, [(start, end) for start, end in offsets])


def _is_place(place: Any, text: str) -> bool:
    if not isinstance(place, list) or len(place) != 2 or not all(type(offset) is int for offset in place):
        return False
    return bool(0 <= place[0] < place[1] <= len(text))


def _spans(value: Mapping[str, Any], words: Words) -> Iterator[dict[str, Any]]:
    spans = value.get(_SPANS)
    for span in _list(spans, _SPANS):
        if not isinstance(span, list) or len(span) < 3:
            remedy = "write spans as [FIRST WORD, LAST WORD, LABEL]"
            raise InputRefused(f"{_SPANS!r} holds a {kind_of(span)} that is no span", remedy=remedy)
        yield words.span(*span[:3])


def _relations(value: Any) -> Iterator[dict[str, Any]]:
    for relation in _list(value, "relations"):
        if not isinstance(relation, list) or len(relation) < 3:
            remedy = "write relations as [NUMBER OF SPAN, NUMBER OF SPAN, LABEL]"
            raise InputRefused(f"'relations' holds a {kind_of(relation)} that is no relation", remedy=remedy)
        yield dict(zip(("head", "child", "label"), relation, strict=False))


def _list(value: Any, key: str) -> list[Any]:
    if not isinstance(value, list | None):
        raise InputRefused(f"{key!r} is a {kind_of(value)}", remedy="write it as a list")
    return value or []
