import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.leakage import (
    LabelsOfSurfaces,
    SeenInTraining,
    distance,
    fingerprint,
    labelled_surfaces,
    normalised,
)
from curator.domain.record import Record
from curator.domain.span import Span

COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 50))


def test_texts_are_compared_by_their_words_alone() -> None:
    assert normalised("L’ONU, dit-il :\n OUI !") == normalised("l onu dit il oui")
    assert normalised(" !? ") == "!?"
    assert normalised("a b") != normalised("b a")
    assert fingerprint("Paris") == 0x5DD272B4F316B776


def test_surfaces_are_compared_whatever_their_case_and_white_space() -> None:
    record = Record("r", "PARIS\n Nord et Lyon", spans={"entities": (Span("entities", 0, 11, "GPE"),)})
    assert labelled_surfaces(record) == [("entities", "paris nord", "GPE")]


def test_the_distance_of_distributions_is_the_half_of_all_differences() -> None:
    assert distance({"a": 3, "b": 1}, {"a": 1, "b": 1, "c": 2}) == pytest.approx(0.5)
    assert distance({"a": 1}, {"b": 7}) == 1.0
    assert distance({}, {"a": 1}) is None
    assert distance({"a": 0}, {"a": 1}) is None


@given(COUNTS, COUNTS)
def test_distances_are_symmetric_and_between_0_and_1(left: dict[str, int], right: dict[str, int]) -> None:
    apart = distance(left, right)
    assert apart == distance(right, left)
    assert apart is None or 0 <= apart <= 1
    assert distance(left, {label: count * 3 for label, count in left.items()}) in (0, None)


def test_what_training_has_not_seen_is_counted_by_kinds_and_by_occurrences() -> None:
    seen = SeenInTraining()
    for split, kind in (("train", "a"), ("train", "b"), ("test", "a"), ("test", "c"), ("test", "c"), ("test", "d")):
        seen.add(split, kind)
    counts = seen.value()
    assert counts["test"] == {
        "kinds": 3,
        "unseen_kinds": 2,
        "unseen_share": pytest.approx(2 / 3),
        "occurrences": 4,
        "unseen_occurrences": 3,
    }
    assert counts["dev"]["unseen_share"] is None


def test_surfaces_with_several_labels_are_listed_the_most_doubtful_first() -> None:
    labels = LabelsOfSurfaces()
    labels.add([("entities", "paris", "GPE")] * 5 + [("entities", "paris", "PER")])
    labels.add([("entities", "lyon", "GPE"), ("entities", "lyon", "PER")] * 2 + [("events", "lyon", "ATTACK")])
    labels.add([("entities", "oslo", "GPE")])
    assert [(surface["surface"], surface["labels"]) for surface in labels.different()] == [
        ("lyon", {"GPE": 2, "PER": 2}),
        ("paris", {"GPE": 5, "PER": 1}),
    ]
