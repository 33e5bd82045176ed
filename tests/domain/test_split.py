from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.split import Assignment, SplitRule, assign

RULE = SplitRule("curator", {"train": 0.8, "dev": 0.1, "test": 0.1})
SPLITS = st.sampled_from(["train", "dev", "test"])


def test_a_document_is_in_the_same_split_for_ever() -> None:
    ids = [f"{number:024x}" for number in range(12)]
    assert " ".join(map(RULE.by_hash, ids)) == ("train train train train test dev train train train train train train")
    # The SHA-256 of `curator:a` begins with b56eeda1: at 0.7087 of the range.
    assert SplitRule("curator", {"train": 0.708, "dev": 0.292}).by_hash("a") == "dev"
    assert SplitRule("curator", {"train": 0.709, "dev": 0.291}).by_hash("a") == "train"


def test_shares_are_met() -> None:
    counts = Counter(RULE.by_hash(str(number)) for number in range(10_000))
    assert counts["train"] == pytest.approx(8000, abs=150)
    assert counts["dev"] == pytest.approx(1000, abs=120)


def test_another_seed_deals_anew_and_an_empty_share_gets_nothing() -> None:
    ids = [str(number) for number in range(300)]
    reseeded = SplitRule("other", RULE.shares)
    assert [RULE.by_hash(document) for document in ids] != [reseeded.by_hash(document) for document in ids]
    all_train = SplitRule("curator", {"train": 1.0, "dev": 0.0, "test": 0.0})
    assert {all_train.by_hash(document) for document in ids} == {"train"}


@given(st.none() | SPLITS, st.lists(st.none() | SPLITS, max_size=4))
def test_near_duplicates_never_straddle_and_a_given_split_is_never_overruled(
    given_split: str | None, neighbours: list[str | None]
) -> None:
    assignment = assign("a", given_split, neighbours, RULE)
    taken = {split for split in neighbours if split}
    if assignment.split is None:
        assert assignment.reason == "bridges-splits"
        assert len(taken | ({given_split} - {None})) > 1
    else:
        assert taken <= {assignment.split}
        assert given_split in (None, assignment.split)


@pytest.mark.parametrize(
    ("given_split", "neighbours", "expected"),
    [
        ("test", [], ("test", "given")),
        ("test", ["test", None], ("test", "given")),
        ("test", ["train"], (None, "bridges-splits")),
        (None, ["dev", "dev"], ("dev", "near-duplicate")),
        (None, ["dev", "train"], (None, "bridges-splits")),
        (None, [None], (RULE.by_hash("a"), "hash")),
        (None, [], (RULE.by_hash("a"), "hash")),
    ],
)
def test_reasons_are_reported(given_split: str | None, neighbours: list[str | None], expected: tuple[str, str]) -> None:
    assert assign("a", given_split, neighbours, RULE) == Assignment("a", *expected)
