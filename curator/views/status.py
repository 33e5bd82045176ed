"""How much of everything the store holds."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

NAMED = 20
"""So many entries of the quarantine are named."""


class InQuarantine(NamedTuple):
    """An entry of the quarantine in few words; without annotation where it is a whole task."""

    source: str
    project: int | None
    task: int | None
    annotation: str | None
    document: str | None
    cause: str


class Totals(NamedTuple):
    """The counts by name, held deletions by kind, entries of the quarantine by cause and the first of them.

    `unread` changes came so lately, or in such numbers, that nobody looked for what does not fit in them yet.
    """

    counts: Mapping[str, int]
    held_deletions: Mapping[str, int]
    in_quarantine: Mapping[str, int]
    quarantine: tuple[InQuarantine, ...]
    unread: int


class StatusView(Protocol):
    """What `status` asks of the store and of the inbox; nothing here waits for whoever writes."""

    def totals(self, named: int) -> Totals:
        """Return how much there is, with so many entries of the quarantine."""
        ...

    def deliveries(self) -> Mapping[str, int]:
        """Return how many deliveries are in each state."""
        ...


def status(view: StatusView) -> dict[str, Any]:
    """Return the counts of everything, deliveries by state, deletions that are held, and the quarantine by cause."""
    totals = view.totals(NAMED)
    return {
        **totals.counts,
        "deliveries": view.deliveries(),
        "held_deletions": totals.held_deletions,
        "in_quarantine": totals.in_quarantine,
        "quarantine": [entry._asdict() for entry in totals.quarantine],
        "unread": totals.unread,
    }
