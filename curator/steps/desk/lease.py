"""A lease in the hands of this process: one holder at a time does a thing, and whoever lost it writes nothing more."""

import uuid
from contextlib import AbstractContextManager
from time import monotonic, sleep
from typing import Self

from curator.domain.errors import CuratorError, LeaseLost
from curator.steps.ports.store import Fence, Store, Transaction

_POLL_SECONDS = 0.1
# The characters that the store keeps of a holder.
_HOLDER = 64
# So often is a lease renewed within its time.
_RENEWALS = 6


class HeldLease:
    """A lease of the store, taken for some seconds at a time; as a context it is held until the block ends.

    Hold it for as long as the work takes: `keep` before each item, write through `writing`. Not shared among threads.
    """

    def __init__(self, store: Store, name: str, seconds: float, doing: str, who: str = "") -> None:
        """Take the lease's name, its time, and what its holder does, as messages say it: `applying deliveries`.

        Others are told `who` holds it, as far as there is room for it.
        """
        self._store = store
        self._name = name
        self._seconds = seconds
        self._doing = doing
        self._holder = f"{uuid.uuid4()} {who}"[:_HOLDER].strip()
        self._fence: Fence | None = None
        self._renewed = 0.0

    def __enter__(self) -> Self:
        self.wait(0.0)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def fence(self) -> Fence:
        """The lease as it was taken, for `Store.writing`. Raises LeaseLost where it is not held."""
        if self._fence is None:
            raise self._lost()
        return self._fence

    @property
    def held(self) -> bool:
        """Whether it was taken here, and not given back."""
        return self._fence is not None

    def take(self) -> bool:
        """Become the holder, or stay so for another while; returns whether that worked."""
        # Only when to renew goes by this machine's clock; whether it is held is the store's to say.
        began = monotonic()
        self._fence = self._store.lease(self._name, self._holder, self._seconds)
        self._renewed = began
        return self._fence is not None

    def wait(self, seconds: float) -> None:
        """Become the holder, within so many seconds. Raises CuratorError where another holds it all that time."""
        deadline = monotonic() + seconds
        while not self.take():
            if monotonic() >= deadline:
                what = f"another curator is {self._doing}"
                raise CuratorError(what, self.held_by(), "wait for it to end and try again")
            sleep(_POLL_SECONDS)

    def held_by(self) -> str:
        """Return who holds it now, as that one said; empty where nobody does, or without a word."""
        return self._store.lease_holder(self._name).partition(" ")[2]

    def keep(self) -> None:
        """Renew the lease where it is getting old, outside of `writing`; costs nothing most times.

        Raises LeaseLost where another took it.
        """
        fence = self.fence
        if monotonic() - self._renewed > self._seconds / _RENEWALS and (not self.take() or self.fence != fence):
            raise self._lost()

    def writing(self) -> AbstractContextManager[Transaction]:
        """Open a writing transaction of the store that another holder cannot come before.

        Raises LeaseLost, before anything is written, where another took the lease.
        """
        return self._store.writing(self.fence)

    def writing_once(self) -> AbstractContextManager[Transaction | None]:
        """Open a writing transaction for work that is over with it; that needs a free lease, and no taking of it.

        None where another holds it. Where it is held here, this is `writing`, and raises LeaseLost as that does.
        """
        return self._store.writing_if_free(self._name) if self._fence is None else self.writing()

    def release(self) -> None:
        """Give the lease back. Idempotent."""
        if self._fence is not None:
            self._fence = None
            self._store.release(self._name, self._holder)

    def _lost(self) -> LeaseLost:
        return LeaseLost(f"another curator took over {self._doing}", "", "see that only one is running")
