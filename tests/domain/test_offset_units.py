"""Offsets that were counted in another unit come right, and none is moved that may be right as it is."""

import tracemalloc
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curator.domain.offset_units import CODE_POINTS, OFFSETS_IN_DOUBT, in_code_points

UNITS: Mapping[str, Callable[[str], int]] = {
    CODE_POINTS: len,
    "UTF-16 units": lambda text: len(text.encode("utf-16-le")) // 2,
    "UTF-8 bytes": lambda text: len(text.encode("utf-8")),
}
FORMS: Mapping[str, Callable[[str], str]] = {
    "": lambda text: text,
    "of a text with CRLF": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    "of a text with LF": lambda text: text.replace("\r\n", "\n"),
    "of a text in NFD": lambda text: unicodedata.normalize("NFD", text),
    "of a text in NFC": lambda text: unicodedata.normalize("NFC", text),
}
TEXT = "À Kyïv 🇺🇦,\nle président Zelensky\net Zoé Müller à Genève."
WORDS = ("Zelensky", "Müller", "Genève")


def counted(text: str, words: str, unit: str, form: str = "", *, named: bool = False) -> dict[str, Any]:
    """Return the span of words of a text, which it names or not, with its offsets in a unit of a form of the text."""
    at = text.index(words)
    start, end = (UNITS[unit](FORMS[form](text[:border])) for border in (at, at + len(words)))
    return {"start": start, "end": end, "label": "PER", **({"text": words} if named else {})}


def places(spans: Any) -> list[tuple[int, int]]:
    return [(span["start"], span["end"]) for span in spans]


def right(text: str, *words: str) -> list[tuple[int, int]]:
    return [(text.index(word), text.index(word) + len(word)) for word in words]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("of", ["LF", "CRLF", "NFD"])
def test_words_prove_every_unit(of: str, unit: str, form: str) -> None:
    text = {"LF": TEXT, "CRLF": FORMS["of a text with CRLF"](TEXT), "NFD": FORMS["of a text in NFD"](TEXT)}[of]
    words = [FORMS["of a text in NFD"](word) if of == "NFD" else word for word in WORDS]
    spans = [counted(text, word, unit, form, named=True) for word in words]
    read = in_code_points({"spans": spans}, text)
    assert places(read.annotations["spans"]) == right(text, *words)
    assert read.held == ()
    assert (read.unit == CODE_POINTS) == (places(spans) == right(text, *words))


def test_one_span_is_enough_for_all() -> None:
    spans = [counted(TEXT, word, "UTF-8 bytes") for word in WORDS]
    spans[1]["text"] = "Müller"
    read = in_code_points({"spans": {"entities": spans[:2], "events": None}, "people": spans[2]}, TEXT)
    assert read.unit == "UTF-8 bytes"
    assert places(read.annotations["spans"]["entities"]) == right(TEXT, *WORDS[:2])
    assert places(read.annotations["people"]) == right(TEXT, "Genève")


def test_triples_are_counted_anew_and_all_else_stays_as_it_came() -> None:
    proof, triple = counted(TEXT, "Müller", "UTF-8 bytes", named=True), counted(TEXT, "Genève", "UTF-8 bytes")
    odd = [None, "text", {"start": "1"}, [1, 2], [triple["start"], triple["end"], "GPE"], proof]
    relations = [{"head": "a", "child": "b"}]
    read = in_code_points({"spans": odd, "relations": relations, "attributes": None}, TEXT)
    assert read.annotations["spans"][:4] == odd[:4]
    assert read.annotations["spans"][4] == [*right(TEXT, "Genève")[0], "GPE"]
    assert (read.annotations["relations"], read.annotations["attributes"]) == (relations, None)


def test_a_span_that_is_nowhere_right_keeps_no_other_from_being_counted() -> None:
    lost = {"start": 3, "end": 5, "label": "PER", "text": "Personne"}
    spans = [counted(TEXT, "Müller", "UTF-8 bytes", named=True), lost]
    read = in_code_points({"spans": spans}, TEXT)
    assert places(read.annotations["spans"][:1]) == right(TEXT, "Müller")
    assert read.annotations["spans"][1:] == [lost]
    assert read.held == ()


def test_a_wordless_span_that_has_no_place_in_the_proven_unit_is_held() -> None:
    # In bytes it begins within a letter.
    inside = {"start": 1, "end": 2, "label": "PER"}
    read = in_code_points({"spans": [counted(TEXT, "Müller", "UTF-8 bytes", named=True), inside]}, TEXT)
    assert places(read.annotations["spans"]) == right(TEXT, "Müller")
    assert [(problem.cause, problem.item) for problem in read.held] == [(OFFSETS_IN_DOUBT, inside)]


def test_spans_that_contradict_each_other_leave_those_without_words_in_doubt() -> None:
    text = "Oslo vit. Zoé, née à Évry, y vit."
    early, late = counted(text, "Oslo", CODE_POINTS), counted(text, "y vit", CODE_POINTS)
    in_bytes, as_it_is = counted(text, "Évry", "UTF-8 bytes", named=True), counted(text, "Zoé", CODE_POINTS, named=True)
    # The end of its word is elsewhere in bytes, and so nothing but code points has it.
    read = in_code_points({"spans": [early, as_it_is, in_bytes, late]}, text)
    assert (read.unit, read.held) == (CODE_POINTS, ())
    # What both units have at one place says nothing: with others that differ, nobody knows of `y vit`.
    oslo = {**early, "text": "Oslo"}
    twice = "Zoé vit, Zoé rit, Éva vit."
    first, other = (
        {"start": 0, "end": 3, "label": "PER", "text": "Zoé"},
        counted(twice, "Éva", "UTF-8 bytes", named=True),
    )
    assert in_code_points({"spans": [oslo, in_bytes, late]}, text).unit == "UTF-8 bytes"
    assert in_code_points({"spans": [first, other]}, twice).unit == CODE_POINTS


def test_one_span_proves_the_unit_of_those_without_words_whatever_form_the_text_could_have_had() -> None:
    text = "📰📰 Kiev 🇺🇦 refuse la trêve, dit Moscou."
    kiev, moscou = counted(text, "Kiev", "UTF-16 units"), counted(text, "Moscou", "UTF-16 units")
    read = in_code_points({"spans": [{**kiev, "text": "Kiev"}, moscou]}, text)
    assert not read.held
    places = [(span["start"], span["end"]) for span in read.annotations["spans"]]
    assert [text[start:end] for start, end in places] == ["Kiev", "Moscou"]


def test_words_that_two_units_find_at_two_places_are_held() -> None:
    text = "😀😀😀😀 Nice et Nice, Lyon."
    # In UTF-16 units the second one, in bytes the first one.
    nice, lyon = {"start": 17, "end": 21, "label": "GPE", "text": "Nice"}, counted(text, "Lyon", "UTF-8 bytes")
    read = in_code_points({"spans": [nice, lyon]}, text)
    assert read.annotations["spans"] == []
    assert [problem.item for problem in read.held] == [nice, lyon]


def test_without_proof_cut_words_leave_in_doubt_what_differs() -> None:
    text = "Marie a vu Zoé à Évry."
    marie, late = {"start": 0, "end": 5, "label": "PER"}, counted(text, "Évry", "UTF-8 bytes")
    read = in_code_points({"spans": [marie, late]}, text)
    assert read.annotations["spans"] == [marie]
    assert [(problem.cause, problem.item) for problem in read.held] == [(OFFSETS_IN_DOUBT, late)]


def test_a_span_beyond_the_text_moves_no_other() -> None:
    text = "Zoé et Éva, à Évry, ont été vues."
    spans = [counted(text, word, CODE_POINTS) for word in ("Éva", "Évry")]
    beyond = {"start": len(text), "end": len(text) + 2, "label": "PER"}
    read = in_code_points({"spans": [*spans, beyond]}, text)
    assert (read.unit, read.annotations["spans"]) == (CODE_POINTS, [*spans, beyond])


def test_what_cuts_words_as_it_is_and_in_every_unit_stays_as_it_is() -> None:
    spans = [{"start": 3, "end": 9, "label": "PER"}]
    read = in_code_points({"spans": spans}, "Anne-Maria dort")
    assert (read.annotations, read.held) == ({"spans": spans}, ())


def test_nothing_annotated_is_nothing_to_count() -> None:
    bodies: tuple[dict[str, Any], ...] = ({}, {"spans": None}, {"spans": {}}, {"spans": []})
    for body in bodies:
        assert in_code_points(body, TEXT).annotations == body


def test_one_bad_span_in_a_long_text_takes_no_memory_for_each_of_its_characters() -> None:
    text = "Zoé, e\u0301lue a\u0300 Évry,\r\nsera là. " * 3000
    beyond = {"start": len(text) + 1, "end": len(text) + 4, "label": "PER", "text": "Zoé"}
    tracemalloc.start()
    try:
        in_code_points({"spans": [{"start": 0, "end": 3, "label": "PER"}, beyond]}, text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "before", ["\ufeff", "\ufeff\ufeff" * 60, "한국의 소식 " * 40, "a\u0301\r\n" * 75, "é" + "\u0301" * 250]
)
def test_long_texts_are_counted_as_short_ones(before: str, unit: str, form: str) -> None:
    text = f"{before}\ufeff <1Zoé1> et {before} {'x' * 98}\r\n <2Évry2>"
    words = ["<1Zoé1>", "<2Évry2>"]
    bare = text.lstrip("\ufeff") if form.endswith(("NFC", "NFD")) else text
    spans = [counted(bare, word, unit, form, named=True) for word in words]
    assert places(in_code_points({"spans": spans}, text).annotations["spans"]) == right(text, *words)


# Each word is there once: wherever it is found is its place.
_NAMES = st.lists(
    st.sampled_from(["Zoé", "Évry", "Kyïv", "🇫🇷", "👩\u200d🚀", "Oslo", "l'été", "𝒳", "a\u0301b", "n\u0303"]),
    unique=True,
    min_size=1,
)
_BLANKS = st.sampled_from([" ", "\n", "\r\n", ", ", " … ", " é "])


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    names = draw(_NAMES)
    pieces = [f"{draw(_BLANKS)}<{place}{name}{place}>" for place, name in enumerate(names)]
    return "".join(pieces) + draw(_BLANKS), [f"<{place}{name}{place}>" for place, name in enumerate(names)]


@given(drawn=texts(), unit=st.sampled_from(sorted(UNITS)), form=st.sampled_from(sorted(FORMS)))
@example(drawn=("\r\n<0Zoé0>\n", ["<0Zoé0>"]), unit="UTF-8 bytes", form="of a text with LF")
def test_spans_with_words_come_back_exactly_whatever_they_were_counted_in(
    drawn: tuple[str, list[str]], unit: str, form: str
) -> None:
    text, words = drawn
    spans = [counted(text, word, unit, form, named=True) for word in words]
    read = in_code_points({"spans": spans}, text)
    assert places(read.annotations["spans"]) == right(text, *words)
    assert read.held == ()


@given(
    text=st.text(st.sampled_from("aé🇫🇷 \n\r\u0301."), max_size=20),
    borders=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=4),
    with_words=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_what_is_right_in_code_points_is_never_moved(
    text: str, borders: list[tuple[int, int]], with_words: list[bool]
) -> None:
    spans = []
    for (one, other), has_words in zip(borders, with_words, strict=False):
        start, end = min(one, other, len(text)), min(max(one, other), len(text))
        if start < end:
            spans.append({"start": start, "end": end, **({"text": text[start:end]} if has_words else {})})
    read = in_code_points({"spans": spans}, text)
    assert read.unit == CODE_POINTS
    kept = places(read.annotations["spans"])
    assert all(place in places(spans) for place in kept)
    assert len(kept) + len(read.held) == len(spans)
