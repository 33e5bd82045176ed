"""All documents decided, in batches: whoever else writes waits for one batch at most."""

from collections.abc import Iterator, Mapping, Sequence

from curator.steps.curation.cases import Case, documents_to_decide, read_cases
from curator.steps.curation.decide import DecidedDocument, Decider, decided_document
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_decisions import StoredDecision

BATCH = 200


def decide_all(store: Store, decider: Decider, as_of: int) -> Iterator[DecidedDocument]:
    """Yield every document that had annotations, or that a person had decided, by a sequence number, by id.

    What is undecided is decided on the way, in transactions of `BATCH` documents each; what is written meanwhile
    changes nothing, as all is read as of that number. Documents decided before under the same inputs are read back,
    so that a run which was stopped is taken up where it ended.
    """
    with store.reading() as transaction:
        documents = documents_to_decide(transaction, as_of)
        names = _names(transaction, decider, as_of)
    for start in range(0, len(documents), BATCH):
        yield from _decide_batch(store, decider, documents[start : start + BATCH], as_of, names)


def decide_document(transaction: Transaction, decider: Decider, document: str) -> DecidedDocument:
    """Decide one document within a writing transaction."""
    names = _names(transaction, decider, transaction.seq)
    batch = _Batch(transaction, decider, [document], transaction.seq, names)
    batch.keep(transaction, batch.decisions())
    return batch.decided()[0]


def _decide_batch(
    store: Store, decider: Decider, documents: Sequence[str], as_of: int, names: Mapping[str, str]
) -> list[DecidedDocument]:
    with store.reading() as transaction:
        batch = _Batch(transaction, decider, documents, as_of, names)
    decisions = batch.decisions()
    if decisions:
        with store.writing() as transaction:
            batch.keep(transaction, decisions)
    return batch.decided()


def _names(transaction: Transaction, decider: Decider, as_of: int) -> dict[str, str]:
    return transaction.revisions.annotators(as_of) if decider.rules.named_annotators else {}


class _Batch:
    """Documents on their way from what a transaction shows of them to their decisions."""

    def __init__(
        self, transaction: Transaction, decider: Decider, documents: Sequence[str], as_of: int, names: Mapping[str, str]
    ) -> None:
        self._decider = decider
        self._cases = read_cases(transaction, documents, as_of, names)
        self._keys = {case.document.id: decider.key(case) for case in self._cases}
        self._kept = transaction.decisions.find(self._keys)
        self._splits = transaction.documents.splits(as_of, self._keys)

    def decisions(self) -> dict[str, StoredDecision]:
        """Decide what is undecided; returns the decisions by document."""
        return {case.document.id: self._decider.decision(case) for case in self._cases if self._is_undecided(case)}

    def _is_undecided(self, case: Case) -> bool:
        return case.document.id not in self._kept

    def keep(self, transaction: Transaction, decisions: Mapping[str, StoredDecision]) -> None:
        """Keep decisions; those that somebody else made meanwhile on the same inputs hold."""
        self._kept |= transaction.decisions.add(
            {document: (self._keys[document], decision) for document, decision in decisions.items()}
        )

    def decided(self) -> list[DecidedDocument]:
        """Return all documents of the batch, in order, once they are decided."""
        return [decided_document(document, self._kept[document], self._splits.get(document)) for document in self._keys]
