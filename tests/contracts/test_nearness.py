"""What every Nearness keeps to."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.files.nearness import MinHashNearness
from curator.steps.ports.documents import Nearness
from tests.fakes.parts import WordNearness

ARTICLE = " ".join(f"mot{number}" for number in range(200))
REPRINT = ARTICLE.replace("mot7 ", "autre ")
UNRELATED = " ".join(f"nom{number}" for number in range(200))
NOT_BLANK = st.text(max_size=60).filter(str.strip)
# A Nearness has no state that one example could leave to the next.
PER_FUNCTION = [HealthCheck.function_scoped_fixture]


@pytest.fixture(params=[MinHashNearness, WordNearness], ids=["minhash", "fake"])
def nearness(request: pytest.FixtureRequest) -> Nearness:
    made: Nearness = request.param()
    return made


@settings(max_examples=30, suppress_health_check=PER_FUNCTION)
@given(text=NOT_BLANK)
def test_a_signature_is_of_distinct_signed_64_bit_integers_and_always_the_same(nearness: Nearness, text: str) -> None:
    bands = nearness.bands(text)
    assert len(set(bands)) == len(bands) >= 1
    assert all(-(2**63) <= band < 2**63 for band in bands)
    assert nearness.bands(text) == bands


@settings(max_examples=30, suppress_health_check=PER_FUNCTION)
@given(left=st.text(max_size=60), right=st.text(max_size=60))
def test_every_text_is_near_itself_and_nearness_has_no_direction(nearness: Nearness, left: str, right: str) -> None:
    assert nearness.near(left, left)
    assert nearness.near(left, right) == nearness.near(right, left)


def test_near_duplicates_are_candidates_and_near(nearness: Nearness) -> None:
    assert set(nearness.bands(ARTICLE)) & set(nearness.bands(REPRINT))
    assert nearness.near(ARTICLE, REPRINT)


def test_unrelated_texts_are_neither_candidates_nor_near(nearness: Nearness) -> None:
    assert not set(nearness.bands(ARTICLE)) & set(nearness.bands(UNRELATED))
    assert not nearness.near(ARTICLE, UNRELATED)
