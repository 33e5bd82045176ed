"""Splits dealt out in batches: with few statements, with room for other writers, and as in one go."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain.canonical import document_id
from curator.domain.split import Assignment
from curator.steps.intake import ingest
from curator.steps.intake.ingest import assign_splits
from tests.fakes.crowded import CrowdedStore
from tests.fakes.fuse import Fuse, FusedStore, Killed
from tests.fakes.parts import RULE, WordNearness
from tests.fakes.world import World
from tests.steps.curation.test_batches import statements
from tests.steps.intake.test_ingest import splits
from tests.store.conftest import arrival

NEARNESS = WordNearness()
TEXTS = ["a b", "a b c", "c d", "d e f", "e f", "g h", "h i", "x y z", "x y"]


def store_texts(world: World, *texts: str, given: str | None = None) -> None:
    with world.store.writing() as transaction:
        transaction.documents.add([arrival(text, f"{text}.txt", given) for text in texts])


def crowded_store(world: World, act: Callable[[], None]) -> CrowdedStore:
    return CrowdedStore(world.sql, act, lambda transaction: len(transaction.documents.splits(transaction.seq)))


def test_others_write_between_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "_BATCH", 2)
    store_texts(world, *TEXTS)
    kept = world.keep()
    assign_splits(world.store, NEARNESS, RULE)
    expected = splits(world)
    world.back_to(kept)
    written = []

    def write() -> None:
        with world.sql.writing() as transaction:
            transaction.settings.put("other", transaction.seq)
            written.append(transaction.seq)

    crowded = crowded_store(world, write)
    assign_splits(crowded, NEARNESS, RULE)
    assert crowded.added == [0, 2, 2, 2, 2, 1]
    assert len(written) == 6
    assert splits(world) == expected


@pytest.mark.parametrize("turn", range(1, 7))
def test_a_run_that_another_one_overtakes_keeps_its_splits_and_parts_no_near_duplicates(
    world: World, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    monkeypatch.setattr(ingest, "_BATCH", 2)
    store_texts(world, *TEXTS)
    turns = iter(range(1, 100))
    overtaken: dict[str, Assignment] = {}

    def overtake() -> None:
        if next(turns) == turn:
            store_texts(world, "x y z a", "h i j", given="test")
            assign_splits(world.sql, NEARNESS, RULE)
            overtaken.update(splits(world))

    assign_splits(crowded_store(world, overtake), NEARNESS, RULE)
    assert splits(world) == overtaken
    assert len(overtaken) == len(TEXTS) + 2
    split_of = {text: overtaken[document_id(text)].split for text in TEXTS}
    near = [(left, right) for left in TEXTS for right in TEXTS if NEARNESS.near(left, right)]
    assert all(split_of[left] == split_of[right] for left, right in near if split_of[left] and split_of[right])


def test_assigning_killed_anywhere_is_taken_up_where_it_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "_BATCH", 2)
    store_texts(world, *TEXTS)
    kept = world.keep()
    fuse = Fuse()
    assign_splits(FusedStore(world.sql, fuse), NEARNESS, RULE)
    expected = splits(world)
    assert len(expected) == len(TEXTS)
    partly = 0
    for length in range(1, fuse.burnt + 1):
        world.back_to(kept)
        with pytest.raises(Killed):
            assign_splits(FusedStore(world.sql, Fuse(length)), NEARNESS, RULE)
        partly += 0 < len(splits(world)) < len(TEXTS)
        assign_splits(world.store, NEARNESS, RULE)
        assert splits(world) == expected, f"killed at {length}"
    assert partly > 5


def test_four_times_the_documents_take_hardly_more_statements(world: World) -> None:
    counts = []
    for size in (100, 400):
        store_texts(world, *(f"mot{number} seul{number}" for number in range(10_000 * size, 10_000 * size + size)))
        with statements(world) as executed:
            assign_splits(world.store, NEARNESS, RULE)
        counts.append(len(executed))
    assert len(splits(world)) == 500
    assert counts[1] - counts[0] < 300 / 5


_WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=4, unique=True).map(" ".join)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.tuples(_WORDS, st.sampled_from([None, "train", "test"])), min_size=2, max_size=8))
def test_the_size_of_batches_does_not_matter(begin: Callable[[], World], texts: list[tuple[str, str | None]]) -> None:
    outcomes = []
    for size in (1, 3, 100):
        world = begin()
        for text, split in texts:
            store_texts(world, text, given=split)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ingest, "_BATCH", size)
            assign_splits(world.store, NEARNESS, RULE)
        outcomes.append(splits(world))
    assert outcomes[0] == outcomes[1] == outcomes[2]
