from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.split import Assignment, Cutoff, Dealt, SourceSplits, SplitRule, assign, split_rule_from_value

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
    assignment = assign("a", given_split, neighbours, RULE, {})
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
    assert assign("a", given_split, neighbours, RULE, {}) == Assignment("a", *expected)


BY_DAY = SplitRule("curator", RULE.shares, Cutoff("2026-03-01", "2026-02-01"))
BY_SOURCE = SplitRule("curator", RULE.shares, Cutoff("2026-03-01"), SourceSplits({"Le Courrier": "test"}))


@pytest.mark.parametrize(
    ("date", "split"),
    [
        ("2026-03-01", "test"),
        ("2026-03-01T00:00:00Z", "test"),
        ("20260301", "test"),
        ("2026-02-28T23:59:59-12:00", "dev"),
        ("2026-02-01", "dev"),
        ("2026-01-31", "train"),
    ],
)
def test_a_cut_off_goes_by_the_day_as_it_is_written(date: str, split: str) -> None:
    assert BY_DAY.split("a", {"date": date}) == (split, "cut-off")


@pytest.mark.parametrize("date", [None, "", "hier", 20260301, ["2026-03-01"], "2026-13-01"])
def test_without_a_date_the_shares_decide(date: object) -> None:
    assert BY_DAY.split("a", {"date": date}) == (RULE.by_hash("a"), "hash")
    assert BY_DAY.split("a", {}) == (RULE.by_hash("a"), "hash")


def test_what_is_from_before_the_cut_off_is_never_in_test_and_keeps_the_proportion_of_the_others() -> None:
    splits = Counter(BY_SOURCE.split(str(number), {"date": "2026-01-01"})[0] for number in range(9_000))
    assert splits.keys() == {"train", "dev"}
    assert splits["dev"] == pytest.approx(1_000, abs=120)
    only_test = SplitRule("curator", {"train": 0.0, "dev": 0.0, "test": 1.0}, Cutoff("2026-03-01"))
    assert only_test.split("a", {"date": "2026-01-01"}) == ("train", "cut-off")


def test_a_named_source_comes_before_the_cut_off() -> None:
    assert BY_SOURCE.split("a", {"source": "Le Courrier", "date": "2026-01-01"}) == ("test", "source")
    assert BY_SOURCE.split("a", {"source": "Autre", "date": "2026-03-02"}) == ("test", "cut-off")
    assert BY_SOURCE.split("a", {"source": ["Le Courrier"]}) == (RULE.by_hash("a"), "hash")


@pytest.mark.parametrize("rule", [RULE, BY_DAY, BY_SOURCE])
def test_a_rule_is_read_from_its_value(rule: SplitRule) -> None:
    assert split_rule_from_value(rule.value(), ("train", "dev", "test")) == rule


def test_a_rule_of_shares_alone_has_the_value_that_it_always_had() -> None:
    method = "near-duplicate group, else hash"
    assert RULE.value() == {"method": method, "seed": "curator", "shares": {"train": 0.8, "dev": 0.1, "test": 0.1}}


def test_what_did_not_go_by_the_rule_is_counted() -> None:
    dealt = Dealt()
    for neighbours, meta in (
        (["dev"], {"date": "2026-03-01"}),
        (["test"], {"date": "2026-03-01"}),
        (["dev", "test"], {}),
        ([], {}),
    ):
        dealt.add(assign("a", None, neighbours, BY_DAY, meta), BY_DAY, meta)
    assert (dealt.otherwise, dealt.bridging, dealt.undated) == (1, 1, 1)
    assert dealt.splits == Counter(["dev", "test", RULE.by_hash("a")])
