from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.span import (
    Attribute,
    Content,
    Relation,
    Span,
    content_from_value,
    content_value,
    offsets_fault,
    spans_by_layer,
)

OFFSETS = st.one_of(st.integers(-3, 8), st.booleans(), st.none(), st.floats(), st.text(max_size=2))


@given(OFFSETS, OFFSETS)
def test_offsets_fit_where_they_cut_out_something(start: Any, end: Any) -> None:
    cause = offsets_fault(start, end, "abcde")
    fits = type(start) is int and type(end) is int and 0 <= start < end <= 5
    assert (cause is None) == fits


@pytest.mark.parametrize(
    ("start", "end", "cause"),
    [
        (True, 2, "offsets-not-integers"),
        ("0", 2, "offsets-not-integers"),
        (0, 2.0, "offsets-not-integers"),
        (-1, 2, "offsets-outside-text"),
        (0, 4, "offsets-outside-text"),
        (2, 2, "offsets-empty-or-reversed"),
        (2, 1, "offsets-empty-or-reversed"),
    ],
)
def test_offsets_that_do_not_fit_have_a_named_cause(start: Any, end: Any, cause: str) -> None:
    assert offsets_fault(start, end, "abc") == cause


def test_an_id_derives_from_layer_offsets_and_label_alone() -> None:
    assert Span("entities", 0, 5, "PER", 0.9, "rule").id == Span("entities", 0, 5, "PER").id == "entities:0-5:PER"


def test_half_open_spans_that_touch_do_not_overlap() -> None:
    assert not Span("e", 0, 2, "A").overlaps(Span("e", 2, 4, "A"))
    assert Span("e", 0, 3, "A").overlaps(Span("e", 2, 4, "B"))


def test_every_layer_has_a_key_and_spans_are_in_text_order() -> None:
    values = spans_by_layer([Span("a", 3, 5, "X"), Span("a", 0, 2, "Y")], ["a", "b"], "ab 😀é")
    assert [(value["label"], value["text"]) for value in values["a"]] == [("Y", "ab"), ("X", "😀é")]
    assert values["b"] == []
    assert list(values["a"][0]) == ["id", "start", "end", "label", "text"]


def test_content_survives_the_store() -> None:
    content = Content(
        (Span("a", 0, 1, "X", 0.5, "rule"), Span("a", 0, 1, "Y")),
        (Relation("a:0-1:X", "a:0-1:Y", "place", "bi"),),
        (Attribute("document", "note", ["é"]),),
    )
    assert content_from_value(content_value(content)) == content
