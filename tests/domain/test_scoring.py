from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.scoring import Fate, FateCounts, Match, count_fates, match
from curator.domain.span import Span


def ent(start: int, end: int, label: str = "PER") -> Span:
    return Span("entities", start, end, label)


def event(start: int, end: int, label: str = "ATTACK") -> Span:
    return Span("events", start, end, label)


def fates(predicted: list[Span], current: list[Span]) -> list[Fate]:
    return [one.fate for one in match(predicted, current)]


@pytest.mark.parametrize(
    ("predicted", "current", "expected"),
    [
        ([ent(0, 5)], [ent(0, 5)], [Fate.KEPT]),
        ([ent(0, 5)], [ent(0, 6)], [Fate.MOVED]),
        ([ent(0, 5)], [ent(0, 5, "ORG")], [Fate.RELABELLED]),
        ([ent(0, 5)], [ent(2, 9, "ORG")], [Fate.RELABELLED]),
        ([ent(0, 5)], [], [Fate.REMOVED]),
        ([], [ent(0, 5)], [Fate.ADDED]),
        ([], [], []),
        # Touching is not overlapping.
        ([ent(0, 5)], [ent(5, 9)], [Fate.REMOVED, Fate.ADDED]),
        # Layers never meet.
        ([ent(0, 5)], [event(0, 5)], [Fate.REMOVED, Fate.ADDED]),
        # One to one: what was split in two is moved once, and added once.
        ([ent(0, 9)], [ent(0, 6), ent(7, 9)], [Fate.MOVED, Fate.ADDED]),
        ([ent(0, 6), ent(7, 9)], [ent(0, 9)], [Fate.MOVED, Fate.REMOVED]),
        # Doubled spans count one by one.
        ([ent(0, 5)], [ent(0, 5), ent(0, 5)], [Fate.KEPT, Fate.ADDED]),
        ([ent(0, 5), ent(0, 5)], [ent(0, 5)], [Fate.KEPT, Fate.REMOVED]),
    ],
)
def test_fates(predicted: list[Span], current: list[Span], expected: list[Fate]) -> None:
    assert fates(predicted, current) == expected


def test_the_largest_overlap_comes_first_whatever_the_label() -> None:
    found = match([ent(0, 10)], [ent(0, 3), ent(3, 10, "ORG")])
    assert {(one.fate, one.current) for one in found} == {
        (Fate.RELABELLED, ent(3, 10, "ORG")),
        (Fate.ADDED, ent(0, 3)),
    }


def test_among_equal_overlaps_the_same_offsets_come_first_then_the_same_label() -> None:
    inner, outer = ent(2, 6), ent(0, 10, "ORG")
    assert set(fates([outer, inner], [inner, outer])) == {Fate.KEPT}
    found = match([ent(0, 4)], [ent(0, 4, "ORG"), ent(0, 4)])
    assert Match(Fate.KEPT, ent(0, 4), ent(0, 4)) in found
    found = match([ent(2, 4)], [ent(0, 9, "ORG"), ent(0, 20)])
    assert Match(Fate.MOVED, ent(2, 4), ent(0, 20)) in found


def test_scores_and_rules_make_no_difference() -> None:
    assert fates([Span("entities", 0, 5, "PER", 0.7, "names")], [ent(0, 5)]) == [Fate.KEPT]


def test_rates() -> None:
    counts = FateCounts({Fate.KEPT: 6, Fate.MOVED: 1, Fate.RELABELLED: 1, Fate.REMOVED: 2, Fate.ADDED: 2})
    assert (counts.predicted, counts.current) == (10, 10)
    assert (counts.rate(Fate.KEPT), counts.rate(Fate.ADDED)) == (0.6, 0.2)
    assert FateCounts().rate(Fate.KEPT) is None
    assert FateCounts({Fate.REMOVED: 1}).rate(Fate.ADDED) is None


def test_a_relabelled_span_counts_under_the_label_it_had() -> None:
    assert count_fates(match([ent(0, 5)], [ent(0, 5, "ORG")])) == Counter({("entities", "PER", Fate.RELABELLED): 1})


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
    found = match(predicted, current)
    assert Counter(one.predicted for one in found if one.predicted) == Counter(predicted)
    assert Counter(one.current for one in found if one.current) == Counter(current)
    for one in found:
        assert (one.predicted is None) == (one.fate is Fate.ADDED)
        assert (one.current is None) == (one.fate is Fate.REMOVED)
        if one.predicted and one.current:
            assert one.predicted.layer == one.current.layer
            assert one.predicted.overlaps(one.current)
            assert (one.fate is Fate.RELABELLED) == (one.predicted.label != one.current.label)


@given(SPANS, SPANS)
def test_no_two_spans_left_over_could_have_been_matched(predicted: list[Span], current: list[Span]) -> None:
    found = match(predicted, current)
    removed = [one.span for one in found if one.fate is Fate.REMOVED]
    added = [one.span for one in found if one.fate is Fate.ADDED]
    assert not [(one, other) for one in removed for other in added if one.layer == other.layer and one.overlaps(other)]


@given(SPANS)
def test_what_nobody_touched_is_kept(spans: list[Span]) -> None:
    assert set(fates(spans, list(reversed(spans)))) <= {Fate.KEPT}


@given(SPANS, SPANS, st.randoms())
def test_the_order_in_which_spans_come_makes_no_difference(
    predicted: list[Span], current: list[Span], random: Random
) -> None:
    shuffled = [random.sample(predicted, len(predicted)), random.sample(current, len(current))]
    assert match(*shuffled) == match(predicted, current)
