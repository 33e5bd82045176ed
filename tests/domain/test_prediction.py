import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.prediction import PipelineId, Prediction, queue_score
from curator.domain.span import Content, Span


@pytest.mark.parametrize(
    ("scores", "expected"), [([], 0), ([1.0, 1.0], 0), ([0.75, 0.5], 0.75), ([None], 0.5), ([0.0] * 3, 3)]
)
def test_corrections_are_expected_by_the_scores_of_spans(scores: list[float | None], expected: float) -> None:
    spans = tuple(Span("entities", at, at + 1, "PER", score) for at, score in enumerate(scores))
    prediction = Prediction("d", PipelineId("rules", "abc"), Content(spans))
    assert prediction.expected_corrections == pytest.approx(expected)


@pytest.mark.parametrize(("corrections", "score"), [(0, 1.0), (1, 0.5), (3, 0.25), (9.75, 1 / 10.75)])
def test_the_queue_score_is_one_over_one_more_than_the_corrections(corrections: float, score: float) -> None:
    assert queue_score(corrections) == score


@given(st.floats(0, 10_000), st.floats(1e-9, 10_000))
def test_more_corrections_are_a_lower_score_between_0_and_1(corrections: float, more: float) -> None:
    assert 0 < queue_score(corrections + more) < queue_score(corrections) <= 1


def test_thousands_of_corrections_are_told_apart_by_a_thousandth() -> None:
    scores = [queue_score(thousandths / 1000) for thousandths in range(0, 9_000_001, 3)]
    assert all(second < first for first, second in pairwise(scores))
    assert math.isclose(scores[-1], 1 / 9001)


def test_a_pipeline_is_named_with_its_digest() -> None:
    assert str(PipelineId("rules", "abc")) == "rules@abc"
