import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.canonical import (
    _COMPOSING_STARTERS,
    canonical_json,
    canonicalise,
    digest,
    document_id,
    refuse_oversized,
    refuse_unstorable,
)
from curator.domain.errors import InputRefused

# Where normalisation is hard: accents that stack and reorder, jamo, characters NFC takes apart, marks and line ends.
HARD = "e\u0301\u0308\u0323oa\u0300é\u1100\u1161\u11a8각\u0958\u212b\u0344\u09c7\u09be😀\r\n\ufeff \u200d"
STORABLE = st.characters(codec="utf-8", exclude_characters="\0")
RAW = st.text(st.one_of(st.sampled_from(HARD), STORABLE), max_size=40)


def expected(raw: str) -> str:
    return unicodedata.normalize("NFC", raw.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


@given(RAW)
def test_text_is_nfc_with_line_feeds_and_without_byte_order_marks(raw: str) -> None:
    assert canonicalise(raw).text == expected(raw)


@given(RAW)
def test_canonical_text_stays_as_it_is(raw: str) -> None:
    text = canonicalise(raw).text
    again = canonicalise(text)
    assert again.text == text
    assert [again.offset(at) for at in range(-1, len(text) + 2)] == [None, *range(len(text) + 1), None]


@given(RAW)
def test_an_offset_that_can_be_moved_cuts_both_texts_at_the_same_place(raw: str) -> None:
    canonical = canonicalise(raw)
    for at in range(len(raw) + 1):
        moved = canonical.offset(at)
        if moved is not None:
            assert canonical.text[:moved] == expected(raw[:at])
            # A line end or mark at the start of the rest would be taken for one of its own.
            assert canonical.text[moved:] == unicodedata.normalize(
                "NFC", raw[at:].replace("\r\n", "\n").replace("\r", "\n")
            )


@given(RAW)
def test_an_offset_moved_back_cuts_both_texts_at_the_same_place(raw: str) -> None:
    canonical = canonicalise(raw)
    for at in range(len(canonical.text) + 1):
        moved = canonical.raw_offset(at)
        if moved is not None:
            assert canonical.offset(moved) == at
            assert expected(raw[:moved]) == canonical.text[:at]
    assert canonical.raw_offset(0) == len(raw) - len(raw.lstrip("\ufeff"))
    assert canonical.raw_offset(len(canonical.text)) == len(raw)
    assert canonical.raw_offset(-1) is canonical.raw_offset(len(canonical.text) + 1) is None


@given(st.text(st.sampled_from("aé«’ \r\nx😀"), max_size=40))
def test_every_offset_of_composed_text_can_be_moved_but_those_inside_a_line_end(raw: str) -> None:
    canonical = canonicalise(raw)
    lost = {at for at in range(len(raw) + 1) if canonical.offset(at) is None}
    assert lost == {at for at in range(1, len(raw)) if raw[at - 1 : at + 1] == "\r\n"}


def test_offsets_after_accents_and_line_ends_are_moved() -> None:
    raw = "\ufeffE\u0301lyse\u0301e\r\nParis"
    canonical = canonicalise(raw)
    assert canonical.text == "Élysée\nParis"
    assert (canonical.offset(1), canonical.offset(len(raw) - 5), canonical.offset(len(raw))) == (0, 7, 12)
    assert canonical.offset(2) is None
    assert canonical.offset(len(raw) + 1) is None


def test_more_than_one_byte_order_mark_is_taken_off() -> None:
    assert canonicalise("\ufeff\ufeffa\ufeff").text == "a\ufeff"


@pytest.mark.parametrize(
    ("text", "what"), [("ab\0", "character 2"), ("a\ud800", "character 1"), ("\udfff", "character 0")]
)
def test_nul_and_lone_surrogates_are_refused_with_their_place(text: str, what: str) -> None:
    for refuse in (canonicalise, refuse_unstorable):
        with pytest.raises(InputRefused, match=what):
            refuse(text)


def test_composing_starters_are_all_that_this_python_knows() -> None:
    composing = set()
    for code in range(sys.maxunicode + 1):
        whole = unicodedata.normalize("NFD", chr(code))
        if not 0xAC00 <= code <= 0xD7A3 and len(whole) > 1:
            composing |= {char for char in whole[1:] if not unicodedata.combining(char)}
    assert composing <= _COMPOSING_STARTERS


def test_whatever_composes_is_composed_in_one_piece() -> None:
    for code in range(0xA0, sys.maxunicode + 1):
        if unicodedata.decomposition(chr(code)) or 0xAC00 <= code <= 0xD7A3:
            raw = f"a{unicodedata.normalize('NFD', chr(code))}b\r"
            assert canonicalise(raw).text == expected(raw), hex(code)


def test_document_ids_never_change() -> None:
    assert document_id("Été à Nîmes\n") == "fd3f71ab4de266e51e75ec84"


def test_canonical_json_is_one_text_per_value() -> None:
    assert canonical_json({"b": [1, "é\ud800"], "a": None}) == r'{"a":null,"b":[1,"\u00e9\ud800"]}'
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


@given(st.text(), st.integers(1, 60))
def test_a_text_is_too_large_by_the_bytes_of_its_canonical_form(text: str, limit: int) -> None:
    try:
        size = len(canonicalise(text).text.encode())
    except InputRefused:
        return
    if size <= limit:
        refuse_oversized(text, limit)
    else:
        with pytest.raises(InputRefused, match=f"larger than {limit} bytes") as raised:
            refuse_oversized(text, limit)
        assert raised.value.limit == limit


def test_no_character_grows_more_than_is_reckoned_with() -> None:
    worst = "\U0001d160" * 10
    refuse_oversized(worst, 120)
    with pytest.raises(InputRefused):
        refuse_oversized(worst, 119)
