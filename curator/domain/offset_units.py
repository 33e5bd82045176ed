"""Offsets that were counted otherwise than in code points of the text as it is: recognised, and counted anew."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from curator.domain.canonical import segments
from curator.domain.span import Problem, offsets_fault

OFFSETS_IN_DOUBT = "offsets-in-doubt"
"""The cause of a span whose offsets may have been counted in another unit, of which nothing proves either."""

CODE_POINTS = "code points"
_NOT_LAYERS = frozenset({"relations", "attributes"})

_Length = Callable[[str], int]
_UNITS: Mapping[str, _Length] = {
    CODE_POINTS: len,
    "UTF-16 units": lambda piece: len(piece.encode("utf-16-le", "surrogatepass")) // 2,
    "UTF-8 bytes": lambda piece: len(piece.encode("utf-8", "surrogatepass")),
}
_Form = tuple[str, bool, Callable[[str], str]]
_FORMS: tuple[_Form, ...] = (
    ("", False, lambda piece: piece),
    ("of a text with CRLF", False, lambda piece: piece.replace("\r\n", "\n").replace("\n", "\r\n")),
    ("of a text with LF", False, lambda piece: piece.replace("\r\n", "\n")),
    ("of a text in NFD", True, lambda piece: unicodedata.normalize("NFD", piece)),
    ("of a text in NFC", True, lambda piece: unicodedata.normalize("NFC", piece)),
)
"""How the text may have been written when it was counted; whether that goes by normalised sequences."""

_LINES = re.compile(r"\r\n|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CountedOffsets:
    """Annotations with offsets in code points, the unit they came in, and the spans of which nobody can say."""

    annotations: Mapping[str, Any]
    unit: str
    held: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A unit that offsets may be in, and the code point that each of them is."""

    unit: str
    place: Callable[[int], int | None]


def in_code_points(annotations: Mapping[str, Any], text: str) -> CountedOffsets:
    """Return annotations as they came with a text, with all offsets in its code points.

    The words that spans came with prove the unit: one span is enough for all of the text. Where none is proven, and
    offsets as they are cut words while they do not in another unit, the spans on which the two differ are held. Tried
    are code points, UTF-16 units and bytes, of the text as it is, with other line ends, composed or decomposed.
    """
    items = [item for item in _items(annotations) if _offsets(item) is not None]
    as_it_is = _Reading(CODE_POINTS, lambda offset: offset if 0 <= offset <= len(text) else None)
    wrong = [item for item in items if not _fits(item, as_it_is, text)]
    if not wrong and not any(_words(item) is None and _cuts_word(item, as_it_is, text) for item in items):
        return CountedOffsets(annotations, CODE_POINTS)
    others = [reading for reading in _readings(text) if any(_differs(item, reading) for item in items)]
    if any(_proves(item, as_it_is, others, text) for item in items):
        return CountedOffsets(annotations, CODE_POINTS)
    for other in others:
        if all(_fits(item, other, text) for item in items):
            if wrong:
                return CountedOffsets(_recounted(annotations, other), other.unit)
            if not any(_cuts_word(item, other, text) for item in items):
                return _held(annotations, [item for item in items if _differs(item, other)])
    # Where some are right in one unit and others in another, nothing says in which those without words are.
    rivals = [other for other in others if any(_fits(item, other, text) for item in wrong)]
    doubtful = [item for item in items if _words(item) is None and any(_differs(item, rival) for rival in rivals)]
    return _held(annotations, doubtful) if doubtful else CountedOffsets(annotations, CODE_POINTS)


def _items(annotations: Mapping[str, Any]) -> Iterator[Any]:
    for name, value in annotations.items():
        if name == "spans" and isinstance(value, Mapping):
            for of_layer in value.values():
                yield from of_layer if isinstance(of_layer, list) else [of_layer]
        elif name not in _NOT_LAYERS:
            yield from value if isinstance(value, list) else [value]


def _offsets(item: Any) -> tuple[int, int] | None:
    values = item[:2] if isinstance(item, list) and len(item) == 3 else None
    if isinstance(item, Mapping):
        values = [item.get("start"), item.get("end")]
    if values is None or not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return None
    return values[0], values[1]


def _words(item: Any) -> str | None:
    words = item.get("text") if isinstance(item, Mapping) else None
    return words if isinstance(words, str) else None


def _placed(item: Any, reading: _Reading) -> tuple[int | None, int | None]:
    start, end = _offsets(item) or (-1, -1)
    return reading.place(start), reading.place(end)


def _fits(item: Any, reading: _Reading, text: str) -> bool:
    """Say whether a span lies in the text and its words, where it came with any, are there."""
    start, end = _placed(item, reading)
    if start is None or end is None or offsets_fault(start, end, text):
        return False
    return _words(item) in (None, text[start:end])


def _proves(item: Any, reading: _Reading, others: list[_Reading], text: str) -> bool:
    """Say whether the words of a span are at its place, and in no other unit there."""
    return _words(item) is not None and _fits(item, reading, text) and not any(_fits(item, o, text) for o in others)


def _differs(item: Any, reading: _Reading) -> bool:
    return _placed(item, reading) != _offsets(item)


def _cuts_word(item: Any, reading: _Reading, text: str) -> bool:
    return any(
        border is None or (0 < border < len(text) and text[border - 1].isalnum() and text[border].isalnum())
        for border in _placed(item, reading)
    )


def _readings(text: str) -> Iterator[_Reading]:
    """Yield every other way to count a text, the likeliest first."""
    for form, by_sequences, written in _FORMS:
        spans = segments(text) if by_sequences else [match.span() for match in _LINES.finditer(text)]
        pieces = [written(text[start:end]) for start, end in spans]
        for unit, length in _UNITS.items():
            if form or unit != CODE_POINTS:
                counted = accumulate((length(piece) for piece in pieces), initial=0)
                borders = [*(start for start, _ in spans), len(text)]
                places = dict(zip(counted, borders, strict=True))
                yield _Reading(f"{unit} {form}".rstrip(), places.get)


def _recounted(annotations: Mapping[str, Any], reading: _Reading) -> dict[str, Any]:
    def anew(item: Any) -> Any:
        if _offsets(item) is None:
            return item
        start, end = _placed(item, reading)
        if isinstance(item, list):
            return [start, end, item[2]]
        return {**item, "start": start, "end": end}

    return _mapped(annotations, anew)


def _held(annotations: Mapping[str, Any], doubtful: list[Any]) -> CountedOffsets:
    known = {id(item) for item in doubtful}
    kept = _mapped(annotations, lambda item: None if id(item) in known else item)
    return CountedOffsets(kept, CODE_POINTS, tuple(Problem(OFFSETS_IN_DOUBT, item) for item in doubtful))


def _mapped(annotations: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """Return annotations with each span changed; None takes it away."""

    def of_list(value: Any) -> list[Any]:
        return [new for item in (value if isinstance(value, list) else [value]) if (new := change(item)) is not None]

    mapped: dict[str, Any] = {}
    for name, value in annotations.items():
        if name in _NOT_LAYERS or value is None:
            mapped[name] = value
        elif name == "spans" and isinstance(value, Mapping):
            mapped[name] = {layer: of_list(items) for layer, items in value.items()}
        else:
            mapped[name] = of_list(value)
    return mapped
