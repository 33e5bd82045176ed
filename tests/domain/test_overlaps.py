"""Overlapping spans, against what comparing all of them says."""

from hypothesis import given
from hypothesis import strategies as st

from curator.domain import overlaps, scoring
from curator.domain.overlaps import Stretches
from curator.domain.span import Span
from tests.domain import naive_spans

STRETCH = st.tuples(st.integers(0, 20), st.integers(0, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
SPANS = st.lists(
    st.builds(
        lambda layer, start, length, label: Span(layer, start, start + length, label),
        st.sampled_from(["entities", "events"]),
        st.integers(0, 15),
        st.integers(1, 9),
        st.sampled_from("AB"),
    ),
    max_size=14,
)


@given(SPANS, st.sampled_from([frozenset[str](), frozenset({"entities"}), frozenset({"entities", "events"})]))
def test_flattened_spans_are_those_that_comparing_all_of_them_keeps(spans: list[Span], flat: frozenset[str]) -> None:
    assert overlaps.flatten(spans, flat) == naive_spans.flatten(spans, flat)


@given(SPANS, SPANS)
def test_overlapping_pairs_are_each_given_once(left: list[Span], right: list[Span]) -> None:
    pairs = list(overlaps.overlapping(left, right))
    assert sorted(pairs) == sorted(naive_spans.overlapping(left, right))


@given(SPANS, SPANS)
def test_matches_are_the_best_pairs_of_all(predicted: list[Span], current: list[Span]) -> None:
    assert scoring.match(predicted, current) == naive_spans.match(predicted, current)


@given(st.lists(STRETCH, max_size=12), STRETCH)
def test_stretches_cover_every_place_of_theirs(stretches: list[tuple[int, int]], other: tuple[int, int]) -> None:
    places = {place for start, end in stretches for place in range(start, end)}
    assert Stretches.covering(stretches).touch(*other) == (not places.isdisjoint(range(*other)))


@given(st.lists(STRETCH, max_size=12), STRETCH)
def test_added_stretches_are_touched_where_they_have_a_place(
    stretches: list[tuple[int, int]], other: tuple[int, int]
) -> None:
    taken = Stretches()
    places: set[int] = set()
    for start, end in stretches:
        assert taken.touch(start, end) == (not places.isdisjoint(range(start, end)))
        if not taken.touch(start, end):
            taken.add(start, end)
            places.update(range(start, end))
    assert taken.touch(*other) == (not places.isdisjoint(range(*other)))
