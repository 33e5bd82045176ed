from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.scoring import Match, MatchCounts, MatchKind, count_kinds, match
from curator.domain.span import Span


def ent(start: int, end: int, label: str = "PER") -> Span:
    return Span("entities", start, end, label)


def event(start: int, end: int, label: str = "ATTACK") -> Span:
    return Span("events", start, end, label)


def kinds(predicted: list[Span], current: list[Span]) -> list[MatchKind]:
    return [pair.kind for pair in match(predicted, current)]


@pytest.mark.parametrize(
    ("predicted", "current", "expected"),
    [
        ([ent(0, 5)], [ent(0, 5)], [MatchKind.EXACT]),
        ([ent(0, 5)], [ent(0, 6)], [MatchKind.BOUNDARY]),
        ([ent(0, 5)], [ent(0, 5, "ORG")], [MatchKind.LABEL]),
        ([ent(0, 5)], [ent(2, 9, "ORG")], [MatchKind.LABEL]),
        ([ent(0, 5)], [], [MatchKind.SPURIOUS]),
        ([], [ent(0, 5)], [MatchKind.MISSED]),
        ([], [], []),
        # Touching is not overlapping.
        ([ent(0, 5)], [ent(5, 9)], [MatchKind.SPURIOUS, MatchKind.MISSED]),
        # Layers never meet.
        ([ent(0, 5)], [event(0, 5)], [MatchKind.SPURIOUS, MatchKind.MISSED]),
        # One to one: a span that was split in two has one boundary match, and one part is missed.
        ([ent(0, 9)], [ent(0, 6), ent(7, 9)], [MatchKind.BOUNDARY, MatchKind.MISSED]),
        ([ent(0, 6), ent(7, 9)], [ent(0, 9)], [MatchKind.BOUNDARY, MatchKind.SPURIOUS]),
        # Doubled spans count one by one.
        ([ent(0, 5)], [ent(0, 5), ent(0, 5)], [MatchKind.EXACT, MatchKind.MISSED]),
        ([ent(0, 5), ent(0, 5)], [ent(0, 5)], [MatchKind.EXACT, MatchKind.SPURIOUS]),
    ],
)
def test_kinds(predicted: list[Span], current: list[Span], expected: list[MatchKind]) -> None:
    assert kinds(predicted, current) == expected


def test_the_largest_overlap_comes_first_whatever_the_label() -> None:
    matches = match([ent(0, 10)], [ent(0, 3), ent(3, 10, "ORG")])
    assert {(pair.kind, pair.current) for pair in matches} == {
        (MatchKind.LABEL, ent(3, 10, "ORG")),
        (MatchKind.MISSED, ent(0, 3)),
    }


def test_among_equal_overlaps_the_same_offsets_come_first_then_the_same_label() -> None:
    inner, outer = ent(2, 6), ent(0, 10, "ORG")
    assert set(kinds([outer, inner], [inner, outer])) == {MatchKind.EXACT}
    same_offsets = match([ent(0, 4)], [ent(0, 4, "ORG"), ent(0, 4)])
    assert Match(MatchKind.EXACT, ent(0, 4), ent(0, 4)) in same_offsets
    same_label = match([ent(2, 4)], [ent(0, 9, "ORG"), ent(0, 20)])
    assert Match(MatchKind.BOUNDARY, ent(2, 4), ent(0, 20)) in same_label


def test_scores_and_rules_make_no_difference() -> None:
    assert kinds([Span("entities", 0, 5, "PER", 0.7, "names")], [ent(0, 5)]) == [MatchKind.EXACT]


def test_rates() -> None:
    counts = MatchCounts(
        {MatchKind.EXACT: 6, MatchKind.BOUNDARY: 1, MatchKind.LABEL: 1, MatchKind.SPURIOUS: 2, MatchKind.MISSED: 2}
    )
    assert (counts.predicted, counts.current) == (10, 10)
    assert (counts.rate(MatchKind.EXACT), counts.rate(MatchKind.MISSED)) == (0.6, 0.2)
    assert MatchCounts().rate(MatchKind.EXACT) is None
    assert MatchCounts({MatchKind.SPURIOUS: 1}).rate(MatchKind.MISSED) is None


def test_a_span_with_another_label_counts_under_the_predicted_label() -> None:
    assert count_kinds(match([ent(0, 5)], [ent(0, 5, "ORG")])) == Counter({("entities", "PER", MatchKind.LABEL): 1})


SPANS = st.lists(
    st.builds(
        lambda layer, start, length, label: Span(layer, start, start + length, label),
        st.sampled_from(["entities", "events"]),
        st.integers(0, 12),
        st.integers(1, 8),
        st.sampled_from(["A", "B"]),
    ),
    max_size=12,
)


@given(SPANS, SPANS)
def test_every_span_is_accounted_for_exactly_once(predicted: list[Span], current: list[Span]) -> None:
    matches = match(predicted, current)
    assert Counter(pair.predicted for pair in matches if pair.predicted) == Counter(predicted)
    assert Counter(pair.current for pair in matches if pair.current) == Counter(current)
    for pair in matches:
        assert (pair.predicted is None) == (pair.kind is MatchKind.MISSED)
        assert (pair.current is None) == (pair.kind is MatchKind.SPURIOUS)
        if pair.predicted and pair.current:
            assert pair.predicted.layer == pair.current.layer
            assert pair.predicted.overlaps(pair.current)
            assert (pair.kind is MatchKind.LABEL) == (pair.predicted.label != pair.current.label)


@given(SPANS, SPANS)
def test_no_two_spans_left_over_could_have_been_matched(predicted: list[Span], current: list[Span]) -> None:
    matches = match(predicted, current)
    spurious = [pair.span for pair in matches if pair.kind is MatchKind.SPURIOUS]
    missed = [pair.span for pair in matches if pair.kind is MatchKind.MISSED]
    assert not [
        (left, right) for left in spurious for right in missed if left.layer == right.layer and left.overlaps(right)
    ]


@given(SPANS)
def test_spans_that_nobody_touched_are_exact(spans: list[Span]) -> None:
    assert set(kinds(spans, list(reversed(spans)))) <= {MatchKind.EXACT}


@given(SPANS, SPANS, st.randoms())
def test_the_order_in_which_spans_come_makes_no_difference(
    predicted: list[Span], current: list[Span], random: Random
) -> None:
    shuffled = [random.sample(predicted, len(predicted)), random.sample(current, len(current))]
    assert match(*shuffled) == match(predicted, current)
