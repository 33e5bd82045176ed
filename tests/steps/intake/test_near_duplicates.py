"""Candidates: whoever shares enough keys, as many as a bounded index holds, however the documents are batched."""

from hypothesis import given
from hypothesis import strategies as st

from curator.steps.intake.near_duplicates import HOLDERS, candidates_in_turn

SIGNATURES = st.lists(st.sets(st.integers(0, 9), min_size=1), max_size=30)


def in_batches(signatures: list[set[int]], size: int) -> tuple[dict[str, list[str]], dict[int, list[str]]]:
    """Return the candidates of all, taken so many at a time, and what the index holds in the end."""
    stored: dict[int, list[str]] = {}
    found: dict[str, list[str]] = {}
    named = {f"{number:02}": sorted(keys) for number, keys in enumerate(signatures)}
    for start in range(0, len(named), size):
        batch = {name: named[name] for name in list(named)[start : start + size]}
        asked = {key for keys in batch.values() for key in keys}
        candidates, kept = candidates_in_turn(batch, {key: list(stored[key]) for key in asked & stored.keys()})
        found |= candidates
        for name, keys in kept.items():
            for key in keys:
                stored.setdefault(key, []).append(name)
    return found, stored


@given(SIGNATURES, st.integers(1, 7))
def test_batches_make_no_difference(signatures: list[set[int]], size: int) -> None:
    assert in_batches(signatures, size) == in_batches(signatures, 1) == in_batches(signatures, 1000)


@given(SIGNATURES)
def test_a_key_is_kept_of_the_first_that_have_it(signatures: list[set[int]]) -> None:
    _, stored = in_batches(signatures, 4)
    for key, names in stored.items():
        assert names == [f"{number:02}" for number, keys in enumerate(signatures) if key in keys][:HOLDERS]


@given(SIGNATURES)
def test_all_that_share_an_eighth_of_the_keys_are_candidates_while_few_have_them(signatures: list[set[int]]) -> None:
    few = signatures[:HOLDERS]
    candidates, _ = in_batches(few, 4)
    for number, keys in enumerate(few):
        near = [other for other in range(number) if few[other] & keys and 8 * len(few[other] & keys) >= len(keys)]
        assert candidates[f"{number:02}"] == [f"{other:02}" for other in near]


def test_two_keys_of_24_are_not_enough() -> None:
    signatures = {"a": list(range(24)), "b": [0, 1, *range(100, 122)], "c": [0, 1, 2, *range(200, 221)]}
    assert candidates_in_turn(signatures, {})[0] == {"a": [], "b": [], "c": ["a"]}


def test_however_many_texts_share_a_phrase_few_of_them_are_candidates() -> None:
    phrase = list(range(12))
    signatures = [{*phrase, *range(1000 + 12 * number, 1012 + 12 * number)} for number in range(200)]
    candidates, stored = in_batches(signatures, 100)
    assert max(map(len, candidates.values())) == HOLDERS
    assert sum(map(len, stored.values())) == 200 * 12 + HOLDERS * 12
