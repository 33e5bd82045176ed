"""What every Nearness keeps to."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.files.nearness import SketchNearness
from curator.steps.ports.documents import Nearness
from tests.fakes.parts import WordNearness

ARTICLE = " ".join(f"mot{number}" for number in range(200))
REPRINT = ARTICLE.replace("mot7 ", "autre ")
UNRELATED = " ".join(f"nom{number}" for number in range(200))
NOT_BLANK = st.text(max_size=60).filter(str.strip)
# A Nearness has no state that one example could leave to the next.
PER_FUNCTION = [HealthCheck.function_scoped_fixture]


def shared_keys(nearness: Nearness, left: str, right: str) -> set[int]:
    return set(nearness.signature(left)) & set(nearness.signature(right))


@pytest.fixture(params=[SketchNearness, WordNearness], ids=["sketch", "fake"])
def nearness(request: pytest.FixtureRequest) -> Nearness:
    made: Nearness = request.param()
    return made


@settings(max_examples=30, suppress_health_check=PER_FUNCTION)
@given(text=NOT_BLANK)
def test_a_signature_is_of_distinct_signed_32_bit_integers_and_always_the_same(nearness: Nearness, text: str) -> None:
    keys = nearness.signature(text)
    assert len(set(keys)) == len(keys) >= 1
    assert all(-(2**31) <= key < 2**31 for key in keys)
    assert nearness.signature(text) == keys
    assert nearness.scheme


@settings(max_examples=30, suppress_health_check=PER_FUNCTION)
@given(left=st.text(max_size=60), right=st.text(max_size=60))
def test_every_text_is_near_itself_and_nearness_has_no_direction(nearness: Nearness, left: str, right: str) -> None:
    assert nearness.near(left, left)
    assert nearness.near(left, right) == nearness.near(right, left)


def test_near_duplicates_are_candidates_and_near(nearness: Nearness) -> None:
    assert len(shared_keys(nearness, ARTICLE, REPRINT)) * 16 >= len(nearness.signature(REPRINT))
    assert nearness.near(ARTICLE, REPRINT)


def test_unrelated_texts_are_neither_candidates_nor_near(nearness: Nearness) -> None:
    assert not shared_keys(nearness, ARTICLE, UNRELATED)
    assert not nearness.near(ARTICLE, UNRELATED)
