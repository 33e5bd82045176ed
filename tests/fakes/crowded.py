"""A store in which somebody else acts between writing transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from curator.steps.ports.store import Fence, Store, Transaction
from tests.fakes.fuse import Fuse, FusedStore


class CrowdedStore(FusedStore):
    """Implements `Store`; `act` is called after every writing transaction.

    `added` has of each by how much it made larger what `count` counts.
    """

    def __init__(self, store: Store, act: Callable[[], None], count: Callable[[Transaction], int]) -> None:
        super().__init__(store, Fuse())
        self._act = act
        self._count = count
        self.added: list[int] = []

    @contextmanager
    def writing(self, fence: Fence | None = None) -> Iterator[Transaction]:
        with super().writing(fence) as transaction:
            before = self._count(transaction)
            yield transaction
            self.added.append(self._count(transaction) - before)
        self._act()
