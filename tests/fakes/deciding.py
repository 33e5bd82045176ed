"""Everything decided in one go."""

from collections.abc import Iterator

from curator.steps.curation.batches import decide_changed, decided
from curator.steps.curation.decide import DecidedDocument, Decider
from curator.steps.ports.store import Store


def decide_all(store: Store, decider: Decider, as_of: int) -> Iterator[DecidedDocument]:
    """Decide what is undecided at a sequence number of the present, and yield what `decided` does."""
    decide_changed(store, decider, as_of)
    return decided(store, decider, as_of)
