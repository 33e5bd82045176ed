"""Documents decided in batches: with few statements, with room for other writers, and as in one go."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.policy import Policy
from curator.domain.split import Assignment
from curator.steps.curation import batches
from curator.steps.curation.decide import DecidedDocument, Decider, Rules
from curator.steps.ports.store import Store
from tests.domain.annotations import annotation
from tests.fakes.crowded import CrowdedStore
from tests.fakes.deciding import decide_all
from tests.fakes.fuse import Fuse, FusedStore, Killed
from tests.fakes.parts import SCHEMA, region
from tests.fakes.world import World
from tests.store.conftest import arrival

DECIDER = Decider(SCHEMA, Rules(Policy("latest"), True, "salt"), READ_ANNOTATION)


def fill(world: World, size: int) -> int:
    """Store so many documents with an annotation each; returns the number they are there by."""
    texts = [f"Paris dort, {number}" for number in range(size)]
    with world.store.writing() as transaction:
        transaction.documents.add([arrival(text) for text in texts])
        transaction.documents.assign([Assignment(document_id(text), "train", "hash") for text in texts])
        for number, text in enumerate(texts, start=1):
            state = annotation(number=number, body=[region(0, 5, "GPE")]).state
            transaction.revisions.append(state.identity, document_id(text), state)
        return transaction.seq


def decide(store: Store, seq: int) -> list[DecidedDocument]:
    return list(decide_all(store, DECIDER, seq))


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    executed: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        executed.append(statement)

    event.listen(world.sql.engine, "before_cursor_execute", count)
    yield executed
    event.remove(world.sql.engine, "before_cursor_execute", count)


def crowded_store(world: World) -> CrowdedStore:
    """Return the world's store, in which somebody annotates after every writing transaction."""
    others = 0

    def annotate() -> None:
        nonlocal others
        others += 1
        with world.sql.writing() as transaction:
            # Of the last document too, which is not decided yet.
            for document in transaction.standing.documents("", 1000)[::-others]:
                state = annotation(number=900 + others, body=[]).state
                transaction.revisions.append(state.identity, document, state)
                transaction.documents.add([arrival("Un autre texte", "b.txt", k=others)])

    return CrowdedStore(world.sql, annotate, lambda transaction: transaction.counts()["decisions"])


@pytest.mark.parametrize("again", [False, True], ids=["undecided", "decided"])
def test_four_times_the_documents_take_hardly_more_statements(world: World, again: bool) -> None:
    counts = []
    for size in (100, 400):
        seq = fill(world, size)
        if again:
            decide(world.store, seq)
        with statements(world) as executed:
            assert len(decide(world.store, seq)) == size
        counts.append(len(executed))
    assert counts[1] - counts[0] < 300 / 10


def test_others_write_between_batches_and_change_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seq = fill(world, 7)
    quiet = World(tmp_path_factory.mktemp("quiet"))
    expected = decide(quiet.store, fill(quiet, 7))
    quiet.close()
    monkeypatch.setattr(batches, "BATCH", 2)
    crowded = crowded_store(world)
    assert decide(crowded, seq) == expected
    assert crowded.added == [2, 2, 2, 1]
    assert [document.document for document in expected] == sorted(document.document for document in expected)


def test_deciding_killed_anywhere_is_taken_up_where_it_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    seq = fill(world, 5)
    kept = world.keep()
    expected = decide(world.store, seq)
    for length in range(1, 10):
        world.back_to(kept)
        with pytest.raises(Killed):
            decide(FusedStore(world.sql, Fuse(length)), seq)
        assert decide(world.store, seq) == expected, f"killed at {length}"
