"""Offsets that were counted otherwise than in code points of the text as it is: recognised, and counted anew."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from curator.domain.canonical import cuts_before, segments
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
_BLOCK = 100
"""The code points of a text that are counted at once where no offset lies."""


@dataclass(frozen=True, slots=True)
class CountedOffsets:
    """Annotations with offsets in code points, the unit they came in, and the spans of which nobody can say.

    `cut_words` counts those that are left with a border inside a word and came without words that would prove it.
    """

    annotations: Mapping[str, Any]
    unit: str
    held: tuple[Problem, ...] = ()
    cut_words: int = 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """A unit that offsets may be in, and the code point that each of them is."""

    unit: str
    place: Callable[[int], int | None]


def in_code_points(annotations: Mapping[str, Any], text: str) -> CountedOffsets:
    """Return annotations as they came with a text, with all offsets in its code points.

    Only words that spans came with prove a unit, and one span is enough for all of the text: its words lie where that
    unit puts it, and in code points they do not. Where that is so in several units, those of the text as it is come
    first, and the spans are held that several of them put at different places, or of which the first cuts a word and
    another one does not. Without proof, where offsets as they are cut words, or leave the text, while they do neither
    in another unit, the spans on which the two differ are held. Tried are code points, UTF-16 units and bytes, of the
    text as it is, with other line ends, composed or decomposed.
    """
    counted = _counted(annotations, text)
    kept = (item for item in _items(counted.annotations) if _offsets(item) is not None and _words(item) is None)
    as_it_is = _as_it_is(text)
    cutting = [item for item in kept if _fits(item, as_it_is, text) and _cuts_word(item, as_it_is, text)]
    return replace(counted, cut_words=len(cutting))


def _as_it_is(text: str) -> _Reading:
    return _Reading(CODE_POINTS, lambda offset: offset if 0 <= offset <= len(text) else None)


def _counted(annotations: Mapping[str, Any], text: str) -> CountedOffsets:
    items = [item for item in _items(annotations) if _offsets(item) is not None]
    as_it_is = _as_it_is(text)
    wrong = [item for item in items if not _fits(item, as_it_is, text)]
    if not wrong and not any(_words(item) is None and _cuts_word(item, as_it_is, text) for item in items):
        return CountedOffsets(annotations, CODE_POINTS)
    wanted = sorted({offset for item in items for offset in _offsets(item) or ()})
    others = [reading for reading in _readings(text, wanted) if any(_differs(item, reading) for item in items)]
    if any(_proves(item, as_it_is, others, text) for item in items):
        return CountedOffsets(annotations, CODE_POINTS)
    proven = [other for other in others if any(_words(item) is not None and _fits(item, other, text) for item in wrong)]
    # Words that are nowhere right say nothing of the unit.
    worded = [item for item in items if _words(item) is not None]
    found = [item for item in worded if any(_fits(item, reading, text) for reading in (as_it_is, *others))]
    agreed = [other for other in proven if all(_fits(item, other, text) for item in found)]
    if agreed:
        return _recounted(annotations, agreed, items, text)
    if not proven:
        return _doubted(annotations, items, as_it_is, others, text)
    # Where some are right in one unit and others in another, nothing says in which those without words are.
    doubtful = [item for item in items if _words(item) is None and any(_differs(item, rival) for rival in proven)]
    return _held(annotations, doubtful)


def _doubted(
    annotations: Mapping[str, Any], items: list[Any], as_it_is: _Reading, others: list[_Reading], text: str
) -> CountedOffsets:
    """Hold the spans that may be elsewhere in the likeliest other unit in which all lie in the text and cut no word."""
    if any(_cuts_word(item, as_it_is, text) for item in items):
        for other in others:
            if all(_fits(item, other, text) and not _cuts_word(item, other, text) for item in items):
                return _held(annotations, [item for item in items if _differs(item, other)])
    return CountedOffsets(annotations, CODE_POINTS)


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


def _readings(text: str, wanted: Sequence[int]) -> Iterator[_Reading]:
    """Yield every other way to count a text, the likeliest first; each knows the wanted offsets, which ascend."""
    for form in _FORMS:
        for unit, length in _UNITS.items():
            if form[0] or unit != CODE_POINTS:
                yield _Reading(f"{unit} {form[0]}".rstrip(), _places(text, wanted, form, length).get)


def _places(text: str, wanted: Sequence[int], form: _Form, unit: _Length) -> dict[int, int]:
    """Return the code points that wanted offsets are, by how long the text was; without what is none.

    Only blocks of the text in which an offset lies are gone through piece by piece.
    """
    _, by_sequences, written = form
    places: dict[int, int] = {}
    counted, at = 0, bisect_left(wanted, 0)
    for start, end in _blocks(text, by_sequences):
        if at == len(wanted):
            break
        block = text[start:end]
        counted_end = counted + unit(written(block))
        if wanted[at] < counted_end:
            pieces = segments(block) if by_sequences else [match.span() for match in _LINES.finditer(block)]
            lengths = (unit(written(block[first:last])) for first, last in pieces)
            borders = dict(zip(accumulate(lengths, initial=counted), (first for first, _ in pieces), strict=False))
            while at < len(wanted) and wanted[at] < counted_end:
                if wanted[at] in borders:
                    places[wanted[at]] = start + borders[wanted[at]]
                at += 1
        counted = counted_end
    if at < len(wanted) and wanted[at] == counted:
        places[counted] = len(text)
    return places


def _blocks(text: str, by_sequences: bool) -> Iterator[tuple[int, int]]:
    """Yield where blocks of a text start and end, none of which cuts a line end or, if asked for, a sequence."""
    start = len(text) - len(text.lstrip("\ufeff")) if by_sequences else 0
    while start < len(text):
        end = min(start + _BLOCK, len(text))
        while end < len(text) and not (cuts_before(text, end) if by_sequences else text[end - 1 : end + 1] != "\r\n"):
            end += 1
        yield start, end
        start = end


def _recounted(annotations: Mapping[str, Any], agreed: list[_Reading], items: list[Any], text: str) -> CountedOffsets:
    """Count all offsets anew in a unit that is proven; what another proven one puts elsewhere is held.

    So is what has no words, and no place in that unit: in code points it might be anything. What came with other words
    than are there stays as it came.
    """
    likeliest = [reading for reading in agreed if reading.unit in _UNITS] or agreed
    unit = likeliest[0]
    doubtful = [item for item in items if len({_placed(item, reading) for reading in likeliest}) > 1]
    for item in items:
        if _words(item) is None and (not _fits(item, unit, text) or _is_whole_elsewhere(item, unit, agreed, text)):
            doubtful.append(item)
    held = {id(item): item for item in doubtful}

    def anew(item: Any) -> Any:
        if _offsets(item) is None or not _fits(item, unit, text):
            return item
        start, end = _placed(item, unit)
        if isinstance(item, list):
            return [start, end, item[2]]
        return {**item, "start": start, "end": end}

    problems = tuple(Problem(OFFSETS_IN_DOUBT, item) for item in held.values())
    return CountedOffsets(_mapped(annotations, anew, held.keys()), unit.unit, problems)


def _is_whole_elsewhere(item: Any, unit: _Reading, agreed: list[_Reading], text: str) -> bool:
    """Say whether a span cuts a word in a unit, and in another one that is proven as well it does not."""
    return _cuts_word(item, unit, text) and any(
        _fits(item, reading, text) and not _cuts_word(item, reading, text) for reading in agreed
    )


def _held(annotations: Mapping[str, Any], doubtful: list[Any]) -> CountedOffsets:
    known = {id(item) for item in doubtful}
    kept = _mapped(annotations, lambda item: item, known) if known else annotations
    return CountedOffsets(kept, CODE_POINTS, tuple(Problem(OFFSETS_IN_DOUBT, item) for item in doubtful))


def _mapped(annotations: Mapping[str, Any], change: Callable[[Any], Any], without: Set[int]) -> dict[str, Any]:
    """Return annotations with each span changed, without those of some identities."""

    def of_list(value: Any) -> list[Any]:
        return [change(item) for item in (value if isinstance(value, list) else [value]) if id(item) not in without]

    mapped: dict[str, Any] = {}
    for name, value in annotations.items():
        if name in _NOT_LAYERS or value is None:
            mapped[name] = value
        elif name == "spans" and isinstance(value, Mapping):
            mapped[name] = {layer: None if items is None else of_list(items) for layer, items in value.items()}
        else:
            mapped[name] = of_list(value)
    return mapped
