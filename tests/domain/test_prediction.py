import pytest

from curator.domain.prediction import PipelineId, Prediction
from curator.domain.span import Content, Span


@pytest.mark.parametrize(
    ("scores", "expected"), [([], 0), ([1.0, 1.0], 0), ([0.75, 0.5], -0.75), ([None], -0.5), ([0.0] * 3, -3)]
)
def test_the_score_is_minus_the_corrections_to_be_expected(scores: list[float | None], expected: float) -> None:
    spans = tuple(Span("entities", at, at + 1, "PER", score) for at, score in enumerate(scores))
    assert Prediction("d", PipelineId("rules", "abc"), Content(spans)).score == pytest.approx(expected)


def test_a_pipeline_is_named_with_its_digest() -> None:
    assert str(PipelineId("rules", "abc")) == "rules@abc"
