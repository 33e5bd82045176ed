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
from curator.steps.curation.batches import decide_all
from curator.steps.curation.decide import DecidedDocument, Decider, Rules
from curator.steps.ports.store import Fence, Store, Transaction
from tests.domain.annotations import annotation
from tests.fakes.fuse import Fuse, FusedStore, Killed
from tests.fakes.parts import SCHEMA, region
from tests.fakes.world import World
from tests.store.conftest import arrival

DECIDER = Decider(SCHEMA, Rules(Policy("latest"), True, "salt"), READ_ANNOTATION)


def fill(world: World, size: int) -> int:
    """Store so many documents with an annotation each; returns the number they are there by."""
    texts = [f"Paris dort, {number}" for number in range(size)]
    with world.store.writing() as transaction:
        transaction.documents.add([(arrival(text), []) for text in texts])
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


class CrowdedStore:
    """Implements `Store`; somebody else writes after every writing transaction."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.decided: list[int] = []
        self._others = 0

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        with self._world.sql.reading() as transaction:
            yield transaction

    @contextmanager
    def writing(self, fence: Fence | None = None) -> Iterator[Transaction]:
        with self._world.sql.writing(fence) as transaction:
            before = transaction.counts()["decisions"]
            yield transaction
            self.decided.append(transaction.counts()["decisions"] - before)
        self._others += 1
        with self._world.sql.writing() as transaction:
            # Of the last document too, which is not decided yet.
            for document in transaction.revisions.annotated(transaction.seq)[:: -self._others]:
                state = annotation(number=900 + self._others, body=[]).state
                transaction.revisions.append(state.identity, document, state)
                transaction.documents.add([(arrival("Un autre texte", "b.txt", k=self._others), [])])

    def lease(self, name: str, holder: str, seconds: float) -> Fence | None:
        return self._world.sql.lease(name, holder, seconds)

    def release(self, name: str, holder: str) -> None:
        self._world.sql.release(name, holder)


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
    crowded = CrowdedStore(world)
    assert decide(crowded, seq) == expected
    assert crowded.decided == [2, 2, 2, 1]
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
