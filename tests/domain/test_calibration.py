import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.calibration import brier_score, expected_calibration_error, reliability


def test_bins_have_equal_mass_and_lie_in_order() -> None:
    scored = [(number / 1000, number % 2 == 0) for number in range(1000)]
    bins = reliability(scored, 100)
    assert [score_bin.count for score_bin in bins] == [100] * 10
    assert [score_bin.low for score_bin in bins] == sorted(score_bin.low for score_bin in bins)
    assert all(score_bin.exact == pytest.approx(0.5) for score_bin in bins)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=400), st.integers(1, 120))
def test_no_span_is_lost_and_no_bin_is_too_small(scored: list[tuple[float, bool]], least: int) -> None:
    bins = reliability(scored, least)
    assert sum(score_bin.count for score_bin in bins) == len(scored)
    assert len(bins) <= 1 or all(score_bin.count >= least for score_bin in bins)
    assert 0 <= expected_calibration_error(bins) <= 1


def test_the_error_is_the_distance_of_promise_and_outcome() -> None:
    assert expected_calibration_error(reliability([(0.9, False)] * 100)) == pytest.approx(0.9)
    assert expected_calibration_error(reliability([(0.75, number % 4 > 0) for number in range(400)])) == pytest.approx(
        0
    )
    assert expected_calibration_error([]) == 0


def test_honest_scores_have_a_small_error_and_boasting_ones_a_large_one() -> None:
    source = random.Random(3)
    honest = [(chance, source.random() < chance) for chance in (source.random() for _ in range(4000))]
    boasting = [(min(1.0, chance + 0.3), kept) for chance, kept in honest]
    assert expected_calibration_error(reliability(honest)) < 0.05
    assert expected_calibration_error(reliability(boasting)) > 0.15


def test_the_brier_score_rewards_scores_that_separate_right_from_wrong() -> None:
    vague = [(0.5, kept) for kept in (True, False) * 50]
    sharp = [(0.9 if kept else 0.1, kept) for _, kept in vague]
    assert brier_score(vague) == pytest.approx(0.25)
    assert brier_score(sharp) == pytest.approx(0.01)
    assert brier_score([]) == 0
