from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.annotation import (
    AnnotationState,
    Form,
    Identity,
    ProjectSource,
    instant,
    project_source,
    state_from_value,
)
from curator.domain.canonical import canonical_json


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T01:49:00Z",
        "2026-11-22T01:49:00.000000+00:00",
        "2026-11-22T02:49:00+01:00",
        "2026-11-22 01:49",
        datetime(2026, 11, 22, 1, 49),
        datetime(2026, 11, 21, 20, 49, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_one_moment_has_one_form(value: str | datetime) -> None:
    assert instant(value) == "2026-11-22T01:49:00.000000Z"


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_instants_sort_as_text(left: datetime, right: datetime) -> None:
    assert (instant(left) < instant(right)) == (left < right)
    assert datetime.fromisoformat(instant(left)) == left


@pytest.mark.parametrize("value", ["", "yesterday", "2026-13-01", "2026-11-22T25:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_an_error(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        instant(value)


def test_a_state_survives_the_store() -> None:
    identity = Identity("label-studio:s/1", "2", "2026-11-22T01:49:00.000000Z")
    at = identity.created_at
    state = AnnotationState(identity, "s/4", None, at, False, True, 1.5, Form.LABEL_STUDIO, [{"id": "\ud800"}], 3, 7)
    assert state_from_value(identity, state.value()) == state
    assert canonical_json(state.value())


def test_a_source_names_its_project_and_no_other_source_does() -> None:
    source = ProjectSource("http://ls.example.org:8080/a", 12)
    assert project_source(str(source)) == source
    for name in ("import:brat", "label-studio:x", "label-studio:x/", "label-studio:x/y", ""):
        assert project_source(name) is None


def test_keys_that_are_numbers_come_in_their_own_order() -> None:
    keys = ["10", "9", "b", "a", "100"]
    ranked = sorted((Identity("s", key, "") for key in keys), key=lambda identity: identity.rank)
    assert [identity.key for identity in ranked] == ["9", "a", "b", "10", "100"]
