"""Webhook deliveries: the inbox that keeps them, and what reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from curator.domain.event import Event


class DeliveryReader(Protocol):
    """Reads what Label Studio sends to the webhook."""

    def __call__(self, body: bytes, server: str) -> list[Event]:
        """Return the events of a delivery. Raises DeliveryUnreadable with the cause."""
        ...


@dataclass(eq=False)
class DeliveryUnreadable(Exception):
    """A delivery whose body is no known action; the cause is a short name."""

    cause: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook call as it came; `attempts` to apply it have failed.

    It is `due` unless it was put off and its time has not come.
    """

    id: str
    number: int
    body: bytes
    attempts: int = 0
    due: bool = True


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """A delivery without its body; times in the form of `instant`, `size` in bytes.

    One that waits and that failed before has the cause of that and the time of its next attempt. `sha256` is that of a
    body that was dropped, None while it is kept.
    """

    id: str
    number: int
    received_at: str
    settled_at: str | None
    state: str
    cause: str
    size: int
    attempts: int
    next_attempt_at: str | None
    sha256: str | None


class Inbox(Protocol):
    """Where deliveries are durable before they are answered."""

    def put(self, body: bytes) -> str:
        """Store a delivery durably, byte for byte, and return its id; the same body is another delivery again."""
        ...

    def pending(self, limit: int, after: int = 0, *, at_once: bool = False) -> list[Delivery]:
        """Return the oldest deliveries that wait, in the order in which they came, from beyond a number on.

        One that was put off is left out until its time has come, unless `at_once`.
        """
        ...

    def put_off(self, delivery: str, seconds: float, cause: str) -> None:
        """Count a failed attempt at a delivery that waits, and let it wait for so many seconds on the inbox's clock.

        Up to 200 characters of the cause are kept. One that does not wait is passed over.
        """
        ...

    def settle(self, delivery: str, state: str, cause: str) -> None:
        """Mark a delivery as `applied`, `stale` or `dead`, with up to 200 characters of the cause.

        One that is not there is passed over.
        """
        ...

    def settle_together(self, outcomes: Mapping[str, str]) -> None:
        """Mark deliveries, by id, as `applied` or `stale`, without a cause: all of them or none."""
        ...

    def counts(self) -> dict[str, int]:
        """Return the number of deliveries in each of the states `pending`, `applied`, `stale` and `dead`."""
        ...

    def recent(self, limit: int, state: str | None = None) -> list[DeliveryFacts]:
        """Return the last deliveries, newest first, those in one state where it is given."""
        ...

    def replay(self, deliveries: Sequence[str] | None) -> int:
        """Make deliveries pending again, as if they had just come, in their old places; returns how many that were.

        All dead ones where None is given; ids that are not there are passed over. Raises CuratorError, before any is
        replayed, where the body of one was dropped.
        """
        ...

    def drop_bodies(self, seconds: float, limit: int) -> int:
        """Drop the bodies of deliveries that were applied or stale so many seconds ago, at most so many; says how many.

        Size and SHA-256 are kept in their place. What waits and dead letters keep theirs, as they can be applied yet.
        """
        ...
