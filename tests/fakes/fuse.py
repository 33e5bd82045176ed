"""Death at a chosen moment: a store and an inbox that stop for good after so many writes, as a kill would stop them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from curator.steps.ports.deliveries import Delivery, DeliveryFacts, Inbox
from curator.steps.ports.store import Fence, Store, Transaction


class Killed(BaseException):
    """The process is dead: nothing that it still tries has any effect."""


class Fuse:
    """Burns down at every boundary of a write; once it is burnt, everything that hangs on it is dead."""

    def __init__(self, length: int = 10**9) -> None:
        self.left = length
        self.burnt = 0

    def burn(self) -> None:
        self.check()
        self.left -= 1
        self.burnt += 1
        self.check()

    def check(self) -> None:
        if self.left <= 0:
            raise Killed


class FusedStore:
    """Implements `Store`; may die before a transaction, before its commit and after it."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        self._fuse.check()
        with self._store.reading() as transaction:
            yield transaction

    @contextmanager
    def writing(self, fence: Fence | None = None) -> Iterator[Transaction]:
        self._fuse.burn()
        with self._store.writing(fence) as transaction:
            yield transaction
            self._fuse.burn()
        self._fuse.burn()

    @contextmanager
    def writing_if_free(self, lease: str) -> Iterator[Transaction | None]:
        self._fuse.burn()
        with self._store.writing_if_free(lease) as transaction:
            yield transaction
            self._fuse.burn()
        self._fuse.burn()

    def lease(self, name: str, holder: str, seconds: float) -> Fence | None:
        self._fuse.burn()
        taken = self._store.lease(name, holder, seconds)
        self._fuse.burn()
        return taken

    def lease_holder(self, name: str) -> str:
        self._fuse.check()
        return self._store.lease_holder(name)

    def release(self, name: str, holder: str) -> None:
        self._fuse.burn()
        self._store.release(name, holder)
        self._fuse.burn()


class FusedInbox:
    """Implements `Inbox`; may die before a delivery is put or settled and after it."""

    def __init__(self, inbox: Inbox, fuse: Fuse) -> None:
        self._inbox = inbox
        self._fuse = fuse

    def put(self, body: bytes) -> str:
        self._fuse.burn()
        delivery = self._inbox.put(body)
        self._fuse.burn()
        return delivery

    def pending(self, limit: int, after: int = 0, *, at_once: bool = False) -> list[Delivery]:
        self._fuse.check()
        return self._inbox.pending(limit, after, at_once=at_once)

    def put_off(self, delivery: str, seconds: float, cause: str) -> None:
        self._fuse.burn()
        self._inbox.put_off(delivery, seconds, cause)
        self._fuse.burn()

    def settle(self, delivery: str, state: str, cause: str) -> None:
        self._fuse.burn()
        self._inbox.settle(delivery, state, cause)
        self._fuse.burn()

    def settle_together(self, outcomes: Mapping[str, str]) -> None:
        self._fuse.burn()
        self._inbox.settle_together(outcomes)
        self._fuse.burn()

    def replay(self, deliveries: Sequence[str] | None) -> int:
        self._fuse.burn()
        waiting = self._inbox.replay(deliveries)
        self._fuse.burn()
        return waiting

    def drop_bodies(self, seconds: float, limit: int) -> int:
        self._fuse.burn()
        dropped = self._inbox.drop_bodies(seconds, limit)
        self._fuse.burn()
        return dropped

    def recent(self, limit: int, state: str | None = None) -> list[DeliveryFacts]:
        self._fuse.check()
        return self._inbox.recent(limit, state)

    def counts(self) -> dict[str, int]:
        self._fuse.check()
        return self._inbox.counts()
